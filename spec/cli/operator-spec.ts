import { expect } from "chai";
import type { AgentIdentity } from "../../lib/options.js";
import type { OpRecord } from "../../lib/rest/OpRecord.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { US } from "../helpers/gateways.js";
import { RawStream } from "../helpers/RawStream.js";
import { CommandRun } from "./gateway/CommandRun.js";
import { needsTerminal } from "./gateway/needsTerminal.js";

const KEY = "aa_a-key-that-nobody-should-see";
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const SIGNALS = ["", "PAUSE", "RESUME", "TERMINATE"];

/** What is asked in one process each: the words, what is printed, and what is said about a problem. */
interface Case {
  readonly words: readonly string[];
  readonly exitCode: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** What the agent of ours is sent. */
  readonly sent?: string;
}

/** None of them is about an op that another is about: they run at the same time. */
const cases: Readonly<Record<string, Case>> = {
  "pauses an op": {
    words: ["pause", "running:"],
    exitCode: 0,
    stdout: line("paused running:"),
    sent: "PAUSE running:",
  },
  "resumes an op, and prints the gateway's answer with --json": {
    words: ["resume", "paused:", "--json"],
    exitCode: 0,
    stdout: new RegExp(`^{"op_id":"paused:","action":"resume","accepted_at":"${TIME}"}\n$`),
    sent: "RESUME paused:",
  },
  "terminates an op whose id begins with a dash": {
    words: ["terminate", "--", "--dashed"],
    exitCode: 0,
    stdout: line("terminated --dashed"),
    sent: "TERMINATE --dashed",
  },
  "halts an agent": {
    words: ["halt-agent", "ours:", "pause"],
    exitCode: 0,
    stdout: line("paused every op of agent agent-7"),
    sent: "PAUSE agent:agent-7",
  },
  "terminates the fleet with --yes": {
    words: ["halt-fleet", "terminate", "--yes"],
    exitCode: 0,
    stdout: line("terminated every op of every agent"),
    sent: "TERMINATE *",
  },
  "says of an op that nobody registered": {
    words: ["pause", "nobody's\u001b[2J"],
    exitCode: 4,
    stderr:
      /^error: cannot pause nobody's\\u001b\[2J: 404: nobody registered this op \(exec does, and register for an agent of your own\), or it ended more than a minute ago\n$/,
  },
  "says of a conflict which it is": {
    words: ["resume", "terminated:"],
    exitCode: 4,
    stderr: /^error: cannot resume terminated:: 409: it is already terminated\n$/,
  },
  "does not terminate the fleet without --yes where there is no terminal": {
    words: ["halt-fleet", "terminate"],
    exitCode: 2,
    stderr:
      /^error: --yes must be given to terminate every op of every agent at http:\S+: it cannot be undone, and there /,
  },
  "registers an op for the agent that is named": {
    words: ["register", "new:", "--agent", "agent-7", "--team", "payments"],
    exitCode: 0,
    stdout: new RegExp(`^registered new: at ${TIME}: it is running\n$`),
  },
  "leaves an op that is registered already as it is, and prints its record with --json": {
    words: ["register", "terminated:", "--json"],
    exitCode: 0,
    stdout: new RegExp(
      `^{"op_id":"terminated:","state":"terminated","registered_at":"${TIME}","updated_at":"${TIME}"}\n$`,
    ),
  },
  "says what cannot be registered, and why": {
    words: ["register", " "],
    exitCode: 2,
    stderr: /^error: opId must be the id of an op\n$/,
  },
  "refuses a team without an agent": {
    words: ["register", "demo:1", "--team", "payments"],
    exitCode: 2,
    stderr: /^error: --agent must be given where --team or --org is\n$/,
  },
  "refuses an unknown action": {
    words: ["halt-fleet", "stop"],
    exitCode: 2,
    stderr: /^error: .*'stop' is invalid.*pause, resume, terminate/,
  },
};

