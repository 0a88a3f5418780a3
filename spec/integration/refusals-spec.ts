import { type ServiceError, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import type { ConnectOptions } from "../../lib/options.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, channelIs, connectTo, HandMadeGateway, refuse, US, wire } from "../helpers/gateways.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { errorOf, record, rejectionOf } from "../helpers/record.js";

/** What must never be shown as it is: line breaks, escape codes, and what reorders a line. */
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

interface Refusing extends AsyncDisposable {
  readonly endpoint: string;
}

describe("A refusal over a real socket", () => {
  const rows: readonly (readonly [status, string, () => Promise<Refusing>, Partial<ConnectOptions>?])[] = [
    [
      status.INVALID_ARGUMENT,
      "agent_id is required",
      () => HandMadeGateway.start(refuse(status.INVALID_ARGUMENT, "agent_id is required")),
    ],
    [
      status.UNAUTHENTICATED,
      "a valid credential token is required",
      () => DevGateway.start({ tokens: { ours: US } }),
      { credentialToken: "theirs" },
    ],
    [
      status.PERMISSION_DENIED,
      "the credential token belongs to another agent",
      () => DevGateway.start({ tokens: { theirs: { ...US, teamId: "support" } } }),
      { credentialToken: "theirs" },
    ],
    [status.UNIMPLEMENTED, "does not implement", () => HandMadeGateway.start(null)],
    [status.UNAVAILABLE, "op control is not available", () => DevGateway.start({ publisher: false })],
  ];
  for (const [code, details, start, options] of rows) {
    describe(`with ${status[code]}`, () => {
      it("fails the channel, and is never live", async () => {
        await using gateway = await start();
        using control = connectTo(gateway, options);
        const told = record(control.connection$);
        const { attempt, lastError } = await channelIs(control, "failed");
        expect(told.values.map(({ state }) => state)).to.deep.equal(["connecting", "failed"]);
        expect(attempt).to.equal(1);
        expect(lastError).to.include(`${code} ${status[code]}: `).and.to.include(details);
        expect(control.streamAlive()).to.be.false;
      });

      it("rejects ready() with an OpControlUnavailableError whose cause has the code, now and later", async () => {
        await using gateway = await start();
        using control = connectTo(gateway, options);
        for (const when of ["while connecting", "after it has failed"]) {
          const error = await rejectionOf(control.ready(), OpControlUnavailableError);
          const cause = error.cause as ServiceError;
          expect(cause, when).to.be.instanceOf(Error).with.property("code", code);
          expect(cause.details).to.include(details);
        }
      });

      it("lets nobody run: neither who waits nor who comes later", async () => {
        await using gateway = await start();
        using control = connectTo(gateway, options);
        const before = control.status(OP);
        const watching = record(before);
        await channelIs(control, "failed");
        expect(watching.end).to.be.instanceOf(OpControlUnavailableError);
        for (const stream$ of [control.awaitOp(OP), before, control.status(OTHER)]) {
          const later = record(stream$);
          expect(later.values).to.deep.equal([]);
          expect(later.end).to.be.instanceOf(OpControlUnavailableError);
        }
        await rejectionOf(control.whenRunnable(OP), OpControlUnavailableError);
      });
    });
  }

  const oddCodes: readonly unknown[] = [99, 15, 2];
  for (const code of oddCodes) {
    it(`with an odd code, ${String(code)}, fails the channel too`, async () => {
      await using gateway = await HandMadeGateway.start(refuse(code as status, "odd"));
      using control = connectTo(gateway);
      const error = await rejectionOf(control.ready(), OpControlUnavailableError);
      expect(error.cause).to.include({ code, details: "odd" });
    });
  }

  it("after the channel was live fails it as well, with reconnect: false; what was told before still holds", async () => {
    await using gateway = await HandMadeGateway.start();
    using control = connectTo(gateway);
    const call = await gateway.firstCall();
    await control.ready();
    call.write(wire({ opId: "a", signal: 3 }));
    await caughtUp(control, call);
    refuse(status.PERMISSION_DENIED)(call);
    await channelIs(control, "failed");
    expect(errorOf(control.awaitOp("a"), OpTerminatedError).opId).to.equal("a");
    expect(errorOf(control.awaitOp(OP), OpControlUnavailableError).cause).to.include({
      code: status.PERMISSION_DENIED,
    });
  });

  describe("whose text would forge a log line", () => {
    const forged = "down\r\n2026-01-01 INFO all ops resumed\u001b[2K\u001b]0;pwned\u0007\u202e\u2028 é";

    it("is cleaned in the error, its cause, both stacks and connection$", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.UNAVAILABLE, forged));
      using control = connectTo(gateway);
      const told = record(control.connection$);
      const error = await rejectionOf(control.ready(), OpControlUnavailableError);
      const cause = error.cause as ServiceError;
      const lastError = told.values.at(-1)?.lastError;
      for (const text of [error.message, error.stack, cause.message, cause.details, cause.stack, lastError]) {
        expect(text).to.be.a("string").that.includes("all ops resumed").and.includes("é");
        expect(text).to.not.match(UNPRINTABLE);
        expect(text).to.not.match(/^2026-01-01/m);
      }
      for (const text of [error.message, cause.message, cause.details, lastError]) expect(text).to.not.include("\n");
    });

    it("is cut when it is long", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.UNAVAILABLE, "x".repeat(5_000)));
      using control = connectTo(gateway);
      const told = record(control.connection$);
      const error = await rejectionOf(control.ready(), OpControlUnavailableError);
      const { details } = error.cause as ServiceError;
      for (const text of [error.message, details, told.values.at(-1)?.lastError]) {
        expect(text?.length).to.be.lessThan(300);
      }
    });
  });
});
