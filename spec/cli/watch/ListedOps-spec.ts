import { expect } from "chai";
import { ListedOps } from "../../../lib/cli/watch/ListedOps.js";
import type { OpState } from "../../../lib/opStatus.js";
import { FakeControl } from "../../helpers/FakeControl.js";
import { paused, running, terminated } from "../../helpers/opControl.js";

const statusOf: Readonly<Record<OpState, (opId: string) => ReturnType<typeof paused>>> = {
  paused,
  running,
  terminated,
};

describe("ListedOps", () => {
  it("watches what it lists, once, and lets go of all at its end", () => {
    const control = new FakeControl();
    const listed = new ListedOps(control, 10);
    listed.pin("*");
    listed.touch(paused("a"));
    listed.touch(running("a"));
    listed.touch(running("*"));
    expect(control.watched).to.deep.equal(["*", "a"]);
    expect([listed.has("*"), listed.has("a"), listed.has("b")]).to.deep.equal([true, true, false]);
    listed[Symbol.dispose]();
    expect(control.watched).to.deep.equal([]);
  });

  it("outlives the end of an op's statuses, which is the channel's to tell", () => {
    const control = new FakeControl();
    new ListedOps(control, 10).touch(paused("a"));
    expect(() => control.fail("a", new Error("the channel has failed"))).not.to.throw();
  });

  describe("at the bound", () => {
    for (const [what, touched, dropped] of [
      ["the one that ended", ["paused a", "running b", "terminated c"], "c"],
      ["of two that ended the one that did so first", ["terminated a", "running b", "terminated c"], "a"],
      ["one that runs where none has ended", ["paused a", "running b", "paused c"], "b"],
      [
        "of those that run the one that has changed longest ago",
        ["running a", "running b", "paused a", "running c", "running a"],
        "b",
      ],
      ["a paused one where there are no others", ["paused a", "paused b", "paused c"], "a"],
    ] as const) {
      it(`drops ${what}, and watches it no longer`, () => {
        const control = new FakeControl();
        const listed = new ListedOps(control, 3);
        for (const word of touched) {
          const [state, opId] = word.split(" ") as [OpState, string];
          expect(listed.touch(statusOf[state](opId))).to.equal(undefined);
        }
        expect(listed.touch(paused("new"))).to.equal(dropped);
        expect(listed.has(dropped)).to.equal(false);
        expect(control.watched).to.not.include(dropped);
        expect(control.watched).to.include("new").and.have.length(3);
      });
    }

    it("never drops what is listed for good, and does not count it", () => {
      const listed = new ListedOps(new FakeControl(), 1);
      listed.pin("a");
      expect(listed.touch(terminated("a"))).to.equal(undefined);
      expect(listed.touch(paused("b"))).to.equal(undefined);
      expect(listed.touch(paused("c"))).to.equal("b");
      expect(listed.has("a")).to.equal(true);
    });

    it("takes one back in that was dropped", () => {
      const listed = new ListedOps(new FakeControl(), 1);
      listed.touch(paused("a"));
      listed.touch(paused("b"));
      expect(listed.touch(paused("a"))).to.equal("b");
    });
  });
});
