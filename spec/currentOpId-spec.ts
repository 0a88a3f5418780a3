import { expect } from "chai";
import {
  asapScheduler,
  concat,
  concatMap,
  defer,
  firstValueFrom,
  from,
  interval,
  lastValueFrom,
  map,
  NEVER,
  type Observable,
  observeOn,
  of,
  share,
  Subject,
  switchMap,
  take,
  timer,
  toArray,
} from "rxjs";
import { currentOpId } from "../lib/currentOpId.js";
import { opContext } from "../lib/opContext.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../lib/opStatus.js";
import { DevGateway } from "../lib/testing/DevGateway.js";
import { withOpId } from "../lib/withOpId.js";
import { OP, OTHER, pause, resume } from "./helpers/opControl.js";
import { record } from "./helpers/record.js";

/** Whoever subscribes is told the op that was current then. */
const opAtSubscription$ = defer(() => of(currentOpId()));

describe("currentOpId", () => {
  after(() => {
    opContext.disable();
  });

  it("is undefined outside of any op", () => {
    expect(currentOpId()).to.equal(undefined);
  });

  it("is the op of the innermost withOpId", () => {
    expect(withOpId(OP, () => withOpId(OTHER, currentOpId))).to.equal(OTHER);
  });

  describe("asked at subscription", () => {
    it("is the subscriber's, wherever the pipeline was built", () => {
      const { values } = withOpId(OP, () => record(opAtSubscription$));

      expect(values).to.deep.equal([OP]);
      expect(record(withOpId(OTHER, () => opAtSubscription$)).values).to.deep.equal([undefined]);
    });

    it("is the subscriber's each time it is subscribed again", async () => {
      const again$ = interval(1).pipe(
        take(2),
        concatMap(() => opAtSubscription$),
        toArray(),
      );

      expect(await withOpId(OP, () => firstValueFrom(again$))).to.deep.equal([OP, OP]);
    });

    it("makes an op's own gate: a paused one waits and no other", () => {
      const control = OpControlSubscriber.from(concat([pause(OP)], NEVER));
      const allowed$ = defer(() => control.awaitOp(currentOpId() ?? "none:")).pipe(map(({ opId }) => opId));

      expect(withOpId(OP, () => record(allowed$)).values).to.deep.equal([]);
      expect(withOpId(OTHER, () => record(allowed$)).values).to.deep.equal([OTHER]);
      control.close();
    });

    it("is refused by awaitOp where there is none and nobody has looked, and lets nobody run", () => {
      const control = OpControlSubscriber.from(NEVER);
      const { values, end } = record(defer(() => control.awaitOp(currentOpId()!)));

      expect(values).to.deep.equal([]);
      expect(end).to.be.instanceOf(TypeError).and.to.have.property("message", "opId must be a string");
      control.close();
    });
  });

  describe("asked in a callback that the pipeline's own timers and Promises call", () => {
    for (const [what, source$] of Object.entries({
      timer: timer(1),
      interval: interval(1).pipe(take(1)),
      Promise: from(Promise.resolve()),
      "async function": defer(async () => {
        await Promise.resolve();
      }),
    }) as [string, Observable<unknown>][]) {
      it(`is the subscriber's (${what})`, async () => {
        const subscribe = (opId: string) => withOpId(opId, () => lastValueFrom(source$.pipe(map(currentOpId))));

        expect(await Promise.all([subscribe(OP), subscribe(OTHER)])).to.deep.equal([OP, OTHER]);
      });
    }

    it("is the caller's after an await of whenRunnable, also where that had to wait", async () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      const asked = withOpId(OP, async () => [await control.whenRunnable(OP), currentOpId()]);
      withOpId(OTHER, () => signals$.next(resume()));

      expect(await asked).to.deep.equal([true, OP]);
      control.close();
    });
  });

  describe("asked later, in a callback that somebody else calls, is theirs, and wrong:", () => {
    it("of a Subject that is fed elsewhere", () => {
      const subject = new Subject<void>();
      const { values } = withOpId(OP, () => record(subject.pipe(map(currentOpId))));

      subject.next();
      withOpId(OTHER, () => subject.next());

      expect(values).to.deep.equal([undefined, OTHER]);
    });

    it("after a pause, by which op's signal it is fed", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      const { values } = withOpId(OP, () => record(control.awaitOp(OP).pipe(map(currentOpId))));

      withOpId(OTHER, () => signals$.next(resume()));

      expect(values).to.deep.equal([OTHER]);
      control.close();
    });

    it("after a pause by a gateway, in the context that connected", async () => {
      await using gateway = await DevGateway.start();
      using control = withOpId(OTHER, () => OpControlSubscriber.connect(gateway.endpoint, { agentId: "agent-7" }));
      await control.ready();
      gateway.pause(OP);
      await firstValueFrom(control.signals$);
      const seen = withOpId(OP, () => firstValueFrom(control.awaitOp(OP).pipe(map(currentOpId))));
      gateway.resume(OP);

      expect(await seen).to.equal(OTHER);
    });

    it("of a source that is shared: the first subscriber's", async () => {
      const shared$ = timer(1).pipe(share(), map(currentOpId));

      const seen = [OP, OTHER].map((opId) => withOpId(opId, () => firstValueFrom(shared$)));

      expect(await Promise.all(seen)).to.deep.equal([OP, OP]);
    });

    it("of a scheduler that flushes for several: the first one's", async () => {
      const seen = [OP, OTHER].map((opId) =>
        withOpId(opId, () => firstValueFrom(of(0).pipe(observeOn(asapScheduler), map(currentOpId)))),
      );

      expect(await Promise.all(seen)).to.deep.equal([OP, OP]);
    });

    it("of what follows such a callback", async () => {
      const subject = new Subject<void>();
      const seen = withOpId(OP, () =>
        firstValueFrom(
          subject.pipe(
            switchMap(() => timer(1)),
            map(currentOpId),
          ),
        ),
      );

      withOpId(OTHER, () => subject.next());

      expect(await seen).to.equal(OTHER);
    });
  });
});
