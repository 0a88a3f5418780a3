import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { subscribed } from "../helpers/gateways.js";
import { COMMAND, Run } from "../helpers/processes.js";
import { CommandRun } from "./gateway/CommandRun.js";
import { needsTerminal } from "./gateway/needsTerminal.js";
import { type Misuse, refusesMisuse } from "../helpers/refusesMisuse.js";

const TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
const SHOW_CURSOR = "\u001b[?25h";

/** Wrong arguments, and what is said about them. */
const misuses: readonly Misuse[] = [
  ["an unknown option", ["--jsn"], /^error: unknown option '--jsn'\n\(Did you mean --json\?\)/],
  ["an op without an id", ["demo:1", ""], /^error: opId must be the id of an op/],
  ["a URL as the gateway", ["--gateway", "http://x"], /^error: endpoint must be /],
  ["nobody to be on another machine", ["--gateway", "gateway.example.com:443"], /^error: agentId must be /],
  ["a policy that there is not", ["--when-stale", "maybe"], /^error: option '--when-stale <policy>' argument 'maybe'/],
  ["a time that is none", ["--stale-after", "soon"], /^error: option '--stale-after <duration>' argument 'soon'/],
];

describe("rx-op-control watch, as a process", function () {
  this.timeout(60_000);

  const runs = new Map<string, CommandRun>();

  // Together, for each takes most of a second to start.
  before(() => {
    for (const [name, args] of misuses) runs.set(name, new CommandRun(["watch", ...args]));
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
  });

  describe("without a terminal", () => {
    it("prints a line for each change of an op and of the channel, survives the gateway, and leaves with SIGINT and 0", async () => {
      const first = await DevGateway.start();
      await using run = watching(first, ["--org", "acme", "--team", "payments", "--agent", "agent-7"]);
      await subscribed(first, 1);
      expect(first.subscribers).to.deep.equal([{ orgId: "acme", teamId: "payments", agentId: "agent-7" }]);
      first.pause("demo:1");
      first.pause("demo:1");
      first.resume("demo:2");
      first.haltFleet("PAUSE");
      await run.printed("paused demo:2 (scope: fleet)");
      first.kill();
      await run.printed("channel reconnecting, attempt ");
      await using second = await DevGateway.start({ port: first.port });
      await run.printed("channel live again after ");
      second.terminate("demo:1");
      await run.printed("terminated demo:1 (scope: op)");
      run.kill("SIGINT");
      expect(await run.exitCode()).to.equal(0);
      const lines = run.stdout.trimEnd().split("\n");
      for (const line of lines)
        expect(line).to.match(new RegExp(`^${TIME} (watching|channel|running|paused|terminated) `));
      const withoutTime = lines.map((line) => line.slice(line.indexOf(" ") + 1));
      expect(withoutTime.slice(0, 10)).to.deep.equal([
        `watching ${first.endpoint} as agent agent-7 (org acme, team payments), and nothing that is for another agent`,
        "channel connecting",
        "running * (scope: fleet)",
        "running agent:agent-7 (scope: agent)",
        "channel live",
        "paused demo:1 (scope: op)",
        "running demo:2 (scope: op)",
        "paused * (scope: fleet)",
        "paused agent:agent-7 (scope: fleet)",
        "paused demo:2 (scope: fleet)",
      ]);
      expect(withoutTime[10]).to.match(
        /^channel reconnecting, attempt 1 in .* \(what is paused stays paused, what runs goes on\)/,
      );
      expect(withoutTime.slice(10).filter((line) => !line.startsWith("channel "))).to.deep.equal([
        "terminated demo:1 (scope: op)",
      ]);
      expect(run.stdout).to.not.match(/[\u001b\r]/);
      expect(run.stderr).to.equal("");
    });

    it("shows the ops that were named, and nothing else, and exits with 3 when all of them are terminated", async () => {
      await using gateway = await DevGateway.start();
      await using run = watching(gateway, ["demo:1", "demo:2"]);
      await subscribed(gateway, 1);
      gateway.pause("demo:3");
      gateway.terminate("demo:1");
      gateway.haltFleet("TERMINATE");
      expect(await run.exitCode()).to.equal(3);
      expect(withoutTimes(run.stdout)).to.deep.equal([
        `watching ${gateway.endpoint} as agent demo-agent (org demo, team demo), and nothing that is for another agent`,
        "channel connecting",
        "running demo:1 (scope: op)",
        "running demo:2 (scope: op)",
        "channel live",
        "terminated demo:1 (scope: op)",
        "terminated demo:2 (scope: fleet)",
      ]);
      await subscribed(gateway, 0);
    });

    it("exits with 4 when the gateway refuses it, and says why on both outputs, but not with which token", async () => {
      await using gateway = await DevGateway.start({ tokens: {} });
      await using run = watching(gateway, ["--token", "s3cret"]);
      expect(await run.exitCode()).to.equal(4);
      expect(run.stdout).to.match(/channel failed: 16 UNAUTHENTICATED.*\n$/);
      expect(run.stderr).to.match(/^error: the channel has failed: 16 UNAUTHENTICATED.*\n$/);
      expect(run.stdout + run.stderr).to.not.include("s3cret");
    });

    it("exits with 4 when the gateway ends the stream and nothing reconnects", async () => {
      await using gateway = await DevGateway.start();
      await using run = watching(gateway, ["--no-reconnect"]);
      await run.printed("channel live");
      gateway.endStreams();
      expect(await run.exitCode()).to.equal(4);
      expect(run.stdout).to.match(/channel closed\n$/);
      expect(run.stderr).to.match(/^error: .*closed.*\n$/);
    });

    it("prints NDJSON with --json: the channel, statuses, signals and diagnostics", async () => {
      await using gateway = await DevGateway.start();
      await using run = watching(gateway, ["--json", "demo:1"]);
      await subscribed(gateway, 1);
      gateway.send({ opId: "", signal: 1 });
      gateway.send({ opId: "demo:1", signal: 3, sequence: 2n ** 64n - 1n });
      expect(await run.exitCode()).to.equal(3);
      const events = run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      for (const { at } of events) expect(at).to.match(new RegExp(`^${TIME}$`));
      const [whom, connecting, ...others] = events.map(({ at: _at, ...event }) => event);
      const demoAgent = { orgId: "demo", teamId: "demo", agentId: "demo-agent" };
      expect(whom).to.deep.equal({ type: "watching", gateway: gateway.endpoint, ...demoAgent });
      expect(connecting).to.include({ type: "channel", state: "connecting", attempt: 1 });
      expect(others.filter(({ type }) => type !== "channel")).to.deep.equal([
        { type: "status", opId: "demo:1", state: "running", scope: "op", sequence: "0" },
        { type: "diagnostic", kind: "malformedSignal", reason: "emptyOpId", opId: "", count: 1 },
        { type: "status", opId: "demo:1", state: "terminated", scope: "op", sequence: "18446744073709551615" },
        { type: "signal", opId: "demo:1", signal: "TERMINATE", sequence: "18446744073709551615" },
      ]);
    });

    it("ends quietly with 0 when nobody reads its output any more", async () => {
      await using gateway = await DevGateway.start();
      const pipe = '"$@" | head -n 1; echo "ended with ${PIPESTATUS[0]}"';
      await using run = new Run(["bash", "-c", pipe, "bash", ...COMMAND, "watch", "--gateway", gateway.endpoint]);
      expect(await run.exitCode()).to.equal(0);
      expect(run.stdout).to.match(/watching .*\nended with 0\n$/);
      expect(run.stderr).to.equal("");
    });
  });

  describe("on a terminal", () => {
    before(needsTerminal);

    it("shows a table, live, with the channel above it, and leaves with q and 0, the last table and the cursor", async () => {
      const first = await DevGateway.start();
      await using run = watching(first, [], { columns: 100 });
      await run.printed("live for");
      first.pause("demo:1");
      await run.printed("demo:1");
      first.haltFleet("TERMINATE");
      await run.printed("terminated");
      first.kill();
      await run.printed("reconnecting for");
      run.type("q");
      expect(await run.exitCode()).to.equal(0);
      const last = lastTable(run.stdout);
      expect(last[0]).to.match(/^channel {2}.*reconnecting for \d+ s, attempt \d+ .*; below is what was known last/);
      expect(last[1]).to.equal(`gateway  ${first.endpoint}, agent demo-agent (org demo, team demo)`);
      const rows = last.map((line) => line.replace(/ +\d+ s +/, " ").replaceAll(/ +/g, " "));
      expect(rows).to.include.members([
        "op state scope since signals",
        "* terminated fleet 1",
        "agent:demo-agent terminated fleet 0",
        "demo:1 terminated fleet 1",
      ]);
      expect(run.stdout).to.include("\u001b[31mterminated\u001b[39m");
      expect(run.stdout.lastIndexOf(SHOW_CURSOR)).to.be.greaterThan(run.stdout.lastIndexOf("signals"));
    });

    it("follows the terminal's size, and leaves with Ctrl-C and 0", async () => {
      await using gateway = await DevGateway.start();
      const sized = `tty; stty cols 100 rows 30; exec ${COMMAND.join(" ")} watch --gateway ${gateway.endpoint}`;
      await using run = new Run(["script", "--quiet", "--return", "--command", sized, "/dev/null"], { typing: true });
      await run.printed("live for");
      const opId = "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7";
      for (let count = 1; count <= 40; count++) gateway.pause(`${count}:${opId}`);
      await run.printed(`40:${opId}  `);
      await run.printed("… and 18 more: 18 paused");
      const [terminal = ""] = run.stdout.split("\r\n");
      expect(spawnSync("stty", ["-F", terminal, "cols", "60", "rows", "12"]).status).to.equal(0);
      await run.printed("… and 36 more: 36 paused");
      run.type("\u0003");
      expect(await run.exitCode()).to.equal(0);
      const last = lastTable(run.stdout);
      expect(last).to.have.length(11);
      for (const line of last) expect(line.length, line).to.be.lessThan(60);
      expect(last[6]).to.match(/^40:4bf92f…0ba902b7 +paused +op +\d+ s +1$/);
      expect(run.stdout).to.include(SHOW_CURSOR);
    });

    it("says by its exit code that all ops that were named are terminated, and has no colours with NO_COLOR", async () => {
      await using gateway = await DevGateway.start();
      await using run = watching(gateway, ["demo:1"], { columns: 80, env: { NO_COLOR: "1" } });
      await run.printed("live for");
      gateway.terminate("demo:1");
      expect(await run.exitCode()).to.equal(3);
      expect(lastTable(run.stdout).at(-1)).to.match(/^demo:1 +terminated +op +0 s +1$/);
      expect(run.stdout).to.not.match(/\u001b\[[\d;]*m/);
    });

    it("prints NDJSON with --json there as well", async () => {
      await using gateway = await DevGateway.start();
      await using run = watching(gateway, ["demo:1", "--json"], { columns: 80 });
      await run.printed('"live"');
      gateway.terminate("demo:1");
      expect(await run.exitCode()).to.equal(3);
      expect(run.stdout).to.not.include("\u001b");
      expect(JSON.parse(run.stdout.trimEnd().split("\r\n").at(-1)!)).to.include({ signal: "TERMINATE" });
    });
  });

  refusesMisuse(misuses, runs);

  function watching(
    { endpoint }: { readonly endpoint: string },
    args: readonly string[],
    surroundings?: ConstructorParameters<typeof CommandRun>[1],
  ): CommandRun {
    return new CommandRun(["watch", "--gateway", endpoint, ...args], surroundings);
  }
});

function withoutTimes(output: string): string[] {
  return output
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(line.indexOf(" ") + 1));
}

/** The lines of the last frame that was drawn, as they are read. */
function lastTable(output: string): string[] {
  const frame = output.slice(output.lastIndexOf("\u001b[?2026h"), output.lastIndexOf("\u001b[?2026l"));
  return frame
    .replaceAll(/\u001b\[[?\d;]*[a-zA-Z]/g, "")
    .trimEnd()
    .split("\r\n");
}
