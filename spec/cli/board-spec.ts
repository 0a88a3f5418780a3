import { expect } from "chai";
import { type AddressInfo, createServer } from "node:net";
import { once } from "node:events";
import type { Snapshot } from "../../lib/cli/board/BoardEvent.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { ask } from "../helpers/board/ask.js";
import { EventReader } from "../helpers/board/EventReader.js";
import { subscribed } from "../helpers/gateways.js";
import { CommandRun } from "./gateway/CommandRun.js";
import { type Misuse, refusesMisuse } from "../helpers/refusesMisuse.js";

const STACK_TRACE = /^\s+at /m;
const API_KEY = "key-0123456789";

/** Wrong arguments, and what is said about them. */
const misuses: readonly Misuse[] = [
  ["a port that is none", ["--port", "70000"], /^error: option '--port <number>' argument '70000' is invalid/],
  ["a port in words", ["--port", "http"], /^error: option '--port <number>' argument 'http' is invalid/],
  ["an API that is no URL", ["--api", "nowhere"], /^error: --api must be a URL such as/],
  ["an extra argument", ["extra"], /^error: too many arguments for 'board'/],
  ["no agent", ["--agent", ""], /^error: agentId must be a non-empty string/],
];

describe("rx-op-control board, as a process", function () {
  this.timeout(30_000);

  const runs = new Map<string, CommandRun>();

  // Together, for each takes most of a second to start.
  before(() => {
    for (const [name, args] of misuses) runs.set(name, new CommandRun(["board", ...args]));
    runs.set("help", new CommandRun(["board", "--help"]));
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
  });

  /** The address that was printed as JSON. */
  async function urlOf(run: CommandRun): Promise<string> {
    await run.printed("\n");
    return (JSON.parse(run.stdout) as { url: string }).url;
  }

  it("prints the address of the page, shows how the gateway does, and is closed by SIGINT with 0", async () => {
    await using gateway = await DevGateway.start({ rest: { apiKey: API_KEY } });
    gateway.ops.register("demo:1");
    const args = ["--gateway", gateway.endpoint, "--api", gateway.apiUrl ?? "", "--org", "acme", "--agent", "agent-7"];
    await using run = new CommandRun(["board", ...args], { env: { AASM_API_KEY: API_KEY } });
    await run.printed("channel    live\n");
    const url = /^board {6}(http:\/\/127\.0\.0\.1:\d+\/[\w-]{22,}\/)$/m.exec(run.stdout)?.[1] ?? "";
    expect(run.stdout).to.include(`gateway    ${gateway.endpoint}, as agent agent-7 (org acme)\n`);
    const page = await ask(url);
    expect(page.status).to.equal(200);
    expect(page.body).to.include("<title>op control</title>");
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page.body)?.[1] ?? "";
    expect((await ask(`${url}${script}`)).status).to.equal(200);
    expect(page.body).to.not.match(/<script(?![^>]* src=)|<style|\son\w+=|https?:\/\//);

    await using events = await EventReader.open(`${url}events`);
    const snapshot = (await events.next("snapshot")) as Snapshot;
    expect(snapshot.about).to.include({ orgId: "acme", agentId: "agent-7", gateway: gateway.endpoint });
    expect(snapshot.api).to.deep.equal({ known: true, url: gateway.apiUrl });
    expect(JSON.stringify(snapshot)).to.not.include(API_KEY);
    const headers = { origin: new URL(url).origin, "content-type": "application/json" };
    const body = JSON.stringify({ scope: "op", op: "demo:1", action: "pause" });
    expect((await ask(`${url}actions`, { method: "POST", headers, body })).status).to.equal(200);
    expect(gateway.ops.get("demo:1")?.state).to.equal("paused");

    run.kill("SIGINT");
    expect(await run.exitCode()).to.equal(0);
    await events.ended();
    await subscribed(gateway, 0);
    expect(run.stderr).to.equal("");
  });

  it("prints the address as JSON with --json, and nothing else, and is closed by SIGTERM with 0", async () => {
    await using gateway = await DevGateway.start();
    await using run = new CommandRun(["board", "--json", "--gateway", gateway.endpoint]);
    const url = await urlOf(run);
    expect((await ask(url)).status).to.equal(200);
    await subscribed(gateway, 1);
    run.kill("SIGTERM");
    expect(await run.exitCode()).to.equal(0);
    expect(run.stdout.trimEnd().split("\n")).to.have.length(1);
    expect(run.stderr).to.equal("");
  });

  it("says on the page that the channel has failed, and stays for what can be done without it; exits with 4", async () => {
    await using gateway = await DevGateway.start({ tokens: {}, rest: {} });
    await using run = new CommandRun(["board", "--gateway", gateway.endpoint, "--api", gateway.apiUrl ?? ""]);
    await run.printed("channel    failed: 16 UNAUTHENTICATED");
    const url = /^board +(\S+)$/m.exec(run.stdout)?.[1] ?? "";
    await using events = await EventReader.open(`${url}events`);
    const { channel, api } = (await events.next("snapshot")) as Snapshot;
    expect(channel).to.include({ state: "failed" }).and.have.property("lastError").that.includes("UNAUTHENTICATED");
    expect(api.known).to.be.true;
    run.kill("SIGTERM");
    expect(await run.exitCode()).to.equal(4);
  });

  it("guesses no API server for a gateway that is elsewhere", async () => {
    const args = ["--json", "--gateway", "gateway.invalid:443", "--agent", "agent-7"];
    await using run = new CommandRun(["board", ...args]);
    await using events = await EventReader.open(`${await urlOf(run)}events`);
    const { api } = (await events.next("snapshot")) as Snapshot;
    expect(api).to.deep.include({ known: false }).and.have.property("problem").that.includes("--api (or AASM_API_URL)");
  });

  it("says that the port is taken, and exits with 4", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using run = new CommandRun(["board", "--port", String(port)]);
    expect(await run.exitCode()).to.equal(4);
    expect(run.stderr)
      .to.match(/^error: .*EADDRINUSE/)
      .and.not.match(STACK_TRACE);
    server.close();
  });

  refusesMisuse(misuses, runs);

  it("--help says what there is, with examples", async () => {
    const run = runs.get("help")!;
    expect(await run.exitCode()).to.equal(0);
    for (const option of ["--port", "--api", "--gateway", "--agent"]) expect(run.stdout).to.include(`${option} <`);
    expect(run.stdout).to.include("  $ rx-op-control board\n");
  });
});
