import { expect } from "chai";
import { parseStat } from "../../../../lib/cli/exec/process/ProcessInfo.js";

const TAIL = "0 -1 4194304 123 0 0 0 7 8 0 0 20 0";

describe("parseStat", () => {
  it("reads what is of interest", () => {
    expect(parseStat(`42 (sleep) S 7 40 39 ${TAIL} 1 0 144746 0 0\n`)).to.deep.equal({
      pid: 42,
      parent: 7,
      group: 40,
      session: 39,
      startTime: "144746",
      isStopped: false,
      isDead: false,
    });
  });

  it("is not led astray by a name, which may be anything", () => {
    const name = "a) R 1 (b\n) S 2 3 4";
    expect(parseStat(`42 (${name}) T 7 40 39 ${TAIL} 1 0 144746 0 0\n`)).to.include({
      pid: 42,
      parent: 7,
      isStopped: true,
    });
  });

  it("knows a zombie, and one of which only the first thread has ended", () => {
    expect(parseStat(`42 (x) Z 7 40 39 ${TAIL} 1 0 1 0 0`)).to.include({ isDead: true });
    expect(parseStat(`42 (x) Z 7 40 39 ${TAIL} 2 0 1 0 0`)).to.include({ isDead: false });
  });

  it("takes one that a debugger holds for one that runs", () => {
    expect(parseStat(`42 (x) t 7 40 39 ${TAIL} 1 0 1 0 0`)).to.include({ isStopped: false, isDead: false });
  });

  it("makes nothing of what is cut short", () => {
    expect(parseStat("")).to.be.undefined;
    expect(parseStat("42 (sleep) S 7 40")).to.be.undefined;
  });
});
