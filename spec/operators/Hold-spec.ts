import { expect } from "chai";
import { HoldOverflowError, OpControlUnavailableError } from "../../lib/errors.js";
import { Hold } from "../../lib/operators/Hold.js";
import type { HoldOptions } from "../../lib/operators/HoldOptions.js";
import { Room } from "../../lib/operators/Room.js";
import type { OpState } from "../../lib/opStatus.js";

/** A hold, and the sink that its values go to. */
class Held {
  emitted = "";
  error: unknown;
  readonly hold: Hold<string>;
  readonly sink = {
    closed: false,
    next: (value: string) => {
      this.emitted += value;
      this.#handlers.get(value)?.();
    },
    error: (error: unknown) => {
      this.error = error;
      this.sink.closed = true;
    },
  };
  readonly #handlers = new Map<string, () => void>();

  constructor({ limit = 1_024, overflow = "error" }: HoldOptions = {}, room?: Room) {
    this.hold = new Hold(this.sink, { limit, overflow }, room);
  }

  on(value: string, handler: () => void): this {
    this.#handlers.set(value, handler);
    return this;
  }

  take(values: string, now?: OpState): this {
    for (const value of values) this.hold.next(value, now);
    return this;
  }

  pause(): this {
    this.hold.pause();
    return this;
  }

  resume(): this {
    this.hold.resume();
    return this;
  }
}

