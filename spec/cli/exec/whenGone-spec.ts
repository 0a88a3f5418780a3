import { expect } from "chai";
import { NEVER, timer } from "rxjs";
import { whenGone } from "../../../lib/cli/exec/whenGone.js";
import { FakeTree } from "../../helpers/FakeTree.js";
import { record } from "../../helpers/record.js";
import { VirtualTime } from "../../helpers/VirtualTime.js";

describe("whenGone", () => {
  it("tells when all have left by themselves", () => {
    VirtualTime.run((time) => {
      const tree = new FakeTree(3);
      const told = record(whenGone(tree, timer(1_000), onKillOf(tree)));
      time.pass(900);
      expect(told.values).to.deep.equal([]);
      tree.size = 0;
      time.pass(60);
      expect(told.values).to.deep.equal(["left"]);
      expect(told.end).to.equal("completed");
      expect(tree.done).to.deep.equal([]);
      expect(time.pending).to.equal(0);
    });
  });

  it("kills what is there when patience is over, until nothing is, and says so once", () => {
    VirtualTime.run((time) => {
      const tree = new FakeTree(3);
      const told = record(whenGone(tree, timer(1_000), onKillOf(tree)));
      time.pass(1_000);
      expect(tree.done).to.deep.equal(["told of 3", "kill"]);
      time.pass(100);
      expect(tree.done).to.deep.equal(["told of 3", "kill", "kill", "kill"]);
      tree.size = 0;
      time.pass(50);
      expect(told.values).to.deep.equal(["killed"]);
      expect(time.pending).to.equal(0);
    });
  });

  it("kills at once without patience, and nothing that is gone already", () => {
    VirtualTime.run((time) => {
      const tree = new FakeTree(1);
      record(whenGone(tree, timer(0), onKillOf(tree)));
      time.pass(0);
      expect(tree.done).to.deep.equal(["told of 1", "kill"]);
      const gone = new FakeTree(0);
      const told = record(whenGone(gone, timer(0), onKillOf(gone)));
      time.pass(0);
      expect(told.values).to.deep.equal(["left"]);
      expect(gone.done).to.deep.equal([]);
    });
  });

  it("gives up on what cannot be killed", () => {
    VirtualTime.run((time) => {
      const tree = new FakeTree(1);
      const told = record(whenGone(tree, timer(0), onKillOf(tree)));
      time.pass(4_900);
      expect(told.values).to.deep.equal([]);
      time.pass(200);
      expect(told.values).to.deep.equal(["stayed"]);
      expect(time.pending).to.equal(0);
    });
  });

  it("waits for as long as there is patience", () => {
    VirtualTime.run((time) => {
      const tree = new FakeTree(1);
      const told = record(whenGone(tree, NEVER, onKillOf(tree)));
      time.pass(1_000_000);
      expect(told.values).to.deep.equal([]);
      told.subscription.unsubscribe();
    });
  });
});

function onKillOf(tree: FakeTree): (processes: number) => void {
  return (processes) => tree.done.push(`told of ${processes}`);
}
