import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import { firstValueFrom, skip } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import type { OpStatus } from "../../lib/opStatus.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { accept, caughtUp, channelIs, connectTo, HandMadeGateway, wire } from "../helpers/gateways.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { errorOf, record, rejectionOf } from "../helpers/record.js";

const PAUSE = 1;
const RESUME = 2;
const TERMINATE = 3;
const MAX_SEQUENCE = 2n ** 64n - 1n;

describe("Odd signals over a real socket", () => {
  describe("change no op, and are told as diagnostics", () => {
    const rows = [
      ["UNSPECIFIED", { opId: OP, signal: 0 }, "unspecifiedSignal", OP],
      ["an unknown number, 4", { opId: OP, signal: 4 }, "unknownSignal", OP],
      ["an unknown number, 99", { opId: OP, signal: 99 }, "unknownSignal", OP],
      ["an unknown number, -1", { opId: OP, signal: -1 }, "unknownSignal", OP],
      ["an unknown number, 2^31-1", { opId: OP, signal: 2 ** 31 - 1 }, "unknownSignal", OP],
      ["TERMINATE without an op id", { signal: TERMINATE }, "emptyOpId", ""],
      ["nothing at all", {}, "emptyOpId", ""],
      ["TERMINATE to an op id of 8 kB", { opId: "x".repeat(8_192), signal: TERMINATE }, "oversizeOpId", /^x{200}…$/],
    ] as const;
    for (const [name, odd, reason, shown] of rows) {
      it(name, () =>
        connected(async (control, gateway) => {
          const told = record(control.diagnostics$);
          const statuses = record(control.statuses$);
          const watching = record(control.status(OP));
          gateway.send({ ...odd, sequence: MAX_SEQUENCE });
          gateway.send({ ...odd });
          await caughtUp(control, gateway);
          expect(told.values).to.have.lengthOf(2);
          expect(told.values[0]).to.deep.include({ kind: "malformedSignal", reason, count: 1 });
          expect(told.values[1]).to.deep.include({ kind: "malformedSignal", reason, count: 2 });
          for (const diagnostic of told.values) {
            expect("opId" in diagnostic && diagnostic.opId).to.match(
              typeof shown === "string" ? exactly(shown) : shown,
            );
          }
          expect(statuses.values).to.deep.equal([]);
          expect(watching.values).to.have.lengthOf(1);
          expect([control.isPaused(OP), control.isTerminated(OP)]).to.deep.equal([false, false]);
          expect(control.streamAlive()).to.be.true;
        }),
      );
    }

    it("also to an op that is paused or terminated", () =>
      connected(async (control, gateway) => {
        gateway.pause(OP);
        gateway.terminate(OTHER);
        for (const opId of [OP, OTHER]) for (const signal of [0, 4, 99, -1]) gateway.send({ opId, signal });
        await caughtUp(control, gateway);
        expect(control.isPaused(OP)).to.be.true;
        expect(control.isTerminated(OTHER)).to.be.true;
      }));
  });

  describe("are obeyed when only the op id is odd", () => {
    const ids = [
      "__proto__",
      "constructor",
      "line\nbreak\u001b[31m",
      ":",
      "agent",
      "**",
      " ",
      "🛑:é",
      "x".repeat(1_024),
    ];
    for (const opId of ids) {
      it(JSON.stringify(opId.slice(0, 30)), () =>
        connected(async (control, gateway) => {
          gateway.pause(opId);
          await caughtUp(control, gateway);
          expect(control.isPaused(opId)).to.be.true;
          expect(control.isPaused(OP)).to.be.false;
          gateway.terminate(opId);
          await caughtUp(control, gateway);
          const error = errorOf(control.awaitOp(opId), OpTerminatedError);
          expect(error.opId).to.equal(opId);
          expect(error.message).to.not.match(/[\u0000-\u001f]/);
          expect(control.isTerminated(OP)).to.be.false;
        }),
      );
    }

    it("and pollute no object", () => {
      expect(Object.keys(Object.prototype)).to.deep.equal([]);
    });
  });

  describe("with odd sequences", () => {
    it("of 2^64-1 are obeyed, and the sequence is kept to the last digit", () =>
      connected(async (control, gateway) => {
        const signal = firstValueFrom(control.signals$);
        const status = firstValueFrom(control.status(OP).pipe(skip(1)));
        gateway.send({ opId: OP, signal: PAUSE, sequence: MAX_SEQUENCE });
        expect(await signal).to.deep.equal({ opId: OP, signal: "PAUSE", sequence: 18446744073709551615n });
        expect(await status).to.deep.equal({ opId: OP, state: "paused", scope: "op", sequence: 18446744073709551615n });
      }));

    it("that repeat or go backwards drop no signal", () =>
      connected(async (control, gateway) => {
        gateway.send({ opId: OP, signal: PAUSE, sequence: MAX_SEQUENCE });
        gateway.send({ opId: OP, signal: RESUME, sequence: 5n });
        await caughtUp(control, gateway);
        expect(control.isPaused(OP)).to.be.false;
        gateway.send({ opId: OP, signal: PAUSE, sequence: 5n });
        await caughtUp(control, gateway);
        expect(control.isPaused(OP)).to.be.true;
        gateway.send({ opId: OP, signal: TERMINATE, sequence: 0n });
        await caughtUp(control, gateway);
        expect(control.isTerminated(OP)).to.be.true;
      }));
  });

  it("of any kind and in any order leave the ops as a model of the contract has them", async function () {
    this.timeout(20_000);
    await connected(async (control, gateway) => {
      let run = 0;
      const message = fc.record({
        op: fc.constantFrom("a", "b"),
        signal: fc.constantFrom(0, PAUSE, PAUSE, RESUME, RESUME, TERMINATE, 4, 99, -1),
        sequence: fc.bigInt(0n, MAX_SEQUENCE),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
          run++;
          const opIds = ["a", "b"].map((op) => `${run}:${op}`);
          const watching = control.status(opIds[1]!).subscribe();
          for (const { op, ...signal } of messages) gateway.send({ opId: `${run}:${op}`, ...signal });
          await caughtUp(control, gateway);
          for (const opId of opIds) expect(stateOf(control, opId)).to.equal(modelOf(opId, messages));
          watching.unsubscribe();
          for (const opId of opIds) expect(stateOf(control, opId)).to.equal(modelOf(opId, messages));
        }),
        { numRuns: 50 },
      );
    });
  });

  describe("that cannot be decoded", () => {
    const rubbish: Readonly<Record<string, Uint8Array>> = {
      "cut off in the middle": wire({ opId: OP, signal: TERMINATE }).subarray(0, 5),
      "a length beyond the end": Buffer.from([0x0a, 0x7f, 0x61]),
      "an endless varint": Buffer.alloc(32, 0xff),
      "an op id that claims 4 GiB": Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      "a wire type that there is not": Buffer.from([0x0f]),
    };
    for (const [name, bytes] of Object.entries(rubbish)) {
      it(`(${name}) fail the channel and change no op`, async () => {
        await using gateway = await HandMadeGateway.start();
        using control = connectTo(gateway);
        await control.ready();
        const call = await gateway.firstCall();
        call.write(wire({ opId: OP, signal: PAUSE }));
        await caughtUp(control, call);
        const statuses = record(control.statuses$);
        const waiting = record(control.awaitOp(OP));
        const failed = channelIs(control, "failed");
        call.write(bytes);
        call.write(wire({ opId: OP, signal: RESUME }));
        expect((await failed).lastError).to.match(/^13 INTERNAL: /);
        expect(statuses.values).to.deep.equal([]);
        expect(waiting.values).to.deep.equal([]);
        expect(waiting.end).to.be.instanceOf(OpControlUnavailableError);
        expect(stateOf(control, OP)).to.equal("paused");
        expect(stateOf(control, OTHER)).to.equal("running");
      });
    }

    it("(larger than any signal) fail the channel and change no op", async () => {
      await using gateway = await HandMadeGateway.start((call) => {
        accept(call);
        call.write(wire({ opId: OP.padEnd(100_000), signal: TERMINATE }));
      });
      using control = connectTo(gateway);
      const failed = channelIs(control, "failed");
      expect((await failed).lastError).to.match(/^8 RESOURCE_EXHAUSTED: /);
      expect((await rejectionOf(control.ready(), OpControlUnavailableError)).cause).to.include({
        code: status.RESOURCE_EXHAUSTED,
      });
      expect(stateOf(control, OP)).to.equal("running");
    });

    it("(unknown fields next to known ones) are decoded all the same: the gateway may be newer than we are", async () => {
      await using gateway = await HandMadeGateway.start();
      using control = connectTo(gateway);
      const call = await gateway.firstCall();
      await control.ready();
      call.write(Buffer.concat([Buffer.from([0x7a, 0x01, 0x61, 0x20, 0x07]), wire({ opId: OP, signal: PAUSE })]));
      await caughtUp(control, call);
      expect(stateOf(control, OP)).to.equal("paused");
    });
  });
});

async function connected(run: (control: OpControlSubscriber, gateway: DevGateway) => Promise<void>): Promise<void> {
  await using gateway = await DevGateway.start();
  using control = connectTo(gateway);
  await control.ready();
  await run(control, gateway);
}

function stateOf(control: OpControlSubscriber, opId: string): OpStatus["state"] {
  if (control.isTerminated(opId)) return "terminated";
  return control.isPaused(opId) ? "paused" : "running";
}

/** What the contract says of an op after these messages, in as few words as there are. */
function modelOf(opId: string, messages: readonly { readonly op: string; readonly signal: number }[]): string {
  const signals = messages.filter(({ op }) => opId.endsWith(`:${op}`)).map(({ signal }) => signal);
  if (signals.includes(TERMINATE)) return "terminated";
  return signals.findLast((signal) => signal === PAUSE || signal === RESUME) === PAUSE ? "paused" : "running";
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text}$`);
}
