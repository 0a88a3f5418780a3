import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { firstValueFrom, timer } from "rxjs";
import { readProcess, readProcesses } from "../../lib/cli/exec/process/readProcesses.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { FaultProxy } from "../../lib/testing/FaultProxy.js";
import { rebind } from "../../lib/testing/rebind.js";
import { eventually } from "../helpers/eventually.js";
import { ExecRun } from "../helpers/ExecRun.js";
import { familyOf, governed } from "../helpers/family.js";
import { accept, HandMadeGateway, wire } from "../helpers/gateways.js";
import { COMMAND, Run } from "../helpers/processes.js";
import { commandLineOf, cpuTicks, isAlive, isStopped } from "../helpers/procfs.js";
import { type Misuse, refusesMisuse } from "../helpers/refusesMisuse.js";

/** Longer than what is stopped can have been woken by somebody else. */
const PATROL_MS = 1_200;

/** Wrong usage, and what is said about it. */
const misuses: readonly Misuse[] = [
  ["no op", ["--", "true"], /^error: required option '--op <id>' not specified/],
  ["an op without a name", ["--op", "", "--", "true"], /^error: --op must be a non-empty string/],
  ["the fleet for an op", ["--op", "*", "--", "true"], /^error: --op must be the id of one op/],
  ["no command", ["--op", "x:1"], /^error: missing required argument 'command'/],
  ["a grace that is none", ["--op", "x:1", "--grace", "soon", "--", "true"], /^error: .*--grace.*must be a duration/i],
  ["an API that is no URL", ["--op", "x:1", "--api", "ftp://x", "--", "true"], /^error: --api must be a URL/],
];

