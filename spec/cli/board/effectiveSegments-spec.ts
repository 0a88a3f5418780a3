import { expect } from "chai";
import type { BoardScope, Segment } from "../../../lib/cli/board/BoardEvent.js";
import { effectiveSegments, mostSevereOf } from "../../../lib/cli/board/effectiveSegments.js";
import type { OpState } from "../../../lib/opStatus.js";

/** What a scope says, as `0 running, 5 paused`: since when, and what. */
function said(scope: BoardScope, text: string): Segment[] {
  return text.split(", ").map((word) => {
    const [since, state] = word.split(" ");
    return { since: Number(since), state: state as OpState, scope, sequence: "0" };
  });
}

function drawn(...narrowestFirst: readonly (readonly Segment[])[]): string[] {
  return effectiveSegments(narrowestFirst).map(({ since, state, scope }) => `${since} ${state} ${scope}`);
}

describe("effectiveSegments", () => {
  it("is the op's own word where nobody wider says more", () => {
    expect(drawn(said("op", "10 running, 12 paused, 15 running"), said("fleet", "0 running"))).to.deep.equal([
      "10 running op",
      "12 paused op",
      "15 running op",
    ]);
  });

  it("is a wider scope's word from when that is more severe, and the op's own again when it is lifted", () => {
    expect(drawn(said("op", "10 running"), said("fleet", "0 running, 20 paused, 30 running"))).to.deep.equal([
      "10 running op",
      "20 paused fleet",
      "30 running op",
    ]);
  });

  it("is the narrower word of two that are alike", () => {
    expect(drawn(said("op", "0 running, 25 paused"), said("fleet", "0 running, 20 paused, 30 running"))).to.deep.equal([
      "0 running op",
      "20 paused fleet",
      "25 paused op",
    ]);
  });

  it("begins with the op, whatever was said before", () => {
    expect(drawn(said("op", "50 running"), said("agent", "0 running, 10 paused"))).to.deep.equal(["50 paused agent"]);
  });

  it("ends with a terminate, whoever says it and whatever is said after", () => {
    const fleet = said("fleet", "0 running, 20 terminated");
    expect(drawn(said("op", "0 running, 30 paused"), fleet)).to.deep.equal(["0 running op", "20 terminated fleet"]);
    expect(drawn(said("op", "0 terminated"), said("fleet", "0 running, 5 paused"))).to.deep.equal(["0 terminated op"]);
  });

  it("is nothing where there is nothing", () => {
    expect(drawn()).to.deep.equal([]);
    expect(drawn([], said("fleet", "0 paused"))).to.deep.equal([]);
  });
});

describe("mostSevereOf", () => {
  it("takes the more severe, of two alike the first, and does without those that say nothing", () => {
    const [op, agent, fleet] = [said("op", "0 running")[0], said("agent", "0 paused")[0], said("fleet", "0 paused")[0]];
    expect(mostSevereOf([op, agent, fleet])).to.equal(agent);
    expect(mostSevereOf([undefined, op, undefined])).to.equal(op);
    expect(mostSevereOf([])).to.equal(undefined);
  });
});
