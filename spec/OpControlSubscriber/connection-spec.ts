import { expect } from "chai";
import { map, NEVER, Subject } from "rxjs";
import type { ChannelState, ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, pause, signals, terminate } from "../helpers/opControl.js";
import { record, rejectionOf } from "../helpers/record.js";

/** A gateway that we never get to: the token for it is never there, so not even a socket is opened. */
function connecting(connectTimeoutMs = 10_000): OpControlSubscriber {
  return OpControlSubscriber.connect("127.0.0.1:50051", {
    agentId: "agent-7",
    credentialToken: () => new Promise(() => undefined),
    reconnect: false,
    connectTimeoutMs,
  });
}

const is = (state: ChannelState, since: number, more: Partial<ChannelStatus> = {}): ChannelStatus => ({
  ...{ state, attempt: 1, since },
  ...more,
});

const lastError = "the bus is gone";

describe("OpControlSubscriber.connection$", () => {
  it("replays the latest status to each subscriber and completes on close", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("----------", signals);
      const close = cold("------x---", { x: undefined });
      const early = "    ^---------";
      const expectedA = "l-----(c|)";
      const late = "     ---^------";
      const expectedB = "---l--(c|)";
      const after = "    --------^---";
      const expectedC = "--------(c|)";

      const control = OpControlSubscriber.from(source);
      close.subscribe(() => {
        control.close();
      });
      const { connection$ } = control;
      const values = { l: is("live", 0), c: is("closed", 6) };

      expectObservable(connection$, early).toBe(expectedA, values);
      expectObservable(connection$, late).toBe(expectedB, values);
      expectObservable(connection$, after).toBe(expectedC, values);
    });
  });

  it("tells that it is closed when the source has ended", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P--|   ", signals);
      const expected = "  l----(c|)";

      const { connection$ } = OpControlSubscriber.from(source);

      expectObservable(connection$).toBe(expected, { l: is("live", 0), c: is("closed", 5) });
    });
  });

  it("never errors: it tells of the failure and stays open until close", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("--#       ", signals, new Error("the bus\nis gone"));
      const close = cold("------x   ", { x: undefined });
      const expected = " l-f---(c|)";
      const late = "     ----^     ";
      const expectedB = "----f-(c|)";

      const control = OpControlSubscriber.from(source);
      close.subscribe(() => {
        control.close();
      });
      const values = {
        ...{ l: is("live", 0), c: is("closed", 6) },
        f: is("failed", 2, { lastError: "the bus\\u000ais gone" }),
      };

      expectObservable(control.connection$).toBe(expected, values);
      expectObservable(control.connection$, late).toBe(expectedB, values);
    });
  });

  it("keeps saying since when it is closed, however often it is closed again", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("--|    ", signals);
      const close = cold("----x  ", { x: undefined });
      const late = "     ------^";
      const expected = " ------(c|)";

      const control = OpControlSubscriber.from(source);
      close.subscribe(() => {
        control.close();
      });

      expectObservable(control.connection$, late).toBe(expected, { c: is("closed", 2) });
    });
  });

  it("shows a cause of any kind, made printable", () => {
    const causes: readonly (readonly [unknown, string])[] = [
      [new Error("\u001b[31mred"), "\\u001b[31mred"],
      [new TypeError(""), "TypeError"],
      ["just a text", "just a text"],
      [undefined, "undefined"],
      [Object.create(null), "something that cannot be shown"],
      [new Error("x".repeat(1000)), `${"x".repeat(200)}…`],
    ];
    for (const [cause, shown] of causes) {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      // eslint-disable-next-line rxjs-x/throw-error -- whatever a bus may end with
      signals$.error(cause);
      expect(record(control.connection$).values).to.have.nested.property("[0].lastError", shown);
      expect(record(control.status(OP)).end).to.include({ message: `the channel has failed: ${shown}` });
    }
  });

  it("starts with connecting where a gateway has yet to answer, and fails when it does not", () => {
    testScheduler().run(({ expectObservable }) => {
      const expected = "c 49ms f";

      const control = connecting(50);

      expectObservable(control.connection$).toBe(expected, {
        c: is("connecting", 0),
        f: is("failed", 50, { lastError: "no token from credentialToken within connectTimeoutMs (50 ms)" }),
      });
    });
  });

  it("says what streamAlive says: alive while live, and only then", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const ended = hot(" --P--|---", signals);
      const failed = hot("--P--#---", signals);
      const close = cold("-----x---", { x: undefined });
      const probes = cold("x-x---x--", { x: undefined });
      const alive = "     t-t---f--";
      const never = "     f-f---f--";

      const controls = [ended, failed, NEVER].map((source) => OpControlSubscriber.from(source));
      close.subscribe(() => {
        controls.at(-1)?.close();
      });
      const answers = { t: true, f: false };

      for (const control of controls) {
        expectObservable(probes.pipe(map(() => control.streamAlive()))).toBe(alive, answers);
      }
      const notYet = connecting(3);
      expectObservable(probes.pipe(map(() => notYet.streamAlive()))).toBe(never, answers);
    });
  });
});

