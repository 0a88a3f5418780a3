import { expect } from "chai";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import { jetStreamSignals, type JetStreamOptions } from "../../lib/nats/jetStreamSignals.js";
import { FakeBus } from "./FakeBus.js";

const servers = "127.0.0.1:4222";
const agentId = "agent-7";

describe("jetStreamSignals", () => {
  describe("takes", () => {
    const rows: readonly (readonly [string, JetStreamOptions])[] = [
      ["one server", { agentId, servers }],
      ["some servers", { agentId, servers: ["nats://a.example:4222", "tls://b.example", "[::1]:4222", "::1", "c"] }],
      ["a connection", { agentId, connection: new FakeBus().connection }],
      [
        "every option",
        { orgId: "acme", teamId: "payments", agentId, servers, connectionOptions: { user: "us", pass: "x" } },
      ],
      ["the least heartbeat", { agentId, servers, heartbeatMs: 500 }],
      ["the longest heartbeat", { agentId, servers, heartbeatMs: 30_000 }],
      [
        "waits of one's own",
        { agentId, servers, reconnect: { initialDelayMs: 1, maxDelayMs: 2 }, connectTimeoutMs: 1 },
      ],
    ];
    for (const [what, options] of rows) {
      it(what, () => {
        expect(jetStreamSignals(options)).to.be.instanceOf(SignalObservable);
      });
    }

    it("an option that is undefined for one that is left out", () => {
      const undefinedOnes = { connection: undefined, connectionOptions: undefined, orgId: undefined };
      const options = { agentId, servers, heartbeatMs: undefined, connectTimeoutMs: undefined, ...undefinedOnes };
      expect(jetStreamSignals(options as unknown as JetStreamOptions)).to.be.instanceOf(SignalObservable);
    });
  });

  describe("refuses with a TypeError that names it", () => {
    const rows: readonly (readonly [string, object])[] = [
      ["agentId must be a non-empty string", { servers }],
      ["agentId must be a non-empty string", { agentId: "", servers }],
      ["agentId must be a non-empty string", { agentId: 7, servers }],
      ["orgId must be a string", { agentId, servers, orgId: 7 }],
      ["teamId must be a string", { agentId, servers, teamId: null }],
      ["server must be spelt as one of the options that there are", { agentId, server: servers }],
      ["servers must be given where connection is not, and only there", { agentId }],
      ["servers must be given where connection is not, and only there", { agentId, servers: [] }],
      [
        "servers must be given where connection is not, and only there",
        { agentId, servers, connection: new FakeBus().connection },
      ],
      ...[
        "",
        4222,
        "ws://a.example",
        "a.example/path",
        "a b",
        "us:s3cr3t@a.example:4222",
        ["a", "nats://s3cr3t@b"],
      ].map(
        (wrong) => ['servers must be a "host:port" without "user:password@"', { agentId, servers: wrong }] as const,
      ),
      ["connection must be a NatsConnection", { agentId, connection: {} }],
      ["connection must be a NatsConnection", { agentId, connection: "127.0.0.1:4222" }],
      ["connectionOptions must be an object", { agentId, servers, connectionOptions: "token" }],
      [
        "connectionOptions must be left out where connection is given",
        { agentId, connection: new FakeBus().connection, connectionOptions: {} },
      ],
      ["reconnect must be an object", { agentId, servers, reconnect: false }],
      ["reconnect.initialDelayMs must be", { agentId, servers, reconnect: { initialDelayMs: 0 } }],
      ["connectTimeoutMs must be", { agentId, servers, connectTimeoutMs: 0 }],
      ["heartbeatMs must be a number of milliseconds from 500", { agentId, servers, heartbeatMs: 499 }],
      ["heartbeatMs must be at most 30000", { agentId, servers, heartbeatMs: 30_001 }],
      ["heartbeatMs must be", { agentId, servers, heartbeatMs: "5s" }],
    ];
    for (const [message, options] of rows) {
      it(`${message} (${JSON.stringify(options).slice(0, 90)})`, () => {
        const refused = () => jetStreamSignals(options as JetStreamOptions);
        expect(refused).to.throw(TypeError, message);
        expect(refused).to.not.throw(/s3cr3t/);
      });
    }

    it("options that are none", () => {
      for (const options of [undefined, null, "x", []]) {
        expect(() => jetStreamSignals(options as unknown as JetStreamOptions)).to.throw(TypeError, "options must be");
      }
    });
  });
});
