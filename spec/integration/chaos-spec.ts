import { expect } from "chai";
import { runChaos } from "../helpers/chaos/runChaos.js";

const DURATION_MS = 20_000;
const EVERY_MS = 700;

/** `npm run soak` is the same for as long as is wanted, and takes the seed that a failure names. */
describe("Chaos", function () {
  this.timeout(DURATION_MS + 60_000);
  this.slow(DURATION_MS + 10_000);

  it("of the network, the gateways and their tokens loses no TERMINATE, lifts no pause and always ends in live", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const summary = await runChaos({ seed, durationMs: DURATION_MS, everyMs: EVERY_MS });
    const { faults, reconnects, handoversByDraining, terminatesDue, terminatesLost, gates } = summary;
    const counts = { faults, reconnects, handoversByDraining, terminatesDue, ...gates };
    for (const [what, count] of Object.entries(counts)) expect(count, what).to.be.above(0);
    expect(terminatesLost).to.equal(0);
  });
});
