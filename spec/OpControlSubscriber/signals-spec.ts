import { expect } from "chai";
import { map, Subject } from "rxjs";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, signals, terminate } from "../helpers/opControl.js";

describe("OpControlSubscriber.signals$", () => {
  it("emits every well-formed signal as it arrives, those that change nothing included", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const values = { ...signals, Q: pause(OTHER), A: pause(AGENT), f: resume(FLEET), K: terminate(AGENT) };
      const source = hot("-P-P-R-R-(QAf)-T-T-P-K-|", values);
      const expected = "  -P-P-R-R-(QAf)-T-T-P-K-|";

      expectObservable(OpControlSubscriber.from(source).signals$).toBe(expected, values);
    });
  });

  it("is hot: it replays nothing, and whoever comes late gets what is still to come", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--R--T--|", signals);
      const late = "      --^--------";
      const expected = "  ----R--T--|";
      const leaves = "    --^---!    ";
      const expectedB = " ----R-     ";
      const after = "     -----------^";
      const expectedC = " -----------|";

      const { signals$ } = OpControlSubscriber.from(source);

      expectObservable(signals$, late).toBe(expected, signals);
      expectObservable(signals$, leaves).toBe(expectedB, signals);
      expectObservable(signals$, after).toBe(expectedC);
    });
  });

  it("errors when the channel fails, and at once after that", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--#  ", signals, new Error("the bus is gone"));
      const expected = "  -P--#  ";
      const late = "      ------^";
      const expectedB = " ------#";
      const unavailable = new OpControlUnavailableError("the channel has failed: the bus is gone");

      const { signals$ } = OpControlSubscriber.from(source);

      expectObservable(signals$).toBe(expected, signals, unavailable);
      expectObservable(signals$, late).toBe(expectedB, undefined, unavailable);
    });
  });

  it("emits a signal after it was applied, so that isPaused and isTerminated are true by then", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-R-T-", signals);
      const isPaused = "  -t-f-f-";
      const isKilled = "  -f-f-t-";
      const answers = { t: true, f: false };

      const control = OpControlSubscriber.from(source);

      expectObservable(control.signals$.pipe(map(() => control.isPaused(OP)))).toBe(isPaused, answers);
      expectObservable(control.signals$.pipe(map(() => control.isTerminated(OP)))).toBe(isKilled, answers);
    });
  });

  it("keeps a sequence as the bigint it is, up to 2^64-1", () => {
    const greatest = 2n ** 64n - 1n;
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const told: bigint[] = [];
    control.signals$.subscribe(({ sequence }) => {
      told.push(sequence);
    });
    control.status(OP).subscribe(({ sequence }) => {
      told.push(sequence);
    });

    signals$.next(pause(OP, greatest));
    signals$.next(resume(OP, 2n ** 53n + 1n));

    expect(told).to.deep.equal([0n, greatest, greatest, 2n ** 53n + 1n, 2n ** 53n + 1n]);
  });
});
