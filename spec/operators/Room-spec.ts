import { expect } from "chai";
import { Subject } from "rxjs";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import { Room } from "../../lib/operators/Room.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { FakeControl } from "../helpers/FakeControl.js";
import { OP, OTHER, paused, running, terminated } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

describe("Room", () => {
  const unhandled = collectUnhandledErrors();

  it("is full when so many have come as there is room for, and not when one has gone again", () => {
    const room = new Room(2, undefined);

    room.enter();
    expect([room.taken, room.full]).to.deep.equal([1, false]);
    room.enter();
    expect([room.taken, room.full]).to.deep.equal([2, true]);
    room.leave();
    expect([room.taken, room.full]).to.deep.equal([1, false]);
  });

  it("tells of each that comes and goes, after it has", () => {
    const told: [number, number][] = [];
    const room: Room = new Room(2, (change) => told.push([change, room.taken]));

    room.enter();
    room.enter();
    room.leave();

    expect(told).to.deep.equal([
      [1, 1],
      [1, 2],
      [-1, 1],
    ]);
  });

  it("reports what onHeld throws, and goes on", async () => {
    const error = new Error("no");
    const room = new Room(2, () => {
      throw error;
    });

    room.enter();
    expect(room.taken).to.equal(1);
    await unhandled.reported(1);

    expect(unhandled.errors).to.deep.equal([error]);
  });
});

describe("onHeld", () => {
  const unhandled = collectUnhandledErrors();

  it("adds up to what a gate holds: through a pause, what finds no room, the flush, and the end", () => {
    const source$ = new Subject<string>();
    const status$ = new Subject<OpStatus>();
    let held = 0;
    const counts: number[] = [];
    const onHeld = (change: number): void => {
      held += change;
    };
    const gate = holdWhilePaused<string>(status$, { limit: 2, overflow: "dropOldest", onHeld });
    const { values, subscription } = record(source$.pipe(gate));
    const note = (act: () => void): void => {
      act();
      counts.push(held);
    };

    note(() => source$.next("a"));
    note(() => status$.next(paused()));
    for (const value of "bcd") note(() => source$.next(value));
    note(() => status$.next(running()));
    status$.next(paused());
    note(() => source$.next("e"));
    note(() => subscription.unsubscribe());

    expect(counts).to.deep.equal([0, 0, 1, 2, 2, 0, 1, 0]);
    expect(values).to.deep.equal(["a", "c", "d"]);
  });

  for (const [end, act] of Object.entries({
    "a terminate": (_source$: Subject<number>, control: FakeControl) => control.terminate(OP),
    "an error of the source": (source$: Subject<number>) => source$.error(new Error("over")),
    "an error of the statuses": (_source$: Subject<number>, control: FakeControl) =>
      control.fail(OP, new Error("over")),
    "the end of the statuses": (_source$: Subject<number>, control: FakeControl) => control.complete(OP),
    "a value too many": (source$: Subject<number>) => source$.next(3),
  })) {
    it(`adds up to nothing after ${end}, by one gate and by one of many ops`, () => {
      for (const gateOf of [
        (control: FakeControl, onHeld: (change: number) => void) =>
          holdWhilePaused<number>(control.status(OP), { limit: 2, onHeld }),
        (control: FakeControl, onHeld: (change: number) => void) =>
          holdByOp<number>(control, () => OP, { limit: 2, onHeld }),
      ]) {
        let held = 0;
        const source$ = new Subject<number>();
        const control = new FakeControl();
        control.pause(OP);
        record(source$.pipe(gateOf(control, (change) => (held += change))));
        source$.next(1);
        source$.next(2);
        expect(held).to.equal(2);
        act(source$, control);
        expect(held).to.equal(0);
      }
    });
  }

  it("counts for each subscription of one gate, and for every lane of one of many ops", () => {
    let held = 0;
    const onHeld = (change: number): void => {
      held += change;
    };
    const control = new FakeControl();
    control.pause(OP, OTHER);
    const gate = holdWhilePaused<string>(control.status(OP), { onHeld });
    const [one$, other$, many$] = [new Subject<string>(), new Subject<string>(), new Subject<string>()];
    for (const source$ of [one$, other$]) record(source$.pipe(gate));
    record(many$.pipe(holdByOp(control, (opId) => opId, { onHeld })));

    one$.next("a");
    other$.next("b");
    many$.next(OP);
    many$.next(OTHER);
    expect(held).to.equal(4);
    control.resume(OP);
    expect(held).to.equal(1);
    control.terminate(OTHER);
    expect(held).to.equal(0);
  });

  for (const [what, status, expected] of [
    ["resumes the op", running(), "bc|"],
    ["terminates the op", terminated(), "#"],
  ] as const) {
    it(`may be told of a value that makes room by whoever ${what} thereupon: what came for it is not left behind`, () => {
      const source$ = new Subject<string>();
      const status$ = new Subject<OpStatus>();
      let held = 0;
      const onHeld = (change: number): void => {
        held += change;
        if (change < 0) status$.next(status);
      };
      let told = "";
      source$.pipe(holdWhilePaused(status$, { limit: 1, overflow: "dropOldest", onHeld })).subscribe({
        next: (value) => (told += value),
        error: () => (told += "#"),
        complete: () => (told += "|"),
      });

      status$.next(paused());
      for (const value of "abc") source$.next(value);
      source$.complete();

      expect(told).to.equal(expected);
      expect(held).to.equal(0);
    });
  }

  it("is told of a flushed value once that has passed: whoever pauses the op thereupon has the next one held", () => {
    const source$ = new Subject<string>();
    const status$ = new Subject<OpStatus>();
    let held = 0;
    const onHeld = (change: number): void => {
      held += change;
      if (change < 0) status$.next(paused());
    };
    const { values } = record(source$.pipe(holdWhilePaused<string>(status$, { onHeld })));

    status$.next(paused());
    for (const value of "abc") source$.next(value);
    for (const [passed, left] of [
      [["a"], 2],
      [["a", "b"], 1],
      [["a", "b", "c"], 0],
    ] as const) {
      status$.next(running());
      expect([values, held]).to.deep.equal([passed, left]);
    }
  });

  it("is told of a flushed value once that has passed: whoever ends the op thereupon lets no other one pass", () => {
    const source$ = new Subject<string>();
    const control = new FakeControl();
    const told: string[] = [];
    let held = 0;
    const onHeld = (change: number): void => {
      held += change;
      if (change < 0) control.terminate(OP);
    };
    const onDrop = (value: string): void => void told.push(`${value} dropped`);
    control.pause(OP);
    source$.pipe(holdByOp<string>(control, () => OP, { onHeld, onDrop })).subscribe((value) => told.push(value));

    for (const value of "abc") source$.next(value);
    control.resume(OP);

    expect(told).to.deep.equal(["a", "b dropped", "c dropped"]);
    expect(held).to.equal(0);
  });

  it("changes nothing by throwing: the values are held, flushed in their order, and it is reported of each", async () => {
    const source$ = new Subject<string>();
    const status$ = new Subject<OpStatus>();
    const gate = holdWhilePaused<string>(status$, {
      onHeld: () => {
        throw new Error("no");
      },
    });
    const { values } = record(source$.pipe(gate));

    status$.next(paused());
    for (const value of "ab") source$.next(value);
    status$.next(running());
    await unhandled.reported(4);

    expect(values).to.deep.equal(["a", "b"]);
    expect(unhandled.errors).to.have.lengthOf(4);
  });
});
