import { join } from "node:path";
import { expect } from "chai";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { NODE, Run } from "../../helpers/processes.js";

const MAIN = join(import.meta.dirname, "../../../examples/topology/main.ts");

describeWithNats("The topology of docs/scaling.md", function () {
  this.timeout(60_000);

  it("stops all ten agents by a halt to either gateway, and loses nothing when one is killed in the middle", async () => {
    await using run = new Run([...NODE, MAIN, "--rehearse"]);
    expect(await run.exitCode(), run.stderr).to.equal(0);
    expect(run.stderr).to.equal("");
    const told = run.stdout.split("\n").map((line) => line.replace(/ after \d+ ms$/, ""));
    expect(told.slice(4, -1)).to.deep.equal([
      "pause the fleet by gateway 1: all 10 are paused",
      "resume it by gateway 2: all 10 are running",
      "gateway 1 is killed while 60 jobs are terminated, and gateway 2 goes on: every agent has heard of all of its",
      "pause the fleet by gateway 2 alone: all 10 are paused",
      "gateway 1 is back; resume the fleet by it: all 10 are running",
      "terminate the fleet by gateway 1: all 10 are terminated",
      "nothing was lost",
    ]);
  });
});
