import { expect } from "chai";
import { descendants, type Lineage } from "../../../../lib/cli/exec/process/descendants.js";
import type { ProcessInfo } from "../../../../lib/cli/exec/process/ProcessInfo.js";

const SELF = 50;
const ROOT = { pid: 100, startTime: "100" };

/** Those who are there anyway: the first process, a shell with its session, us in it, and another user's shell. */
const others = [one(1, 0, 1), one(10, 1, 10), one(SELF, 10, 10), one(20, 1, 20), one(21, 20, 20)];

describe("descendants", () => {
  it("are the root and whoever descends from it by parents, each after its parent", () => {
    const tree = [one(90, 102, 90), one(100, SELF, 100), one(101, 100, 100), one(102, 101, 102)];
    expect(found(tree)).to.deep.equal([100, 101, 102, 90]);
  });

  it("are whoever is in the root's session, adopted by whomever, also when the root is gone", () => {
    expect(found([one(100, SELF, 100), one(103, 1, 100)])).to.deep.equal([100, 103]);
    expect(found([one(103, 1, 100), one(104, 103, 104)])).to.deep.equal([103, 104]);
  });

  it("are whoever bears the mark, where a parent of ours has adopted it, and its session, led by it or by nobody", () => {
    const tree = [one(100, SELF, 100), one(105, 1, 99), one(106, 10, 106), one(107, 1, 99)];
    expect(found(tree, [105, 106])).to.deep.equal([100, 105, 106, 107]);
  });

  it("are not a session that a stranger leads, to which one that bears the mark was brought", () => {
    expect(found([one(100, SELF, 100), one(108, 10, 20)], [108])).to.deep.equal([100, 108]);
  });

  it("are known without a root, by the mark alone", () => {
    const tree = [one(100, 1, 100), one(101, 100, 100), one(102, 1, 100)];
    expect(found(tree, [100], { root: undefined })).to.deep.equal([100, 102, 101]);
    expect(found(tree, [], { root: undefined })).to.deep.equal([]);
  });

  it("are not whoever was given the root's number after its session had ended", () => {
    const stranger = { ...one(100, 20, 100), startTime: "999" };
    expect(found([stranger, one(109, 100, 100)])).to.deep.equal([]);
  });

  it("are not the dead, but whoever descends from one that its parent has not yet asked after", () => {
    expect(found([{ ...one(100, SELF, 100), isDead: true }, one(101, 100, 101)])).to.deep.equal([101]);
  });

  it("are never ourselves, wherever we come from and whatever mark we bear", () => {
    expect(found([one(100, SELF, 100)], [SELF, 10])).to.not.include(SELF);
  });

  it("asks few for the mark: those who were adopted by an ancestor of ours", () => {
    const asked: number[] = [];
    const isMarked = (pid: number): boolean => asked.push(pid) < 0;
    descendants([...others, one(100, SELF, 100), one(101, 100, 101)], { root: ROOT, self: SELF, isMarked });
    expect(new Set(asked)).to.deep.equal(new Set([1, 10, 20]));
  });

  it("does not go round in circles where it was read in different moments who is whose parent", () => {
    expect(found([one(100, 101, 100), one(101, 100, 100)])).to.have.members([100, 101]);
  });
});

function one(pid: number, parent: number, session: number): ProcessInfo {
  return { pid, parent, group: session, session, startTime: String(pid), isStopped: false, isDead: false };
}

function found(tree: readonly ProcessInfo[], marked: readonly number[] = [], lineage: Partial<Lineage> = {}): number[] {
  const isMarked = (pid: number): boolean => marked.includes(pid);
  return descendants([...others, ...tree], { root: ROOT, self: SELF, isMarked, ...lineage }).map(({ pid }) => pid);
}
