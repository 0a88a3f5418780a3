import { expect } from "chai";
import { LaneBook } from "../../../lib/cli/board/LaneBook.js";
import type { Lane } from "../../../lib/cli/board/Lane.js";
import type { OpState } from "../../../lib/opStatus.js";

describe("LaneBook", () => {
  let book: LaneBook;
  let at = 0;

  beforeEach(() => {
    book = new LaneBook(3);
  });

  function open(opId: string, state: OpState): { lane: Lane; dropped: string | undefined } {
    const { lane, dropped } = book.open(opId, { state, scope: "op", sequence: 0n }, at++);
    return { lane, dropped: dropped?.opId };
  }

  it("gives each lane a key of its own, also one that is opened again", () => {
    const keys = ["a", "b", "c", "d", "a"].map((opId) => open(opId, "running").lane.key);
    expect(new Set(keys).size).to.equal(5);
    expect(Math.min(...keys)).to.be.above(2);
  });

  it("holds a bounded number, and lets the one go that is over, whatever is older", () => {
    open("running", "running");
    open("paused", "paused");
    open("terminated", "terminated");
    expect(open("new", "running").dropped).to.equal("terminated");
    expect(book.size).to.equal(3);
    expect(book.get("terminated")).to.equal(undefined);
  });

  it("lets the running go before the paused, and of two the one that has not changed for longest", () => {
    open("paused", "paused");
    const { lane } = open("first", "running");
    open("second", "running");
    book.touched(lane);
    expect(open("more", "paused").dropped).to.equal("second");
    expect(open("and more", "paused").dropped).to.equal("first");
    expect(open("and more still", "paused").dropped).to.equal("paused");
  });

  it("counts as over what is no longer listed", () => {
    const { lane } = open("gone", "paused");
    open("a", "running");
    open("b", "running");
    lane.list({ state: "gone", disagrees: false });
    book.touched(lane);
    expect(open("c", "running").dropped).to.equal("gone");
  });

  it("has room for a listed op where none has to go but one that is over, and never for one that is over itself", () => {
    const listed = (state: OpState) => book.hasRoomFor({ op_id: "x", state, registered_at: "", updated_at: "" });
    expect(listed("terminated")).to.be.true;
    for (const opId of ["a", "b", "c"]) open(opId, "running");
    expect(listed("running")).to.be.false;
    open("d", "terminated");
    expect(listed("running")).to.be.true;
    expect(listed("terminated")).to.be.false;
  });
});
