import { expect } from "chai";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpsClient } from "../../lib/rest/OpsClient.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { connectTo, US } from "../helpers/gateways.js";
import { RawStream } from "../helpers/RawStream.js";
import { askApi } from "../testing/rest/askApi.js";
import { CommandRun } from "./gateway/CommandRun.js";
import { needsTerminal } from "./gateway/needsTerminal.js";

const FREE_PORTS = ["--port", "0", "--api-port", "0"];
const TOKEN = "a-token-that-nobody-should-see";
const KEY = "aa_a-key-that-nobody-should-see";
const TRIPLE = "acme/payments/agent-7";

const files = {
  "tokens.json": JSON.stringify({ [TOKEN]: { agent_id: "agent-7", team_id: "payments", org_id: "acme" } }),
  "broken.json": `{ "${TOKEN}": `,
};

describe("rx-op-control gateway, as a process", function () {
  this.timeout(30_000);

  let folder: string;
  let other: DevGateway;
  const runs = new Map<string, CommandRun>();

  // Together, for each takes most of a second to start.
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    other = await DevGateway.start({ rest: {} });
    start("plain", FREE_PORTS);
    start("json", [...FREE_PORTS, "--json"]);
    start("guarded", [...FREE_PORTS, "--tokens", "tokens.json", "--json"], { AASM_API_KEY: KEY });
    start("port in use", ["--port", "0", "--api-port", new URL(other.apiUrl!).port]);
    start("wrong file", [...FREE_PORTS, "--tokens", "broken.json"]);
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
    await other.close();
    await rm(folder, { recursive: true });
  });

  it("says first that it is for development and where it listens, then what happens, and ends with SIGINT and 0", async () => {
    const run = runs.get("plain")!;
    await run.printed("operators ");
    const [first, agents, operators] = run.stdout.split("\n");
    expect(first).to.match(/^gateway for development, not for production: /);
    const endpoint = /^agents {5}gRPC on (127\.0\.0\.1:\d+)$/.exec(agents!)![1]!;
    const apiUrl = /^operators {2}REST on (http:\/\/127\.0\.0\.1:\d+)$/.exec(operators!)![1]!;

    const client = new OpsClient({ apiUrl });
    const control = connectTo({ endpoint });
    await control.ready();
    await run.printed(`subscribed ${TRIPLE}\n`);
    const op = "demo:1\u001b[2J";
    await client.register(op, US);
    const paused = new Promise((resolve) => control.signals$.subscribe(resolve));
    await client.act(op, "pause");
    expect(await paused).to.deep.equal({ opId: op, signal: "PAUSE", sequence: 0n });
    expect(control.isPaused(op)).to.equal(true);
    await client.haltAgent(op, "resume");
    await client.haltFleet("terminate");
    await run.printed("terminate the whole fleet\n");
    control.close();
    await run.printed(`left       ${TRIPLE}\n`);
    await client.act(op, "terminate");
    await run.printed("it is lost\n");
    run.kill("SIGINT");
    expect(await run.exitCode()).to.equal(0);
    const shown = "demo:1\\u001b[2J";
    expect(run.stdout.split("\n").slice(3)).to.deep.equal([
      `subscribed ${TRIPLE}`,
      `registered ${shown}, running, for ${TRIPLE}`,
      `sent       PAUSE ${shown} to ${TRIPLE}, #0`,
      `accepted   pause ${shown}, which is paused now`,
      `sent       RESUME agent:agent-7 to ${TRIPLE}, #1`,
      "accepted   resume every op of agent-7",
      "sent       TERMINATE * to everyone, #2",
      "accepted   terminate the whole fleet",
      `left       ${TRIPLE}`,
      `sent       TERMINATE ${shown} to ${TRIPLE}, #3: nobody is subscribed here, so it is lost`,
      `accepted   terminate ${shown}, which is terminated now`,
      "closed     every stream has ended",
      "",
    ]);
    expect(run.stderr).to.equal("");
  });

  it("says so in NDJSON with --json, ends the streams that are open with SIGTERM and exits with 0", async () => {
    const run = runs.get("json")!;
    await run.printed("\n");
    const { endpoint, apiUrl } = JSON.parse(run.stdout.split("\n")[0]!) as { endpoint: string; apiUrl: string };
    using stream = await new RawStream({ endpoint }).subscribed();
    const client = new OpsClient({ apiUrl });
    await client.register("demo:1");
    await client.act("demo:1", "pause");
    await client.haltFleet("resume");
    run.kill("SIGTERM");
    expect((await stream.ended).code).to.equal("OK");
    expect(await run.exitCode()).to.equal(0);
    const events = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { at: string });
    for (const { at } of events) expect(at).to.equal(new Date(at).toISOString());
    const agent = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
    expect(events.map(({ at: _, ...fields }) => fields)).to.deep.equal([
      {
        type: "listening",
        purpose: "for development, not for production",
        endpoint,
        asksForToken: false,
        apiUrl,
        asksForKey: false,
      },
      { type: "subscribed", agent },
      { type: "registered", opId: "demo:1", state: "running" },
      { type: "sent", opId: "demo:1", signal: "PAUSE", sequence: "0", streams: 1 },
      { type: "accepted", action: "pause", opId: "demo:1", state: "paused" },
      { type: "sent", opId: "*", signal: "RESUME", sequence: "1", streams: 1 },
      { type: "halted", action: "resume", scope: "global", target: "" },
      { type: "left", agent },
      { type: "closed" },
    ]);
    expect(run.stderr).to.equal("");
  });

  it("asks agents for a token of the file, and operators for the key of AASM_API_KEY, and shows neither", async () => {
    const run = runs.get("guarded")!;
    await run.printed("\n");
    const said = JSON.parse(run.stdout) as {
      endpoint: string;
      apiUrl: string;
      asksForToken: boolean;
      asksForKey: boolean;
    };
    expect([said.asksForToken, said.asksForKey]).to.deep.equal([true, true]);
    using refused = new RawStream(said);
    expect((await refused.ended).code).to.equal("UNAUTHENTICATED");
    using control = connectTo(said, { credentialToken: TOKEN });
    await control.ready();
    const path = "/api/v1/ops";
    expect((await askApi(said.apiUrl, { method: "GET", path })).status).to.equal(401);
    expect(await new OpsClient({ apiUrl: said.apiUrl, apiKey: KEY }).list()).to.deep.equal([]);
    run.kill("SIGHUP");
    expect(await run.exitCode()).to.equal(0);
    expect(run.stdout + run.stderr)
      .to.not.include(TOKEN)
      .and.not.include(KEY);
  });

  it("ends at once with a second signal, also where a connection keeps it", async () => {
    await using run = new CommandRun(["gateway", ...FREE_PORTS]);
    await run.printed("operators ");
    const port = Number(/gRPC on .*:(\d+)/.exec(run.stdout)![1]);
    const mute = connect(port, "127.0.0.1").on("error", () => undefined);
    await once(mute, "connect");
    // One that is served is the sign that the other has been let in.
    using stream = await new RawStream({ endpoint: `127.0.0.1:${port}` }).subscribed();
    run.kill("SIGINT");
    await stream.ended;
    run.kill("SIGINT");
    // Where the machine was too slow for the second one, the first has done its work.
    expect(await run.exitCode()).to.be.oneOf(["SIGINT", 0]);
    mute.destroy();
  });

  it("says in a sentence that it cannot listen, and exits with 4", async () => {
    const run = runs.get("port in use")!;
    expect(await run.exitCode()).to.equal(4);
    expect(run.stderr).to.match(
      /^error: the REST API cannot listen on port \d+ of 127\.0\.0\.1: another program .*\n$/,
    );
    expect(run.stdout).to.equal("");
  });

  it("says what is wrong with a file of tokens, and none of it, and exits with 2", async () => {
    const run = runs.get("wrong file")!;
    expect(await run.exitCode()).to.equal(2);
    expect(run.stderr)
      .to.match(/^error: --tokens .*broken\.json is not JSON\b.*\n$/)
      .and.not.include(TOKEN);
    expect(run.stdout).to.equal("");
  });

  describe("on a terminal", () => {
    before(needsTerminal);

    it("does what is typed: through the records where the op is registered, and goes with Ctrl-D", async () => {
      await using run = new CommandRun(["gateway", ...FREE_PORTS], { columns: 200 });
      await run.printed("type pause, resume or terminate");
      const apiUrl = /REST on (http:\S+)/.exec(run.stdout)![1]!;
      const client = new OpsClient({ apiUrl });
      using stream = await new RawStream({ endpoint: /gRPC on (\S+)/.exec(run.stdout)![1]! }).subscribed();
      await client.register("demo 1");
      run.type("pause demo 1\n");
      await run.printed("accepted   pause demo 1, which is paused now");
      expect((await client.list())[0]?.state).to.equal("paused");
      run.type("pause demo 1\n");
      await run.printed("refused: demo 1 is paused: Operation state does not permit this transition");
      run.type("ops\n");
      await run.printed("paused     demo 1");
      run.type("resume other:\nterminate *\nhelp\n");
      expect(await stream.received(3)).to.deep.equal(["demo 1", "other:", "*"]);
      expect((await client.list())[0]?.state).to.equal("paused");
      run.type("\u0004");
      expect(await run.exitCode()).to.equal(0);
      expect(run.stdout).to.include("closed     every stream has ended");
      expect(run.stdout.match(/type pause, resume or terminate/g)).to.have.length(2);
    });
  });

  function start(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const words = args.map((word) => (word.endsWith(".json") ? join(folder, word) : word));
    runs.set(name, new CommandRun(["gateway", ...words], { env }));
  }
});
