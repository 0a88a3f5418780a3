import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { GroupTree } from "../../../../lib/cli/exec/process/GroupTree.js";
import { eventually } from "../../../helpers/eventually.js";
import { isStopped } from "../../../helpers/procfs.js";

(process.platform === "linux" ? describe : describe.skip)("GroupTree", () => {
  let child: ChildProcess;
  let tree: GroupTree;

  beforeEach(async () => {
    // Ready is whoever has no trap any more: a shell that was just forked would take the signal, and lose it with exec.
    child = spawn("sh", ["-c", "trap 'exit 5' TERM; sh -c 'echo ready; exec sleep 100' & wait"], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    tree = new GroupTree(child.pid!);
    await once(child.stdout!, "data");
  });

  afterEach(() => tree.kill());

  it("stops a group and lets it go on", async () => {
    expect(tree.stop()).to.equal(1);
    await eventually(() => isStopped(child.pid!), "it is stopped");
    tree.continue();
    expect(isStopped(child.pid!)).to.be.false;
  });

  it("tells a group to end, stopped or not, and once if it is told so twice", async () => {
    tree.stop();
    expect(tree.terminate()).to.equal(1);
    expect(tree.terminate()).to.equal(1);
    expect(await once(child, "exit")).to.deep.equal([5, null]);
    await eventually(() => tree.size === 0, "all have ended");
    expect(tree.terminate()).to.equal(0);
  });

  it("kills a group, and passes signals on to it", async () => {
    tree.sendToGroup("SIGWINCH");
    expect(tree.size).to.equal(1);
    tree.kill();
    expect(await once(child, "exit")).to.deep.equal([null, "SIGKILL"]);
    expect(tree.outOfReach).to.deep.equal([]);
  });
});
