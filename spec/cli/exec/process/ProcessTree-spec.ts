import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GroupTree } from "../../../../lib/cli/exec/process/GroupTree.js";
import { ProcessTree } from "../../../../lib/cli/exec/process/ProcessTree.js";
import { readProcess } from "../../../../lib/cli/exec/process/readProcesses.js";
import { identify } from "../../../../lib/cli/exec/process/treeOf.js";
import { eventually } from "../../../helpers/eventually.js";
import { type Family, familyIn, governed, isComplete } from "../../../helpers/family.js";
import { isAlive, isStopped } from "../../../helpers/procfs.js";

(process.platform === "linux" ? describe : describe.skip)("ProcessTree", function () {
  this.timeout(30_000);

  const children = new Set<ChildProcess>();

  afterEach(() => {
    for (const { pid } of children) if (pid !== undefined) new GroupTree(pid).kill();
    children.clear();
  });

  describe("of a process that has children everywhere", () => {
    let tree: ProcessTree;
    let family: Family;
    let pids: readonly number[];

    beforeEach(async () => {
      const mark = randomUUID();
      const { child, printed } = start(mark, [governed.family]);
      tree = new ProcessTree(identify(child.pid!), mark);
      await eventually(() => isComplete(printed()), "the family is complete");
      family = familyIn(printed());
      pids = Object.values(family);
      // The parent of the grandchild is the sixth; that of the daemon ends.
      await eventually(() => tree.size === 6, "there are six of them");
    });

    afterEach(() => tree.kill());

    it("knows them all, in whichever group or session they are, whoever is their parent by now", () => {
      expect(readProcess(family.leader)).to.include({ group: family.leader, session: family.leader });
      expect(readProcess(family.job)).to.include({ session: family.leader }).and.not.include({ group: family.leader });
      expect(readProcess(family.session)!.session).to.not.equal(family.leader);
      expect(pids).to.not.include(readProcess(family.daemon)!.parent);
    });

    it("stops them all, and lets them go on", async () => {
      expect(tree.stop()).to.equal(6);
      await eventually(() => pids.every(isStopped), "all are stopped");
      tree.continue();
      expect(pids.filter(isStopped)).to.deep.equal([]);
    });

    it("stops whom somebody else has woken when it is told to stop again, and lets that one go on as well", async () => {
      tree.stop();
      await eventually(() => pids.every(isStopped), "all are stopped");
      process.kill(family.daemon, "SIGCONT");
      expect(isStopped(family.daemon)).to.be.false;
      tree.stop();
      await eventually(() => isStopped(family.daemon), "the one is stopped again");
      tree.continue();
      expect(pids.filter(isStopped)).to.deep.equal([]);
    });

    it("does not let those go on that were stopped before", async () => {
      process.kill(family.job, "SIGSTOP");
      await eventually(() => isStopped(family.job), "the job is stopped");
      for (let time = 0; time < 2; time++) {
        tree.stop();
        await eventually(() => pids.every(isStopped), "all are stopped");
        tree.stop();
        tree.continue();
        expect(pids.filter(isStopped)).to.deep.equal([family.job]);
      }
    });

    it("tells all of them to end, also those that are stopped", async () => {
      tree.stop();
      process.kill(family.job, "SIGSTOP");
      expect(tree.terminate()).to.equal(6);
      await eventually(() => tree.size === 0, "all have ended");
      expect(pids.filter(isAlive)).to.deep.equal([]);
    });

    it("kills all of them, stopped or not, and those that are left without their leader", async () => {
      process.kill(family.leader, "SIGKILL");
      await eventually(() => !isAlive(family.leader), "the leader has ended");
      expect(tree.size).to.equal(5);
      tree.stop();
      tree.kill();
      await eventually(() => tree.size === 0, "all have ended");
      expect(pids.filter(isAlive)).to.deep.equal([]);
    });

    it("knows them by the mark alone", async () => {
      const environment = await readFile(`/proc/${family.daemon}/environ`, "utf8");
      const [, mark = ""] = /THE_MARK=([^\0]+)/.exec(environment) ?? [];
      expect(new ProcessTree(undefined, mark).size).to.equal(6);
    });

    it("passes a signal on to the group as a terminal does, and to all of them if asked to", async () => {
      tree.sendToGroup("SIGKILL");
      await eventually(() => !isAlive(family.leader), "the leader has ended");
      expect(isAlive(family.job) && isAlive(family.session) && isAlive(family.daemon)).to.be.true;
      // Nobody has that group any more.
      tree.sendToGroup("SIGKILL");
      expect(tree.send("SIGKILL")).to.be.at.least(3);
      await eventually(() => tree.size === 0, "all have ended");
    });
  });

  it("does not let a shell see that its job was stopped: it would go on without it", async function () {
    // Where a shell does not get a turn to stop in, it is not waited for without end.
    this.retries(2);
    const mark = randomUUID();
    const { child, printed } = start(mark, ["bash", "-c", "set -m; sh -c 'echo ready; exec sleep 100'; echo went on"]);
    const tree = new ProcessTree(identify(child.pid!), mark);
    await eventually(() => printed() === "ready\n" && tree.size === 2, "it is ready");
    for (let time = 0; time < 20; time++) {
      tree.stop();
      await new Promise((resolve) => setTimeout(resolve, 5));
      tree.continue();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(printed()).to.equal("ready\n");
    expect(tree.size).to.equal(2);
    tree.kill();
  });

  it("tells each to end once, where it is told so twice", async () => {
    const mark = randomUUID();
    const { child, printed } = start(mark, [
      "sh",
      "-c",
      "trap 'echo asked' TERM; echo ready; while :; do sleep 0.1; done",
    ]);
    const tree = new ProcessTree(identify(child.pid!), mark);
    await eventually(() => printed() === "ready\n", "it is ready");
    tree.terminate();
    await eventually(() => printed() === "ready\nasked\n", "it was asked");
    tree.terminate();
    tree.send("SIGTERM");
    await eventually(() => printed() === "ready\nasked\nasked\n", "it was asked again, by whoever insists");
    tree.kill();
  });

  it("catches up with processes that start others all the time, and lets all of them go on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    const mark = randomUUID();
    const { child, printed } = start(mark, [governed.storm, folder]);
    const tree = new ProcessTree(identify(child.pid!), mark);
    const counts = async (): Promise<string> =>
      (await Promise.all(["a", "b"].map((name) => readFile(join(folder, name), "utf8").catch(() => "")))).join("");
    await eventually(() => printed() === "ready\n", "it is ready");
    for (let time = 0; time < 5; time++) {
      tree.stop();
      const [size, before] = [tree.size, await counts()];
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await counts()).to.equal(before);
      expect(tree.size).to.equal(size);
      tree.continue();
      for (const name of ["a", "b"]) {
        const count = await readFile(join(folder, name), "utf8").catch(() => "");
        for (let tries = 0; (await readFile(join(folder, name), "utf8").catch(() => "")) === count; tries++) {
          expect(tries, `generator ${name} goes on`).to.be.below(500);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    }
    tree.kill();
    await eventually(() => tree.size === 0, "all have ended");
    await rm(folder, { recursive: true });
  });

  /** Starts something with a mark in a session of its own. */
  function start(
    mark: string,
    [file = "", ...args]: readonly string[],
  ): { child: ChildProcess; printed: () => string } {
    const env = { ...process.env, THE_MARK: mark };
    const child = spawn(file, args, { detached: true, stdio: ["ignore", "pipe", "ignore"], env });
    children.add(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    return { child, printed: () => output };
  }
});