describe("Hold", () => {
  it("passes values on while the op runs, and while nobody has said what it does", () => {
    expect(new Held().take("ab").resume().take("cd").emitted).to.equal("abcd");
  });

  it("holds values while the op is paused, and passes them on in their order when it is resumed", () => {
    const held = new Held().pause().take("abc");

    expect(held.emitted).to.equal("");
    expect(held.resume().take("d").emitted).to.equal("abcd");
  });

  it("is idle while it holds nothing, whether the op runs or is paused", () => {
    const { hold } = new Held();
    expect(hold.idle).to.equal(true);
    hold.pause();
    expect(hold.idle).to.equal(true);
    hold.next("a", undefined);
    expect(hold.idle).to.equal(false);
    hold.resume();
    expect(hold.idle).to.equal(true);
  });

  it("is not idle until the last value that was held has been passed on wholly", () => {
    const held = new Held().pause().take("a");
    let wasIdle: boolean | undefined;
    held.on("a", () => {
      wasIdle = held.hold.idle;
    });

    held.resume();
    expect(wasIdle).to.equal(false);
  });

  it("stops the flush at a new pause", () => {
    const held = new Held().pause().take("abc");
    held.on("b", () => held.pause());

    expect(held.resume().emitted).to.equal("ab");
    expect(held.hold.idle).to.equal(false);
    expect(held.resume().emitted).to.equal("abc");
  });

  it("queues what comes in mid-flush behind what is held", () => {
    const held = new Held().pause().take("ab");
    held.on("a", () => held.take("x"));

    expect(held.resume().emitted).to.equal("abx");
  });

  it("does not flush within a flush", () => {
    const held = new Held().pause().take("abc");
    held.on("a", () => {
      held.pause().resume();
      expect(held.emitted).to.equal("a");
    });

    expect(held.resume().emitted).to.equal("abc");
  });

  it("stops the flush once the sink is closed", () => {
    const held = new Held().pause().take("abc");
    held.on("a", () => {
      held.sink.closed = true;
    });

    expect(held.resume().emitted).to.equal("a");
  });

  it("gives up what it holds, in its order, when it is cleared, and takes values as before", () => {
    const held = new Held().pause().take("abc");

    expect(held.hold.clear()).to.deep.equal(["a", "b", "c"]);
    expect(held.hold.idle).to.equal(true);
    expect(held.hold.clear()).to.deep.equal([]);
    expect(held.take("d").resume().emitted).to.equal("d");
  });

  describe("that is told the state of the moment", () => {
    it("holds while that is a pause, though it has not been told of the pause itself", () => {
      const held = new Held().resume().take("a", "running").take("b", "paused").pause().take("c", "paused");

      expect(held.emitted).to.equal("a");
      expect(held.resume().emitted).to.equal("abc");
    });

    it("waits to be told of a resume, so that what is held goes first", () => {
      const held = new Held().pause().take("a", "paused").take("b", "running");

      expect(held.emitted).to.equal("");
      expect(held.resume().emitted).to.equal("ab");
    });

    it("passes nothing on where that is terminated", () => {
      const held = new Held().resume().take("a", "terminated").pause().take("b", "terminated").resume();

      expect(held.emitted).to.equal("");
      expect(held.error).to.equal(undefined);
    });
  });

  describe("whose statuses have come to their end", () => {
    it("passes values on where the op runs", () => {
      const held = new Held();
      held.hold.abandon();

      expect(held.take("ab").emitted).to.equal("ab");
      expect(held.error).to.equal(undefined);
    });

    it("errors at once where it holds values", () => {
      const held = new Held().pause().take("a");
      held.hold.abandon();

      expect(held.error).to.be.instanceOf(OpControlUnavailableError);
      expect(held.emitted).to.equal("");
    });

    it("errors with the next value where the op is paused and nothing is held", () => {
      const held = new Held().pause();
      held.hold.abandon();
      expect(held.error).to.equal(undefined);
      held.take("a");

      expect(held.error).to.be.instanceOf(OpControlUnavailableError);
      expect(held.emitted).to.equal("");
    });

    it("goes on with the flush, and with what comes in its midst, where the op runs", () => {
      const held = new Held().pause().take("ab");
      held.on("a", () => {
        held.hold.abandon();
        held.take("x");
      });

      expect(held.resume().emitted).to.equal("abx");
      expect(held.error).to.equal(undefined);
    });
  });

  describe("that has no room", () => {
    it("errors where that is wanted, with the number that there is room for", () => {
      const held = new Held({ limit: 2 }).pause().take("ab");
      expect(held.error).to.equal(undefined);
      held.take("c");

      expect(held.error).to.be.instanceOf(HoldOverflowError).and.to.include({ limit: 2 });
    });

    it("drops the oldest, or the newest, where that is wanted", () => {
      const oldest = new Held({ limit: 2, overflow: "dropOldest" }).pause().take("abcd").resume();
      const newest = new Held({ limit: 2, overflow: "dropNewest" }).pause().take("abcd").resume();

      expect(oldest.emitted).to.equal("cd");
      expect(newest.emitted).to.equal("ab");
    });

    it("has room again for what was passed on, cleared and dropped", () => {
      for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
        const held = new Held({ limit: 2, overflow }).pause();
        held.take("ab").resume().pause().take("cd").hold.clear();
        held.take("ef").resume();

        expect(held.emitted, overflow).to.equal("abef");
        expect(held.error, overflow).to.equal(undefined);
      }
    });
  });

  describe("that shares its room with another", () => {
    const shared = (options: HoldOptions, limit: number): [Held, Held, Room] => {
      const room = new Room(limit, undefined);
      return [new Held(options, room).pause(), new Held(options, room).pause(), room];
    };

    it("counts what either of them holds", () => {
      const [one, other, room] = shared({}, 9);

      one.take("ab");
      other.take("x");
      expect(room.taken).to.equal(3);
      one.resume();
      expect(room.taken).to.equal(1);
      other.hold.clear();
      expect(room.taken).to.equal(0);
    });

    it("errors with the number of the room where that is full, and of its own where it is itself", () => {
      const [one, other] = shared({ limit: 3 }, 4);

      one.take("abc");
      other.take("x").take("y");
      one.take("d");

      expect(other.error).to.be.instanceOf(HoldOverflowError).and.to.include({ limit: 4 });
      expect(one.error).to.be.instanceOf(HoldOverflowError).and.to.include({ limit: 3 });
    });

    it("drops its own oldest, and never another's", () => {
      const [one, other, room] = shared({ overflow: "dropOldest" }, 3);

      one.take("ab");
      other.take("xy");
      expect(room.taken).to.equal(3);

      expect(one.resume().emitted).to.equal("ab");
      expect(other.resume().emitted).to.equal("y");
      expect(room.taken).to.equal(0);
    });

    for (const overflow of ["dropOldest", "dropNewest"] as const) {
      it(`drops the value itself where it holds nothing that it could drop instead (${overflow})`, () => {
        const [one, other, room] = shared({ overflow }, 2);

        one.take("ab");
        other.take("x");
        expect(room.taken).to.equal(2);

        expect(other.resume().emitted).to.equal("");
        expect(one.resume().emitted).to.equal("ab");
        expect(room.taken).to.equal(0);
      });
    }
  });
});
