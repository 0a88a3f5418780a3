import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { subscribed } from "../helpers/gateways.js";
import { COMMAND, Run } from "../helpers/processes.js";
import { deadEndpoint } from "../helpers/sockets.js";
import { type Misuse, refusesMisuse } from "../helpers/refusesMisuse.js";

const OP = "demo:1";
const STACK_TRACE = /^\s+at /m;

/** The texts to work through, by the names of their files. */
const inputs = {
  "three.txt": "look up the invoice\ncheck the limit\nsend the money\n",
  "many.txt": "one more call\n".repeat(500),
  "empty.txt": "",
};

/** Wrong arguments, and what is said about them. */
const misuses: readonly Misuse[] = [
  ["an unknown option", ["--nope"], /^error: unknown option '--nope'/],
  ["a missing file", ["--input", "missing.txt"], /^error: --input cannot be read: ENOENT.*missing\.txt/],
  ["an empty file", ["--input", "empty.txt"], /^error: --input has no line .*empty\.txt/],
  ["a URL as the gateway", ["--gateway", "http://x"], /^error: endpoint must be .*http:\/\//],
  ["an extra argument", ["extra"], /^error: too many arguments for 'demo'/],
  ["no agent", ["--agent", ""], /^error: agentId must be a non-empty string/],
  ["no op, which nobody could pause or terminate", ["--op", ""], /^error: .*\bop\b/],
];

describe("rx-op-control demo, as a process", function () {
  this.timeout(30_000);

  let folder: string;
  const runs = new Map<string, Run>();

  // Those that need nothing from us run together, behind the others, for each takes half a second to start.
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    for (const [name, text] of Object.entries(inputs)) await writeFile(join(folder, name), text);
    const unattended = { alone: [], "three lines": ["--input", "three.txt", "--op", "trace:"], help: ["--help"] };
    for (const [name, args] of [...Object.entries<readonly string[]>(unattended), ...misuses]) {
      runs.set(name, new Run([...COMMAND, "demo", ...args.map(inFolder)]));
    }
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  describe("attached with --gateway", () => {
    it("obeys that gateway as the agent that it is told to be, and exits with 3 when its op is terminated", async () => {
      await using gateway = await DevGateway.start();
      const ids = ["--org", "acme", "--team", "payments", "--agent", "agent-7", "--op", "trace:span"];
      await using run = attached(gateway, "many.txt", ...ids);
      await run.printed("called     line 1/500");
      const agent = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
      expect(gateway.subscribers).to.deep.equal([agent]);
      gateway.terminate("trace:span", { ...agent, teamId: "support" });
      gateway.pause("trace:span", agent);
      await run.printed("held       line ");
      gateway.resume("trace:span");
      await run.printed("resumed    trace:span");
      gateway.haltFleet("TERMINATE");
      expect(await run.exitCode()).to.equal(3);
      expectInOrder(run.stdout, [
        `gateway    ${gateway.endpoint}`,
        "paused     trace:span (scope: op)",
        "held       line ",
        "resumed    trace:span (scope: op)",
        "terminated trace:span (scope: fleet)",
        'stopped    OpTerminatedError: op "trace:span" was terminated (scope: fleet)',
      ]);
      expect(run.stdout).to.not.include("operator ");
      expect(run.stderr).to.equal("");
      await subscribed(gateway, 0);
    });

    it("exits with 0 when the agent is done", async () => {
      await using gateway = await DevGateway.start();
      await using run = attached(gateway, "three.txt");
      expect(await run.exitCode()).to.equal(0);
      expectInOrder(run.stdout, ["called     line 1/3", "called     line 2/3", "called     line 3/3", "done "]);
    });

    it("survives that gateway's death, says so plainly, and obeys its successor", async () => {
      const first = await DevGateway.start();
      await using run = attached(first, "many.txt");
      await run.printed("called     line 1/500");
      await first.close();
      await run.printed("channel    reconnecting, attempt 2 in ");
      await using second = await DevGateway.start({ port: first.port });
      await run.printed("channel    live again after ");
      second.terminate(OP);
      expect(await run.exitCode()).to.equal(3);
      expectInOrder(run.stdout, [
        "channel    live\n",
        "channel    reconnecting, attempt 1 in ",
        "(what is paused stays paused, what runs goes on): ",
        "called     line ",
        "channel    live again after ",
        `terminated ${OP} (scope: op)`,
        "stopped    OpTerminatedError: ",
      ]);
      expect(run.stderr).to.equal("");
    });

    it("waits for a gateway that is not there yet, and says what is wrong and when it tries again", async () => {
      const endpoint = await deadEndpoint();
      await using run = attached({ endpoint }, "three.txt");
      await run.printed("channel    reconnecting, attempt 2 in ");
      expect(run.stdout).to.include("ECONNREFUSED").and.not.include("called");
      await using gateway = await DevGateway.start({ port: Number(endpoint.split(":")[1]) });
      await subscribed(gateway, 1);
      expect(await run.exitCode()).to.equal(0);
      expectInOrder(run.stdout, ["channel    live\n", "called     line 3/3", "done "]);
      expect(run.stderr).to.equal("");
    });

    it("exits with 4 when that gateway refuses it: nobody can say whether to go on", async () => {
      await using gateway = await DevGateway.start({ tokens: {} });
      await using run = attached(gateway, "many.txt");
      expect(await run.exitCode()).to.equal(4);
      expect(run.stdout).to.include("channel    failed: 16 UNAUTHENTICATED").and.not.include("called");
      expect(run.stderr).to.not.match(STACK_TRACE);
    });

    function attached({ endpoint }: { readonly endpoint: string }, input: string, ...ids: readonly string[]): Run {
      return new Run([...COMMAND, "demo", "--gateway", endpoint, "--input", inFolder(input), ...ids]);
    }
  });

  describe("on a terminal", () => {
    before(function () {
      if (String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) return;
      const missing = 'there is no "script" of util-linux: the demo cannot be tried on a terminal';
      if (process.env["CI"]) throw new Error(missing);
      console.warn(missing);
      this.skip();
    });

    it("obeys the keys p, r and t, draws what happens as a marble line, and exits with 0", async () => {
      await using run = onTerminal();
      await run.printed("keys       p pause, r resume, t terminate, q quit");
      await run.printed("called     line 1/500");
      run.type("p");
      await run.printed(`paused     ${OP}`);
      await run.printed("held       line ");
      run.type("r");
      await run.printed(`resumed    ${OP}`);
      run.type("t");
      await run.printed(`terminated ${OP}`);
      expect(await run.exitCode()).to.equal(0);
      expectInOrder(run.stdout, [
        `operator   PAUSE ${OP}`,
        `operator   RESUME ${OP}`,
        `operator   TERMINATE ${OP}`,
        `stopped    OpTerminatedError: op "${OP}" was terminated`,
      ]);
      const drawn = run.stdout.split(/\r\n|\r\u001b\[K/).filter((line) => line.startsWith("op "));
      expect(drawn.at(-1)).to.match(/^op [-o]*o[-o]*p[o.]*r[-o]*t$/);
      expect(drawn.length).to.be.greaterThan(5);
      // What is printed last ends its line, so that the prompt does not stand beside it.
      expect(run.stdout).to.match(/\nchannel {4}closed\r\n$/);
    });

    it("leaves with q and exits with 0, without a terminate", async () => {
      await using run = onTerminal();
      await run.printed(`running    ${OP}`);
      run.type("q");
      expect(await run.exitCode()).to.equal(0);
      expect(run.stdout).to.not.include("terminated").and.not.include("OpTerminatedError");
    });

    /** The demo behind a pseudo-terminal, as somebody sits at it. */
    function onTerminal(): Run {
      const command = [...COMMAND, "demo", "--input", inFolder("many.txt")].map((word) => `'${word}'`).join(" ");
      const sized = `stty cols 100 rows 30; exec ${command}`;
      return new Run(["script", "--quiet", "--return", "--command", sized, "/dev/null"], { typing: true });
    }
  });

  describe("without a terminal, in its own gateway,", () => {
    it("shows a pause, a call that is held, a resume and a terminate, and exits with 0", async () => {
      const run = runs.get("alone")!;
      expect(await run.exitCode()).to.equal(0);
      expectInOrder(run.stdout, [
        "gateway    listening on 127.0.0.1:",
        "channel    connecting",
        "channel    live",
        `running    ${OP} (scope: op)`,
        "called     line 1/",
        `operator   PAUSE ${OP}`,
        `paused     ${OP} (scope: op)`,
        "held       line ",
        `operator   RESUME ${OP}`,
        `resumed    ${OP} (scope: op)`,
        "called     line ",
        `operator   TERMINATE ${OP}`,
        `terminated ${OP} (scope: op)`,
        `stopped    OpTerminatedError: op "${OP}" was terminated (scope: op)`,
      ]);
      expect(run.stderr).to.equal("");
    });

    it("does so with a text of three lines and an op of one's own", async () => {
      const run = runs.get("three lines")!;
      expect(await run.exitCode()).to.equal(0);
      expectInOrder(run.stdout, [
        "demo-agent makes 3 tool calls",
        "running    trace:",
        "paused     trace:",
        "called     line 1/3: 4 words, sha256 ",
        "held       line 2/3",
        "resumed    trace:",
        "terminated trace:",
        'stopped    OpTerminatedError: op "trace:" was terminated',
      ]);
      expect(run.stdout).to.not.include("called     line 2/3").and.not.include("line 3/3");
      expect(run.stderr).to.equal("");
    });

    it("writes no escape code and no marble line", async () => {
      const run = runs.get("alone")!;
      await run.exitCode();
      expect(run.stdout)
        .to.include("OpTerminatedError")
        .and.not.match(/[\u001b\r]/);
      expect(run.stdout).to.not.match(/^op /m);
    });
  });

  refusesMisuse(misuses, runs);

  describe("--help", () => {
    it("says what there is, and exits with 0", async () => {
      const run = runs.get("help")!;
      expect(await run.exitCode()).to.equal(0);
      for (const option of ["--input", "--gateway", "--org", "--team", "--agent", "--op"]) {
        expect(run.stdout).to.include(`${option} <`);
      }
      expect(run.stderr).to.equal("");
    });
  });

  function inFolder(argument: string): string {
    return argument.endsWith(".txt") ? join(folder, argument) : argument;
  }
});

/** Expects each of the texts, after the one before it. */
function expectInOrder(output: string, texts: readonly string[]): void {
  let from = 0;
  for (const text of texts) {
    const at = output.indexOf(text, from);
    expect(at, `"${text}" after the first ${from} characters of\n${output}`).to.be.at.least(0);
    from = at + text.length;
  }
}