(process.platform === "linux" ? describe : describe.skip)("rx-op-control exec, as a process", function () {
  this.timeout(60_000);

  let gateway: DevGateway;
  const runs = new Set<AsyncDisposable>();

  before(async () => {
    gateway = await DevGateway.start({ rest: {} });
  });

  after(async () => {
    for (const run of runs) await run[Symbol.asyncDispose]();
    await gateway.close();
  });

  describe("with a command that has children everywhere", () => {
    let [paused, killed, asked, left]: ExecRun[] = [];

    before(() => {
      [paused, killed, asked, left] = [0, 1, 2, 3].map(() => exec([governed.family]));
    });

    it("stops all of it on a pause, lets it go on with a resume, and ends it with a terminate: exit code 3", async () => {
      const run = paused!;
      const family = await familyOf(run);
      const pids = Object.values(family) as number[];
      const { leader, job, session, daemon } = family;
      expect((await run.event("started")).pid).to.equal(leader);
      expect(readProcess(leader)).to.include({ parent: run.pid, group: leader, session: leader });
      expect(readProcess(job)).to.include({ group: job, session: leader });
      expect(readProcess(session)).to.include({ session });
      expect(readProcess(daemon)!.parent).to.not.be.oneOf([...pids, run.pid]);

      gateway.pause(run.opId);
      expect(await run.event("stopped")).to.include({ scope: "op", processes: 6 });
      await eventually(() => pids.every(isStopped), "all are stopped");
      const ticks = cpuTicks(leader);
      process.kill(job, "SIGCONT");
      await firstValueFrom(timer(PATROL_MS));
      expect(cpuTicks(leader)).to.equal(ticks);
      expect(pids.filter(isStopped), "stopped, also whom somebody has woken").to.deep.equal(pids);

      gateway.resume(run.opId);
      await run.event("continued");
      await eventually(() => cpuTicks(leader) > ticks, "the leader uses the CPU again");
      expect(pids.filter(isStopped)).to.deep.equal([]);

      gateway.terminate(run.opId);
      expect(await run.ended()).to.equal(3);
      expect(pids.filter(isAlive)).to.deep.equal([]);
      expect(await run.event("ending")).to.include({ reason: "terminated", detail: "op", processes: 6 });
    });

    it("leaves nothing of it when it is killed itself", async () => {
      const family = Object.values(await familyOf(killed!)) as number[];
      killed!.kill("SIGKILL");
      expect(await killed!.ended()).to.equal("SIGKILL");
      await eventually(() => !family.some(isAlive), "all have ended");
    });

    it("ends all of it when it is asked to end itself", async () => {
      const family = Object.values(await familyOf(asked!)) as number[];
      asked!.kill("SIGTERM");
      expect(await asked!.ended()).to.equal("SIGTERM");
      expect(family.filter(isAlive)).to.deep.equal([]);
      expect(await asked!.event("ending")).to.include({ reason: "asked", detail: "SIGTERM", processes: 6 });
    });

    it("ends the others when their leader has ended, and dies as that did", async () => {
      const family = await familyOf(left!);
      process.kill(family.leader, "SIGUSR1");
      expect(await left!.ended()).to.equal("SIGUSR1");
      expect((Object.values(family) as number[]).filter(isAlive)).to.deep.equal([]);
      expect(await left!.event("ending")).to.include({ reason: "leaderEnded", processes: 5 });
    });
  });

  describe("ends a command", () => {
    let [tidy, stubborn, stopped, twice]: ExecRun[] = [];

    before(() => {
      tidy = exec([governed.tidy]);
      stubborn = exec([governed.stubborn], { options: ["--grace", "200ms"] });
      stopped = exec([governed.stubborn]);
      twice = exec([governed.tidy]);
    });

    it("with time to clean up, also when it was paused", async () => {
      await tidy!.printed(/ready/);
      gateway.pause(tidy!.opId);
      await tidy!.event("stopped");
      gateway.haltAgent({ orgId: "demo", teamId: "demo", agentId: "nobody" }, "TERMINATE");
      gateway.terminate(tidy!.opId);
      expect(await tidy!.ended()).to.equal(3);
      expect(tidy!.stdout).to.equal("ready\ncleaned up after 0\n");
    });

    it("by SIGKILL after --grace, where it ignores the request", async () => {
      await stubborn!.printed(/ready/);
      const { pid } = await stubborn!.event("started");
      gateway.terminate(stubborn!.opId);
      expect(await stubborn!.ended()).to.equal(3);
      expect(await stubborn!.event("killing")).to.include({ processes: 2 });
      expect(isAlive(pid)).to.be.false;
    });

    it("by SIGKILL at once, where it is paused and nobody terminates it: nothing may run then", async () => {
      await stopped!.printed(/ready/);
      gateway.pause(stopped!.opId);
      await stopped!.event("stopped");
      stopped!.kill("SIGTERM");
      expect(await stopped!.ended()).to.equal("SIGTERM");
      expect(await stopped!.event("ending")).to.include({ reason: "asked", graceMs: 0 });
    });

    it("at the second Ctrl-C while it is paused, and says at the first that it is", async () => {
      await twice!.printed(/ready/);
      gateway.pause(twice!.opId);
      await twice!.event("stopped");
      twice!.kill("SIGINT");
      await twice!.event("interruptedWhileStopped");
      twice!.kill("SIGINT");
      expect(await twice!.ended()).to.equal("SIGINT");
      expect(twice!.stdout).to.equal("ready\n");
    });
  });

  describe("is transparent:", () => {
    let [copy, signalled]: ExecRun[] = [];

    before(() => {
      copy = exec(["sh", "-c", 'cat; printf "%s\\n" "$0" "$@" >&2; exit 7', "a b", "--op", "", "*"]);
      signalled = exec(["sh", "-c", "kill -PIPE $$"]);
    });

    it("input, output, arguments and exit code pass through", async () => {
      const bytes = randomBytes(1_000_000);
      copy!.type(bytes);
      copy!.endInput();
      expect(await copy!.ended()).to.equal(7);
      expect(copy!.output.equals(bytes)).to.be.true;
      expect(copy!.stderr).to.match(/^a b\n--op\n\n\*\n/m);
      expect(await copy!.event("ended")).to.include({ exitCode: 7 });
    });

    it("of a signal that the command dies of, it dies too, also of one that Node ignores", async () => {
      expect(await signalled!.ended()).to.equal("SIGPIPE");
    });
  });

  describe("where the gateway says nothing twice", () => {
    it("obeys a terminate that was sent while its channel was cut", async () => {
      await using proxy = await FaultProxy.start(gateway);
      const { ops, apiUrl: api } = gateway;
      const run = exec(["sleep", "100"], { api, opId: "gap:terminated" }, proxy);
      await run.event("started");
      proxy.refuse();
      proxy.reset();
      await eventually(() => run.stderr.includes(`"state":"reconnecting"`), "the channel is lost");
      await ops.act("gap:terminated", "terminate");
      await proxy.restore();
      expect(await run.ended()).to.equal(3);
    });

    it("obeys a pause from then, and the resume that follows", async () => {
      await using proxy = await FaultProxy.start(gateway);
      const { ops, apiUrl: api } = gateway;
      const run = exec(["sleep", "100"], { api, opId: "gap:paused" }, proxy);
      const { pid } = await run.event("started");
      proxy.refuse();
      proxy.reset();
      await eventually(() => run.stderr.includes(`"state":"reconnecting"`), "the channel is lost");
      await ops.act("gap:paused", "pause");
      await proxy.restore();
      await run.event("stopped");
      expect(isStopped(pid)).to.be.true;
      await ops.act("gap:paused", "resume");
      await run.event("continued");
      expect(isStopped(pid)).to.be.false;
    });

    it("is known to a gateway that was started anew, which lifts no pause by that", async () => {
      const first = await DevGateway.start({ rest: {} });
      const api = first.apiUrl!;
      const run = exec(["sleep", "100"], { api, opId: "again:1" }, first);
      const { pid } = await run.event("started");
      await first.ops.act("again:1", "pause");
      await run.event("stopped");
      await first.close();
      const rest = { port: Number(new URL(api).port) };
      const second = await rebind(first.port, () => DevGateway.start({ port: first.port, rest }));
      runs.add(second);
      await run.event("registered", 2);
      expect(second.ops.list().map(({ op_id, state }) => [op_id, state])).to.deep.equal([["again:1", "running"]]);
      expect(isStopped(pid)).to.be.true;
      await second.ops.act("again:1", "terminate");
      expect(await run.ended()).to.equal(3);
    });
  });

  describe("does not start a command", () => {
    let [held, terminated]: ExecRun[] = [];
    let [refused, missing, notExecutable]: ExecRun[] = [];
    let early: HandMadeGateway;
    let earlyRun: ExecRun;

    before(async () => {
      const { ops, apiUrl: api } = gateway;
      for (const opId of ["recorded:paused", "recorded:terminated"]) ops.register(opId);
      await ops.act("recorded:paused", "pause");
      await ops.act("recorded:terminated", "terminate");
      held = exec(["sh", "-c", "echo started"], { opId: "recorded:paused", api });
      terminated = exec(["echo", "started"], { opId: "recorded:terminated", api });
      // It says what it has to say together with its headers.
      early = await HandMadeGateway.start((call) => {
        accept(call);
        call.write(wire({ opId: "early:1", signal: 1 }));
      });
      earlyRun = exec(["echo", "started"], { opId: "early:1" }, early);
      const strict = await DevGateway.start({ tokens: {} });
      runs.add(strict);
      refused = exec(["echo", "started"], {}, strict);
      missing = exec(["no-such-command-at-all"]);
      notExecutable = exec([import.meta.filename]);
    });

    after(() => early.die());

    it("before its op may run", async () => {
      expect(await earlyRun.event("held")).to.include({ scope: "op" });
      expect(earlyRun.stdout).to.equal("");
      (await early.firstCall()).write(wire({ opId: "early:1", signal: 2 }));
      expect(await earlyRun.ended()).to.equal(0);
      expect(earlyRun.stdout).to.equal("started\n");
    });

    it("whose op was paused before we came, by the record of the gateway, until it is resumed", async () => {
      expect(await held!.event("held")).to.include({ scope: "op" });
      expect(held!.stdout).to.equal("");
      await gateway.ops.act("recorded:paused", "resume");
      expect(await held!.ended()).to.equal(0);
      expect(held!.stdout).to.equal("started\n");
    });

    it("whose op is terminated: exit code 3", async () => {
      expect(await terminated!.ended()).to.equal(3);
      expect(terminated!.stdout).to.equal("");
      expect((await terminated!.event("notStarted")).reason).to.match(/^op "recorded:terminated" was terminated/);
    });

    it("where the gateway refuses us: exit code 4", async () => {
      expect(await refused!.ended()).to.equal(4);
      expect(refused!.stdout).to.equal("");
      expect((await refused!.event("notStarted")).reason).to.match(/UNAUTHENTICATED/);
    });

    it("that is not there, or no command: exit codes 127 and 126, as of a shell", async () => {
      expect(await missing!.ended()).to.equal(127);
      expect(await missing!.event("cannotRun")).to.include({ reason: "command not found" });
      expect(await notExecutable!.ended()).to.equal(126);
    });
  });

  describe("where the gateway is lost", () => {
    let [holding, failing]: ExecRun[] = [];
    let mortal: DevGateway;

    before(async () => {
      mortal = await DevGateway.start();
      const stale = ["--stale-after", "2s", "--when-stale"];
      holding = exec(["sh", "-c", "echo ready; exec sleep 100"], { options: [...stale, "hold"] }, mortal);
      failing = exec([governed.tidy], { options: [...stale, "fail"] }, mortal);
      await Promise.all([holding, failing].map((run) => run.printed(/ready/)));
      mortal.kill();
    });

    it("holds the command until it is back, with --when-stale hold", async () => {
      const { pid } = await holding!.event("started");
      expect(await holding!.event("stopped")).to.include({ scope: "channel" });
      await eventually(() => isStopped(pid), "it is stopped");
      const successor = await DevGateway.start({ port: mortal.port });
      runs.add(successor);
      await holding!.event("continued");
      expect(isStopped(pid)).to.be.false;
      successor.terminate(holding!.opId);
      expect(await holding!.ended()).to.equal(3);
    });

    it("ends the command with --when-stale fail: exit code 4", async () => {
      expect(await failing!.ended()).to.equal(4);
      expect(failing!.stdout).to.equal("ready\ncleaned up after 0\n");
      expect(await failing!.event("ending")).to.include({ reason: "failed" });
    });
  });

  describe("is not to be kept from it", () => {
    let [deaf, unguarded]: ExecRun[] = [];

    before(() => {
      deaf = exec(["sh", "-c", "echo $$; exec yes >&2"], { isDeaf: true });
      unguarded = exec(["sh", "-c", "echo ready; exec sleep 100"]);
    });

    it("by a reader of its stderr that does not read", async () => {
      const [text] = await deaf!.printed(/\d+/);
      const pid = Number(text);
      let ticks = -1;
      await eventually(() => ticks === (ticks = cpuTicks(pid)) && ticks >= 0, "the pipe is full");
      for (let time = 0; time < 3; time++) {
        gateway.pause(deaf!.opId);
        await eventually(() => isStopped(pid), "it is stopped");
        gateway.resume(deaf!.opId);
        await eventually(() => !isStopped(pid), "it goes on");
      }
      gateway.terminate(deaf!.opId);
      expect(await deaf!.ended()).to.equal(3);
    });

    it("by the loss of its guardian: the command is stopped until there is another", async () => {
      await unguarded!.printed(/ready/);
      const { pid } = await unguarded!.event("started");
      const guardian = guardianOf(unguarded!.pid)!;
      process.kill(guardian, "SIGKILL");
      await unguarded!.event("guardianLost");
      await eventually(() => !isStopped(pid) && guardianOf(unguarded!.pid) !== guardian, "it goes on");
      unguarded!.kill("SIGKILL");
      await eventually(() => !isAlive(pid), "it has ended");
    });
  });

  describe("on a terminal", () => {
    before(function () {
      if (String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) return;
      const missing = 'there is no "script" of util-linux: exec cannot be tried on a terminal';
      if (process.env["CI"]) throw new Error(missing);
      console.warn(missing);
      this.skip();
    });

    it("passes Ctrl-C on once, and with Ctrl-Z stops the command as well, which stays so where it was paused since", async () => {
      const opId = "terminal:1";
      const words = [...COMMAND, "exec", "--gateway", gateway.endpoint, "--op", opId, "--api", gateway.apiUrl!];
      const line = [...words, "--", governed.tidy].map((word) => `'${word}'`).join(" ");
      await using shell = new Run(["script", "--quiet", "--return", "--command", "exec bash --norc -i", "/dev/null"], {
        typing: true,
      });
      shell.type(`${line}; echo "exit code $?"\n`);
      await shell.printed("ready\r\n");
      await shell.printed("tidy.sh (pid ");
      const pid = Number(/\(pid (\d+)\)/.exec(shell.stdout)![1]);
      shell.type("\u0003");
      await shell.printed("interrupted 1");

      shell.type("\u001a");
      await shell.printed("Stopped");
      await eventually(() => isStopped(pid), "the command is stopped");
      await gateway.ops.act(opId, "pause");
      shell.type("fg\n");
      await shell.printed("paused (scope: op)");
      expect(isStopped(pid)).to.be.true;
      await gateway.ops.act(opId, "resume");
      await shell.printed("resumed (scope: op)");

      shell.type("\u0003");
      await shell.printed("interrupted 2");
      await gateway.ops.act(opId, "terminate");
      await shell.printed("cleaned up after 2");
      shell.type("exit\n");
      await shell.exitCode();
    });
  });

  describe("as it is called", () => {
    const misused = new Map<string, Run>();

    before(() => {
      for (const [name, args] of misuses) misused.set(name, watched(new Run([...COMMAND, "exec", ...args])));
    });

    refusesMisuse(misuses, misused);
  });

  function exec(
    command: readonly string[],
    options: ConstructorParameters<typeof ExecRun>[2] = {},
    at: { readonly endpoint: string } = gateway,
  ): ExecRun {
    return watched(new ExecRun(at, command, options));
  }

  function watched<T extends AsyncDisposable>(run: T): T {
    runs.add(run);
    return run;
  }
});

/** The process that guards what a run governs. */
function guardianOf(pid: number): number | undefined {
  return readProcesses().find(
    (process) => process.parent === pid && commandLineOf(process.pid).startsWith("rx-op-control guardian"),
  )?.pid;
}