describe("the operator's commands, as processes,", function () {
  this.timeout(30_000);

  let gateway: DevGateway;
  let agent: RawStream;
  const runs = new Map<string, CommandRun>();
  /** Whose each op is that was registered. */
  const owners = new Map<string, AgentIdentity | undefined>();

  // Together, for each takes most of a second to start.
  before(async () => {
    gateway = await DevGateway.start({ rest: { apiKey: KEY } });
    gateway.ops.events$.subscribe((event) => {
      if (event.type === "registered") owners.set(event.record.op_id, event.agent);
    });
    const { ops } = gateway;
    for (const opId of ["running:", "ours:", "paused:", "terminated:", "--dashed"]) ops.register(opId, US);
    await ops.act("paused:", "pause");
    await ops.act("terminated:", "terminate");
    agent = await new RawStream(gateway).subscribed();
    const env = { AASM_API_URL: gateway.apiUrl!, AASM_API_KEY: KEY };
    for (const [name, { words }] of Object.entries(cases)) runs.set(name, new CommandRun(words, { env }));
    runs.set("no key", new CommandRun(["ops"], { env: { AASM_API_URL: gateway.apiUrl! } }));
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
    agent[Symbol.dispose]();
    await gateway.close();
  });

  for (const [name, { exitCode, stdout = /^$/, stderr = /^$/, sent }] of Object.entries(cases)) {
    it(`${name}, and exits with ${exitCode}`, async () => {
      const run = runs.get(name)!;
      expect(await run.exitCode()).to.equal(exitCode);
      expect(run.stdout).to.match(stdout);
      expect(run.stderr).to.match(stderr);
      expect(run.stdout + run.stderr).to.not.include(KEY);
      if (sent === undefined) return;
      await agent.received(1);
      while (!heard().includes(sent)) await agent.received(agent.messages.length + 1);
    });
  }

  it("register an op for that agent, and for no other", async () => {
    await runs.get("registers an op for the agent that is named")!.exitCode();
    expect(owners.get("new:")).to.deep.equal({ orgId: "", teamId: "payments", agentId: "agent-7" });
  });

  it("send nothing but what was accepted", async () => {
    for (const run of runs.values()) await run.exitCode();
    expect(heard().toSorted()).to.deep.equal(
      Object.values(cases)
        .flatMap(({ sent = [] }) => sent)
        .toSorted(),
    );
  });

  it("say that a key is asked for, and exit with 4", async () => {
    const run = runs.get("no key")!;
    expect(await run.exitCode()).to.equal(4);
    expect(run.stderr).to.match(
      /^error: cannot list the ops: 401: http:\S+ asks for a key, and AASM_API_KEY is not set\n$/,
    );
  });

  describe("ops", () => {
    let ours: DevGateway;
    let empty: DevGateway;
    const listings = new Map<string, CommandRun>();
    const opIds = ["z:1", "a\t2\u001b[2J", "a:3"];

    before(async () => {
      ours = await DevGateway.start({ rest: {} });
      empty = await DevGateway.start({ rest: {} });
      for (const opId of opIds) ours.ops.register(opId);
      await ours.ops.act("a:3", "pause");
      listings.set("lines", new CommandRun(["ops", "--api", ours.apiUrl!]));
      listings.set("json", new CommandRun(["ops", "--json", "--api", ours.apiUrl!]));
      listings.set("empty", new CommandRun(["ops", "--api", empty.apiUrl!]));
    });

    after(async () => {
      for (const run of listings.values()) await run[Symbol.asyncDispose]();
      await ours.close();
      await empty.close();
    });

    it("lists a line per op, the oldest first, with tabs in between and no control characters", async () => {
      const run = listings.get("lines")!;
      expect(await run.exitCode()).to.equal(0);
      const fields = run.stdout
        .trimEnd()
        .split("\n")
        .map((row) => row.split("\t"));
      const shown = ["z:1", "a\\u00092\\u001b[2J", "a:3"];
      const expected = sorted(ours.ops.list()).map(({ op_id, state, registered_at, updated_at }) => {
        return [shown[opIds.indexOf(op_id)], state, registered_at, updated_at];
      });
      expect(fields).to.deep.equal(expected);
      expect(run.stdout).to.not.include("\u001b");
      expect(run.stderr).to.equal("");
    });

    it("lists the gateway's records as NDJSON with --json", async () => {
      const run = listings.get("json")!;
      expect(await run.exitCode()).to.equal(0);
      const records = run.stdout
        .trimEnd()
        .split("\n")
        .map((row) => JSON.parse(row) as OpRecord);
      expect(records).to.deep.equal(sorted(ours.ops.list()));
    });

    it("says on stderr that there is none", async () => {
      const run = listings.get("empty")!;
      expect(await run.exitCode()).to.equal(0);
      expect([run.stdout, run.stderr]).to.deep.equal(["", `no op is registered at ${empty.apiUrl!}\n`]);
    });
  });

  describe("on a terminal", () => {
    let shared: DevGateway;
    const sent: string[] = [];
    const onTerminal = new Map<string, CommandRun>();

    before(needsTerminal);
    before(async () => {
      shared = await DevGateway.start({ rest: {} });
      shared.ops.register("demo:1");
      shared.sent$.subscribe(({ opId, signal }) => void sent.push([SIGNALS[signal], opId].join(" ")));
      const ask = (name: string, words: readonly string[]): void => {
        onTerminal.set(name, new CommandRun([...words, "--api", shared.apiUrl!], { columns: 80 }));
      };
      ask("ops", ["ops"]);
      ask("yes", ["halt-fleet", "terminate"]);
      ask("no", ["halt-fleet", "terminate"]);
    });

    after(async () => {
      for (const run of onTerminal.values()) await run[Symbol.asyncDispose]();
      await shared.close();
    });

    it("ops is a table, in colours", async () => {
      const run = onTerminal.get("ops")!;
      expect(await run.exitCode()).to.equal(0);
      const table = run.stdout.replaceAll(/\u001b\[\d+m/g, "");
      expect(table).to.match(
        /│ op +│ state +│ since +│\r\n[^]*│ demo:1 +│ running +│ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ │/,
      );
      expect(run.stdout).to.include("\u001b[32mrunning");
    });

    it("halt-fleet terminate asks, and does nothing unless it is told yes", async () => {
      const run = onTerminal.get("no")!;
      await run.printed("cannot be undone. Type yes to go on: ");
      run.type("y\n");
      expect(await run.exitCode()).to.equal(2);
      expect(run.stdout).to.include("nothing was done");
      expect(sent).to.deep.equal([]);
    });

    it("halt-fleet terminate does it when it is told yes", async () => {
      const run = onTerminal.get("yes")!;
      await run.printed(`This will terminate every op of every agent at ${shared.apiUrl!}`);
      expect(sent).to.deep.equal([]);
      run.type("yes\n");
      expect(await run.exitCode()).to.equal(0);
      expect(run.stdout).to.include("terminated every op of every agent at ");
      expect(sent).to.deep.equal(["TERMINATE *"]);
    });
  });

  function heard(): readonly string[] {
    return agent.messages.map(({ opId, signal }) => [SIGNALS[signal], opId].join(" "));
  }
});

function line(what: string): RegExp {
  return new RegExp(`^${what} at ${TIME}\n$`);
}

/** By the time of their registration, which may be the same. */
function sorted(ops: readonly OpRecord[]): readonly OpRecord[] {
  const key = ({ registered_at, op_id }: OpRecord): string => `${registered_at} ${op_id}`;
  return ops.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
