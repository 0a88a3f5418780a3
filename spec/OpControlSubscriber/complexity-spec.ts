import { expect } from "chai";
import { Subject } from "rxjs";
import type { OpControlMessage, OpControlSignal } from "../../lib/opStatus.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { usedHeapMb } from "../helpers/measure.js";
import { FLEET, OP } from "../helpers/opControl.js";
import { timesSlower } from "../helpers/timesSlower.js";

/** Ten times as many take ten times as long where the work is linear, and a hundred times as long where it is quadratic. */
const FACTOR = 25;

const opIdOf = (index: number): string => `4bf92f3577b34da6a3ce929d0e0e4736:${String(index).padStart(16, "0")}`;

function controlled() {
  const signals$ = new Subject<OpControlMessage>();
  const control = OpControlSubscriber.from(signals$);
  const send = (opId: string, signal: OpControlSignal) => signals$.next({ opId, signal, sequence: 1n });
  return { control, send };
}

describe("The work of OpControlSubscriber is linear", function () {
  this.timeout(60_000);

  for (const signal of ["RESUME", "TERMINATE"] as const) {
    for (const [who, pausedId, waitedFor] of [
      ["all who wait for one op", OP, () => OP],
      ["those who wait for as many ops under a pause of the fleet", FLEET, opIdOf],
    ] as const) {
      it(`when one ${signal} ends the wait of ${who}`, () => {
        const times = timesSlower(10_000, 100_000, (count) => {
          const { control, send } = controlled();
          send(pausedId, "PAUSE");
          let heard = 0;
          const hear = () => heard++;
          for (let index = 0; index < count; index++)
            control.awaitOp(waitedFor(index)).subscribe({ next: hear, error: hear });
          return () => {
            send(pausedId, signal);
            expect(heard).to.equal(count);
          };
        });
        expect(times).to.be.below(FACTOR);
      });
    }
  }
});

describe("The memory of OpControlSubscriber", function () {
  this.timeout(60_000);

  it("does not grow by a million ops that are paused and resumed while nobody watches", () => {
    const { send } = controlled();
    const pass = (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        send(opIdOf(index), "PAUSE");
        send(opIdOf(index), "RESUME");
      }
    };
    pass(0, 10_000);
    const before = usedHeapMb();
    pass(10_000, 1_010_000);
    expect(usedHeapMb() - before, "MB").to.be.below(4);
  });

  for (const [signal, most] of [
    ["PAUSE", 600],
    ["TERMINATE", 200],
  ] as const) {
    it(`is at most ${most} bytes for an op that was told to ${signal}, its id of 49 characters included`, () => {
      const { control, send } = controlled();
      const before = usedHeapMb();
      for (let index = 0; index < 50_000; index++) send(Buffer.from(opIdOf(index)).toString(), signal);
      const bytes = ((usedHeapMb() - before) * 1e6) / 50_000;
      expect(bytes).to.be.within(49, most);
      expect(control.isPaused(opIdOf(0)) || control.isTerminated(opIdOf(0))).to.be.true;
    });
  }
});
