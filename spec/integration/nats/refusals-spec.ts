import { inspect } from "node:util";
import { expect } from "chai";
import { OpControlUnavailableError } from "../../../lib/errors.js";
import type { JetStreamOptions } from "../../../lib/nats/jetStreamSignals.js";
import { publishSignal } from "../../../lib/nats/publishSignal.js";
import { US } from "../../helpers/gateways.js";
import { describeWithNats, hasMultipleFilters } from "../../helpers/NatsServer.js";
import { OP } from "../../helpers/opControl.js";
import { record, rejectionOf } from "../../helpers/record.js";
import { TcpServer } from "../../helpers/sockets.js";
import { agentOn, Bus, connectTo, first, statusIs } from "./bus.js";

const SECRET = "s3cr3t-of-ours";

/** An operator may do everything, and an agent what is said. */
function authorization(agentsPermissions: string): string {
  return `authorization { users = [
    { user: operator, password: op }
    { user: agent, password: "${SECRET}", permissions: { ${agentsPermissions} } }
  ] }`;
}

const operator = { user: "operator", pass: "op" };
const agent = { user: "agent", pass: SECRET };

describeWithNats("A bus that refuses an agent", () => {
  it("for a wrong password fails the channel before it is ever live", async () => {
    await using bus = await Bus.start({ config: authorization(""), credentials: operator });
    using control = bus.agent({ connectionOptions: { ...agent, pass: `${SECRET}!` } });
    const channel = record(control.connection$);
    const error = await rejectionOf(control.ready(), OpControlUnavailableError);
    expect((error.cause as Error).message).to.equal("Authorization Violation");
    expect(new Set(channel.values.map(({ state }) => state))).to.deep.equal(
      new Set(["connecting", "reconnecting", "failed"]),
    );
    expect(inspect([channel.values, error], { depth: 9, showHidden: true })).to.not.include(SECRET);
  });

  it("for a wrong password once the channel was live is asked again: it may know us later", async () => {
    await using bus = await Bus.start({ config: authorization(""), credentials: operator });
    let pass = SECRET;
    const authenticator = () => ({ user: "agent", pass });
    using control = bus.agent({ connectionOptions: { authenticator } });
    await control.ready();
    pass = "wrong";
    bus.network.reset();
    await statusIs(control, "reconnecting", /Authorization Violation/);
    pass = SECRET;
    await statusIs(control, "live");
  });

  // With several subjects NATS has no request for a consumer that could be allowed for those only.
  const create = hasMultipleFilters
    ? "$JS.API.CONSUMER.CREATE.AA_OPCONTROL"
    : "$JS.API.CONSUMER.CREATE.AA_OPCONTROL.*.assembly.opcontrol.>";
  const needed = [
    "$JS.API.STREAM.INFO.AA_OPCONTROL",
    create,
    "$JS.API.CONSUMER.MSG.NEXT.AA_OPCONTROL.*",
    "$JS.API.CONSUMER.INFO.AA_OPCONTROL.*",
    "$JS.API.CONSUMER.DELETE.AA_OPCONTROL.*",
  ];
  const allowed = (subjects: readonly string[]) => `publish: ${JSON.stringify(subjects)}, subscribe: "_INBOX.>"`;

  it("nothing that it needs has no more than these subjects to allow", async () => {
    await using bus = await Bus.start({ config: authorization(allowed(needed)), credentials: operator });
    await bus.publish(OP, "TERMINATE");
    using control = bus.agent({ connectionOptions: agent });
    await control.ready();
    expect(control.isTerminated(OP)).to.be.true;
  });

  it("an operator who may publish and nothing else can still resume", async () => {
    const config = authorization(`publish: ["assembly.opcontrol.>"], subscribe: ["_INBOX.>"]`);
    await using bus = await Bus.start({ config, credentials: operator });
    const connection = await connectTo(bus.server.address, agent);
    for (const signal of ["PAUSE", "RESUME"] as const) {
      expect(await publishSignal(connection, { opId: OP, signal, agent: US })).to.be.a("bigint");
    }
    await connection.close();
  });

  for (const subject of needed.slice(0, 3)) {
    it(`the use of ${subject} fails the channel before it is ever live`, async () => {
      const others = needed.filter((other) => other !== subject);
      await using bus = await Bus.start({ config: authorization(allowed(others)), credentials: operator });
      using control = bus.agent({ connectionOptions: agent });
      const channel = record(control.connection$);
      await rejectionOf(control.ready(), OpControlUnavailableError);
      expect(channel.values.map(({ state }) => state)).to.deep.equal(["connecting", "failed"]);
      expect(channel.values.at(-1)?.lastError).to.match(/permissions violation for publish/i);
    });
  }

  it("the inbox that messages come by fails the channel before it is ever live", async () => {
    const config = authorization(`publish: ">", subscribe: "elsewhere.>"`);
    await using bus = await Bus.start({ config, credentials: operator });
    using control = bus.agent({ connectionOptions: agent });
    await rejectionOf(control.ready(), OpControlUnavailableError);
    const { lastError } = await statusIs(control, "failed");
    expect(lastError).to.match(/permissions violation for subscription/i);
  });

  it("JetStream is told, and tried again", async () => {
    await using bus = await Bus.start({ jetStream: false, stream: false });
    using control = bus.agent();
    const { lastError } = await statusIs(control, "reconnecting");
    expect(lastError).to.include("jetstream is not enabled");
    await statusIs(control, "reconnecting");
  });

  it("and has it try again is not believed where what it says has our token in it", async () => {
    const told = `-ERR 'no such token: ${SECRET}\u001b[2J'\r\n`;
    await using server = await TcpServer.start((socket) => {
      socket.write('INFO {"version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n');
      socket.once("data", () => socket.end(told));
    });
    using control = agentOn({ servers: server.endpoint, connectionOptions: { token: SECRET } });
    const channel = record(control.connection$);
    const diagnostics = record(control.diagnostics$);
    const { lastError } = await statusIs(control, "reconnecting", /no such token/);
    expect(lastError).to.equal("no such token: [credential token]\\u001b[2J");
    expect(inspect([channel.values, diagnostics.values])).to.not.include(SECRET);
  });

  it("an authenticator's own error is not shown, for it may be secret", async () => {
    await using bus = await Bus.start();
    const authenticator = () => {
      throw new Error(`cannot parse ${SECRET}`);
    };
    using control = bus.agent({ connectionOptions: { authenticator } });
    const { lastError } = await statusIs(control, "reconnecting");
    expect(lastError).to.equal("the authenticator has failed; its error is withheld, since it may be secret");
  });

  const silent: readonly (readonly [string, Partial<JetStreamOptions>, string])[] = [
    ["accepts and says nothing", {}, ""],
    ["begins to speak and says no more", {}, 'INFO {"version":"2.9.10"}\r\n'],
  ];
  for (const [what, options, greeting] of silent) {
    it(`a server that ${what} is given up at connectTimeoutMs`, async () => {
      await using server = await TcpServer.start((socket) => socket.resume().write(greeting));
      using control = agentOn({ servers: server.endpoint, connectTimeoutMs: 100, ...options });
      const { lastError } = await statusIs(control, "reconnecting");
      expect(lastError).to.equal("no answer from the bus within connectTimeoutMs (100 ms)");
      await first(control.connection$, ({ attempt }) => attempt >= 4);
      const open = server.sockets.filter(({ readyState }) => readyState === "open");
      expect(open.length).to.be.at.most(2);
    });
  }

  it("a server that says nothing keeps nobody from the others, whichever is asked first", async () => {
    await using bus = await Bus.start();
    await using silent = await TcpServer.start();
    const servers = [silent.endpoint, bus.network.endpoint];
    using control = bus.agent({ servers, connectionOptions: { noRandomize: true }, connectTimeoutMs: 1_000 });
    const channel = record(control.connection$);
    await control.ready();
    expect(silent.sockets).to.have.lengthOf(1);
    expect(channel.values.map(({ state }) => state)).to.deep.equal(["connecting", "live"]);
  });

  it("nothing but TLS is spoken where an address says tls://", async () => {
    await using bus = await Bus.start();
    using control = bus.agent({ servers: `tls://${bus.network.endpoint}`, connectionOptions: { token: SECRET } });
    const { lastError } = await statusIs(control, "reconnecting");
    expect(lastError).to.include("tls");
  });

  describe("by a shared connection", () => {
    it("that is closed by its owner fails the channel, though it was live", async () => {
      await using bus = await Bus.start();
      const connection = await connectTo(bus.server.address);
      using control = bus.agent({ connection });
      await control.ready();
      const watching = record(control.status(OP));
      const failed = statusIs(control, "failed");
      await connection.close();
      const { lastError } = await failed;
      expect(lastError).to.include("the connection to the bus was closed");
      expect(watching.end).to.be.instanceOf(OpControlUnavailableError);
    });

    it("that is drained by its owner fails the channel", async () => {
      await using bus = await Bus.start();
      const connection = await connectTo(bus.server.address);
      using control = bus.agent({ connection });
      await control.ready();
      const failed = statusIs(control, "failed");
      await connection.drain();
      await failed;
    });

    it("that was closed before fails the channel", async () => {
      await using bus = await Bus.start();
      const connection = await connectTo(bus.server.address);
      await connection.close();
      using control = bus.agent({ connection });
      await rejectionOf(control.ready(), OpControlUnavailableError);
    });

    it("that gives up reconnecting fails the channel", async () => {
      await using bus = await Bus.start();
      const connection = await connectTo(bus.server.address, { maxReconnectAttempts: 2 });
      using control = bus.agent({ connection });
      await control.ready();
      const failed = statusIs(control, "failed");
      await bus.server.kill();
      await failed;
      await bus.server.restart();
    });
  });
});
