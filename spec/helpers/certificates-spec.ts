import type { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { agentTls, serverTls } from "./certificates.js";
import { RawStream } from "./RawStream.js";

describe("certificates", () => {
  const accepted: readonly (readonly [string, ServerCredentials, ChannelCredentials])[] = [
    ["a server that proves itself", serverTls(), agentTls()],
    ["both prove themselves", serverTls("server", { mutual: true }), agentTls({ proves: true })],
    ["a client that proves itself unasked", serverTls(), agentTls({ proves: true })],
  ];
  for (const [name, server, agent] of accepted) {
    for (const host of ["127.0.0.1", "localhost"]) {
      it(`are accepted: ${name}, at ${host}`, async () => {
        await using gateway = await DevGateway.start({ host, credentials: server });
        using stream = new RawStream(gateway, undefined, agent);
        await stream.subscribed();
        expect(gateway.subscribers).to.have.length(1);
      });
    }
  }

  const refused: readonly (readonly [string, ServerCredentials, ChannelCredentials, RegExp])[] = [
    ["an unknown authority", serverTls(), agentTls({ trusts: "another" }), /self-signed/],
    ["expired", serverTls("expired"), agentTls(), /expired/],
    ["a wrong name", serverTls("wrongName"), agentTls(), /altnames|IP: 127\.0\.0\.1/],
    ["a client's in a server's place", serverTls("client"), agentTls(), /purpose/],
    [
      "no client certificate",
      serverTls("server", { mutual: true }),
      agentTls(),
      /certificate required|ECONNRESET|EPIPE/,
    ],
  ];
  for (const [name, server, agent, reason] of refused) {
    it(`are refused: ${name}`, async () => {
      await using gateway = await DevGateway.start({ credentials: server });
      using stream = new RawStream(gateway, undefined, agent);
      const { code, details } = await stream.ended;
      expect(code).to.equal("UNAVAILABLE");
      expect(details).to.match(reason);
      expect(gateway.subscribers).to.deep.equal([]);
    });
  }
});
