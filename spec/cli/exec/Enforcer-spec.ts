import { expect } from "chai";
import { Enforcer } from "../../../lib/cli/exec/Enforcer.js";
import type { ExecEvent } from "../../../lib/cli/exec/ExecEvent.js";
import { type Happening, reduceSituation, STARTED } from "../../../lib/cli/exec/Situation.js";
import { FakeTree } from "../../helpers/FakeTree.js";

const paused: Happening = { type: "verdict", verdict: { state: "paused", scope: "agent" } };
const running: Happening = { type: "verdict", verdict: { state: "running", scope: "agent" } };
const terminated: Happening = { type: "verdict", verdict: { state: "terminated", scope: "op" } };
const suspended: Happening = { type: "suspended", isSuspended: true };
const leaderEnded: Happening = { type: "leaderEnded" };
const interrupt: Happening = { type: "signal", signal: "SIGINT" };
const hangup: Happening = { type: "signal", signal: "SIGHUP" };

describe("Enforcer", () => {
  it("leaves it alone that may run", () => {
    expect(enforce(running, { type: "guarded", isGuarded: true }, running)).to.deep.equal({ done: [], told: [] });
  });

  it("stops it on a pause and continues it on a resume, and tells of each", () => {
    const { done, told } = enforce(paused, running);
    expect(done).to.deep.equal(["stop", "continue"]);
    expect(told).to.deep.equal([
      { type: "stopped", scope: "agent", processes: 2 },
      { type: "continued", scope: "agent" },
    ]);
  });

  it("continues it when nothing holds it any more, not before", () => {
    const { done } = enforce(suspended, paused, { type: "suspended", isSuspended: false }, running);
    expect(done.indexOf("continue")).to.equal(done.length - 1);
    expect(done.filter((what) => what === "continue")).to.have.lengthOf(1);
  });

  it("passes a signal on to the group, also of what is stopped, and says that it is", () => {
    const { done, told } = enforce(interrupt, paused, interrupt);
    expect(done).to.deep.equal(["send SIGINT to the group", "stop", "send SIGINT to the group", "stop"]);
    expect(told.at(-1)).to.deep.equal({ type: "interruptedWhileStopped" });
  });

  it("passes a request to end on to all of them", () => {
    const { done, told } = enforce(hangup);
    expect(done[0]).to.equal("send SIGHUP to all");
    expect(done).to.not.include("terminate");
    expect(told).to.deep.equal([{ type: "ending", reason: "asked", detail: "SIGHUP", processes: 2, graceMs: 500 }]);
  });

  it("lets what is stopped with us hear of it", () => {
    expect(enforce(suspended, hangup).done).to.deep.equal(["stop", "send SIGHUP to all", "continue"]);
  });

  it("tells them to end on a terminate, and says so once, whatever follows", () => {
    const { done, told } = enforce(paused, terminated, terminated, interrupt);
    expect(done.slice(0, 3)).to.deep.equal(["stop", "terminate", "send SIGINT to the group"]);
    expect(told.slice(1)).to.deep.equal([
      { type: "ending", reason: "terminated", detail: "op", processes: 2, graceMs: 500 },
    ]);
  });

  it("tells those to end that their leader has left, also after a hang-up that they took no notice of", () => {
    expect(enforce(leaderEnded).done).to.deep.equal(["terminate"]);
    expect(enforce(hangup, leaderEnded).done.at(-1)).to.equal("terminate");
  });

  it("says nothing of the end of a leader that leaves nobody", () => {
    expect(enforceOn(new FakeTree(0), leaderEnded).told).to.deep.equal([]);
  });

  it("stops what is to be killed, and passes nothing on to it", () => {
    const { done, told } = enforce(paused, hangup);
    expect(done).to.deep.equal(["stop", "stop"]);
    expect(told.at(-1)).to.include({ reason: "asked", graceMs: 0 });
    expect(enforce(hangup, paused).done.at(-1)).to.equal("stop");
  });

  it("stops it again on patrol, and tells once who is out of reach", () => {
    const tree = new FakeTree();
    const told: ExecEvent[] = [];
    const enforcer = new Enforcer({ tree, graceMs: 500, tell: (event) => told.push(event) });
    tree.outOfReach = [7];
    enforcer.patrol();
    tree.outOfReach = [7, 8];
    enforcer.patrol();
    enforcer.patrol();
    expect(tree.done).to.deep.equal(["stop", "stop", "stop"]);
    expect(told).to.deep.equal([
      { type: "outOfReach", pids: [7] },
      { type: "outOfReach", pids: [8] },
    ]);
  });
});

function enforce(...happenings: readonly Happening[]) {
  return enforceOn(new FakeTree(), ...happenings);
}

function enforceOn(tree: FakeTree, ...happenings: readonly Happening[]) {
  const told: ExecEvent[] = [];
  const enforcer = new Enforcer({ tree, graceMs: 500, tell: (event) => told.push(event) });
  happenings.reduce((before, happening) => {
    const after = reduceSituation(before, happening);
    enforcer.enforce({ before, after, happening });
    return after;
  }, STARTED);
  return { done: tree.done, told };
}
