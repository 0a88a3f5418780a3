import { Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { inspect } from "node:util";
import type { CredentialToken } from "../../lib/channel/credentialToken.js";
import { OpControlUnavailableError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { connectTo, HandMadeGateway, headerOf, refuse, US } from "../helpers/gateways.js";
import { record, rejectionOf } from "../helpers/record.js";

const HEADER = "x-aa-credential-token";
const SECRET = "s3cret-t0ken";

describe("The credential token over a real socket", () => {
  const providers: Readonly<Record<string, CredentialToken>> = {
    "a string": SECRET,
    "a function": () => SECRET,
    "an async function": () => Promise.resolve(SECRET),
  };
  for (const [name, credentialToken] of Object.entries(providers)) {
    it(`of ${name} is sent as ${HEADER}, and admits us`, async () => {
      await using gateway = await DevGateway.start({ tokens: { [SECRET]: US } });
      using control = connectTo(gateway, { credentialToken });
      await control.ready();
      expect(gateway.subscribers).to.deep.equal([US]);
    });

    it(`of ${name} is sent under no other header`, async () => {
      await using gateway = await HandMadeGateway.start();
      using control = connectTo(gateway, { credentialToken });
      const call = await gateway.firstCall();
      await control.ready();
      expect(headerOf(call, HEADER)).to.deep.equal([SECRET]);
      const others = Object.entries(call.metadata.getMap()).filter(([header]) => header !== HEADER);
      expect(inspect(others)).to.not.include(SECRET);
    });
  }

  it("is not sent where there is none", async () => {
    await using gateway = await HandMadeGateway.start();
    using control = connectTo(gateway);
    const call = await gateway.firstCall();
    await control.ready();
    expect(headerOf(call, HEADER)).to.deep.equal([]);
  });

  it("is asked for anew on every attempt", async () => {
    await using gateway = await HandMadeGateway.start();
    let asked = 0;
    const credentialToken = () => Promise.resolve(`${SECRET}-${++asked}`);
    for (let attempt = 0; attempt < 3; attempt++) {
      using control = connectTo(gateway, { credentialToken });
      await control.ready();
    }
    expect(asked).to.equal(3);
    expect(gateway.calls.map((call) => headerOf(call, HEADER))).to.deep.equal([
      [`${SECRET}-1`],
      [`${SECRET}-2`],
      [`${SECRET}-3`],
    ]);
  });

  it("whose function throws fails the channel, not the caller of connect()", async () => {
    await using gateway = await HandMadeGateway.start();
    const fails = () => {
      throw new Error(SECRET);
    };
    using control = connectTo(gateway, { credentialToken: fails });
    await rejectionOf(control.ready(), OpControlUnavailableError);
    expect(gateway.calls).to.deep.equal([]);
  });

  describe("fails the channel, and shows neither the token nor the provider's text,", () => {
    const faults: Readonly<Record<string, readonly [CredentialToken, RegExp]>> = {
      "when the provider throws": [
        () => {
          throw new Error(`could not reach https://user:${SECRET}@vault`);
        },
        /credentialToken function threw/,
      ],
      "when the provider rejects": [() => Promise.reject(new Error(SECRET)), /credentialToken function threw/],
      "when the token has a newline": [() => `${SECRET}\nx-admin: 1`, /credentialToken function gave no token/],
      "when the token is not ASCII": [() => `${SECRET}é`, /credentialToken function gave no token/],
      "when the token is empty": [() => "", /credentialToken function gave no token/],
      "when the token is no string": [() => ({ SECRET }) as never, /credentialToken function gave no token/],
      "when the provider never answers": [() => new Promise(() => undefined), /connectTimeoutMs \(50 ms\)/],
    };
    for (const [name, [credentialToken, lastError]] of Object.entries(faults)) {
      it(name, async () => {
        await using gateway = await HandMadeGateway.start();
        using control = connectTo(gateway, {
          credentialToken,
          connectTimeoutMs: name.includes("never") ? 50 : 5_000,
        });
        const told = await everythingTold(control);
        expect(told.connection.at(-1)?.state).to.equal("failed");
        expect(told.connection.at(-1)?.lastError).to.match(lastError);
        expectNoSecret(told);
        expect(gateway.calls).to.deep.equal([]);
      });
    }

    for (const code of [status.UNAUTHENTICATED, status.PERMISSION_DENIED]) {
      it(`when the gateway refuses it with ${status[code]}`, async () => {
        await using gateway = await HandMadeGateway.start(refuse(code, "no"));
        using control = connectTo(gateway, { credentialToken: SECRET });
        const told = await everythingTold(control);
        expect(told.connection.at(-1)?.lastError).to.include(status[code]);
        expectNoSecret(told);
        expect(headerOf(await gateway.firstCall(), HEADER)).to.deep.equal([SECRET]);
      });
    }

    const guises: Readonly<Record<string, (token: string) => string>> = {
      "as it is": (token) => token,
      "in upper case": (token) => token.toUpperCase(),
      "escaped as in a URL": encodeURIComponent,
    };
    for (const [name, inGuise] of Object.entries(guises)) {
      it(`when the gateway refuses it and repeats it ${name}`, async () => {
        const token = `${SECRET}+/=`;
        await using gateway = await HandMadeGateway.start((call) => {
          const trailers = new Metadata();
          trailers.set("x-refused", inGuise(token));
          const details = `"${inGuise(token)}" is no valid token`;
          call.emit("error", { code: status.UNAUTHENTICATED, details, metadata: trailers });
        });
        using control = connectTo(gateway, { credentialToken: token });
        expectNoSecret(await everythingTold(control));
      });
    }
  });

  it("may be repeated in the trailers of a refusal that is final: it stays so, also with reconnect", async () => {
    await using gateway = await HandMadeGateway.start((call) => {
      const trailers = new Metadata();
      trailers.set("x-refused", SECRET);
      call.emit("error", { code: status.PERMISSION_DENIED, details: "no", metadata: trailers });
    });
    using control = connectTo(gateway, { credentialToken: SECRET, reconnect: { initialDelayMs: 5, maxDelayMs: 5 } });
    const told = record(control.connection$);
    expect((await rejectionOf(control.ready(), OpControlUnavailableError)).cause).to.include({ details: "no" });
    expect(told.values.map(({ state }) => state)).to.deep.equal(["connecting", "failed"]);
  });

  it("is refused at once on plaintext to another machine", () => {
    expect(() => connectTo({ endpoint: "192.0.2.1:50051" }, { credentialToken: SECRET, allowInsecure: true })).to.throw(
      TypeError,
      /^credentialToken /,
    );
  });
});

/** All that a subscriber tells of a channel that fails. */
async function everythingTold(control: OpControlSubscriber) {
  const connection = record(control.connection$);
  const diagnostics = record(control.diagnostics$);
  const streams = [control.signals$, control.statuses$, control.ops$, control.status("op:"), control.awaitOp("op:")];
  const recordings = streams.map((stream$) => record<unknown>(stream$));
  const errors = [
    await rejectionOf(control.ready(), OpControlUnavailableError),
    await rejectionOf(control.whenRunnable("op:"), OpControlUnavailableError),
  ];
  return {
    connection: connection.values,
    diagnostics: diagnostics.values,
    streams: recordings.map(({ values, end }) => ({ values, end })),
    errors,
  };
}

function expectNoSecret(told: unknown): void {
  expect(inspect(told, { depth: Infinity, showHidden: true, maxStringLength: Infinity }).toLowerCase()).to.not.include(
    SECRET,
  );
}
