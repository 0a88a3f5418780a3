import { expect } from "chai";
import fc from "fast-check";
import { Backoff } from "../../lib/channel/Backoff.js";
import { runs } from "../helpers/runs.js";

const bounds = { initialDelayMs: 100, maxDelayMs: 1_000 };

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.nextDelayMs());
}

describe("Backoff", () => {
  it("waits up to the initial delay at first, then up to twice as long each time, and never beyond the longest", () => {
    const backoff = new Backoff(bounds, () => 0.999999);
    expect(delays(backoff, 6)).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("has full jitter: any wait from none to the longest is as likely as another", () => {
    expect(delays(new Backoff(bounds, () => 0), 5)).to.deep.equal([0, 0, 0, 0, 0]);
    expect(delays(new Backoff(bounds, () => 0.5), 5)).to.deep.equal([50, 100, 200, 400, 500]);
  });

  it("begins anew when it is reset", () => {
    const backoff = new Backoff(bounds, () => 0.5);
    delays(backoff, 4);
    backoff.reset();
    expect(delays(backoff, 2)).to.deep.equal([50, 100]);
  });

  it("waits at the slow end from half of the longest wait to all of it, and counts no wait for that", () => {
    expect(new Backoff(bounds, () => 0).slowDelayMs()).to.equal(1_000);
    const backoff = new Backoff(bounds, () => 0.5);
    expect(backoff.slowDelayMs()).to.equal(750);
    expect(backoff.nextDelayMs()).to.equal(50);
  });

  it("draws by itself where it is given nothing to draw with", () => {
    const backoff = new Backoff({ initialDelayMs: 1e6, maxDelayMs: 1e6 });
    expect(new Set(delays(backoff, 20)).size).to.be.greaterThan(1);
  });

  it("stays within its bounds after any number of waits, also when doubling overflows", () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (count, drawn) => {
        const backoff = new Backoff(bounds, () => drawn);
        for (const delayMs of [...delays(backoff, count), backoff.slowDelayMs()]) {
          expect(delayMs).to.be.within(0, 1_000);
        }
      }),
      { numRuns: runs(50) },
    );
  });
});