describe("OpControlSubscriber.ready", () => {
  it("resolves when the channel is live", async () => {
    await OpControlSubscriber.from(NEVER).ready();
  });

  it("rejects when the channel has failed, with the cause", async () => {
    const cause = new Error("the bus is gone");
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.error(cause);

    expect(await rejectionOf(control.ready(), OpControlUnavailableError)).to.include({ cause });
    control.close();
    expect(await rejectionOf(control.ready(), OpControlUnavailableError)).to.include({ cause });
  });

  it("rejects when the channel fails while it waits", async () => {
    const ready = testScheduler().run(() => connecting(50).ready());

    const error = await rejectionOf(ready, OpControlUnavailableError);

    expect(error.message).to.contain("connectTimeoutMs (50 ms)");
    expect(error.cause).to.be.instanceOf(Error);
  });

  it("rejects when the subscriber was closed first, before the call or after", async () => {
    const control = connecting();
    const before = control.ready();
    control.close();

    await rejectionOf(before, OpControlUnavailableError);
    await rejectionOf(control.ready(), OpControlUnavailableError);
  });

  it("rejects after a live subscriber was closed or its source has ended", async () => {
    const closed = OpControlSubscriber.from(NEVER);
    closed.close();

    await rejectionOf(closed.ready(), OpControlUnavailableError);
    await rejectionOf(OpControlSubscriber.from([pause()]).ready(), OpControlUnavailableError);
  });

  it("rejects with the reason of a signal that was aborted before", async () => {
    using control = connecting();
    const reason = new Error("no longer wanted");

    expect(await rejectionOf(control.ready({ signal: AbortSignal.abort(reason) }), Error)).to.equal(reason);
  });

  it("rejects with the reason of a signal that is aborted while it waits", async () => {
    using control = connecting();
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const ready = control.ready({ signal: controller.signal });
    controller.abort(reason);

    expect(await rejectionOf(ready, Error)).to.equal(reason);
  });

  it("leaves a signal alone that is aborted later", async () => {
    const controller = new AbortController();
    const ready = OpControlSubscriber.from(NEVER).ready({ signal: controller.signal });
    await ready;
    controller.abort();

    await ready;
  });
});

describe("OpControlSubscriber when the channel has failed", () => {
  const cause = new Error(lastError);
  const unavailable = new OpControlUnavailableError(`the channel has failed: ${lastError}`);

  it("errors on every status stream, with the cause, and emits nothing before that", () => {
    for (const streamOf of [
      (control: OpControlSubscriber) => control.status(OP),
      (control: OpControlSubscriber) => control.status("never:seen"),
      (control: OpControlSubscriber) => control.awaitOp(OP),
      (control: OpControlSubscriber) => control.statuses$,
      (control: OpControlSubscriber) => control.signals$,
      (control: OpControlSubscriber) => control.ops$,
    ]) {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      const early = record<unknown>(streamOf(control));
      early.values.length = 0;

      signals$.error(cause);

      for (const { values, end } of [early, record<unknown>(streamOf(control))]) {
        expect(values, String(streamOf)).to.deep.equal([]);
        expect(end, String(streamOf)).to.be.instanceOf(OpControlUnavailableError).and.to.include({ cause });
      }
    }
  });

  it("still reports a terminated op as such, and then errors", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-T--#--", signals, cause);
      const early = "     ^------";
      const expectedA = " rt--#--";
      const late = "      ------^";
      const expectedB = " ------(t#)";

      const control = OpControlSubscriber.from(source);
      const values = { r: { ...signalStatus, state: "running" }, t: { ...signalStatus, state: "terminated" } };

      expectObservable(control.status(OP), early).toBe(expectedA, values, unavailable);
      expectObservable(control.status(OP), late).toBe(expectedB, values, unavailable);
    });
  });

  it("keeps answering isPaused and isTerminated by what it knew last", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    signals$.next(terminate("a:killed"));
    signals$.error(cause);

    for (const end of [
      () => undefined,
      () => {
        control.close();
      },
    ]) {
      end();
      expect(control.isPaused(OP)).to.equal(true);
      expect(control.isTerminated(OP)).to.equal(false);
      expect(control.isTerminated("a:killed")).to.equal(true);
      expect(control.isPaused("never:seen")).to.equal(false);
    }
  });

  it("can be closed, once", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const connection = record(control.connection$);
    const status = record(control.status(OP));
    signals$.error(cause);
    const { end } = status;

    control.close();
    control.close();

    expect(connection.values.map(({ state }) => state)).to.deep.equal(["live", "failed", "closed"]);
    expect(connection.end).to.equal("completed");
    expect(status.end).to.equal(end);
  });
});

const signalStatus = { opId: OP, scope: "op", sequence: 0n };
