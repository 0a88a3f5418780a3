import { expect } from "chai";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as entry from "../../lib/otel/index.js";
import { withOpId } from "../../lib/withOpId.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the entry of OpenTelemetry", () => {
  it("exports the op at hand and the metrics, and nothing else", () => {
    expect(entry).to.have.all.keys("currentOpId", "opControlMetrics", "opIdFromSpan", "withOpId");
  });

  it("has the core's withOpId, so that either's currentOpId knows what the other's said", () => {
    expect(entry.withOpId).to.equal(withOpId);
  });

  it("registers nothing with OpenTelemetry and starts nothing when it is imported", async function () {
    this.timeout(30_000);
    const script = `
      const look = () => [
        ...process.getActiveResourcesInfo(),
        ...Object.getOwnPropertySymbols(globalThis).map(String),
      ];
      const before = look();
      await import("./lib/otel/index.ts");
      const added = () => look().filter((trace) => !before.includes(trace));
      // What tsx compiles for the first time it writes to its cache meanwhile.
      for (let look = 0; look < 500 && added().some((trace) => trace.startsWith("FSReq")); look++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(JSON.stringify(added()));
    `;
    const started = ["--import", "tsx", "--input-type=module", "--eval", script];

    const { stdout, stderr } = await promisify(execFile)(process.execPath, started, { cwd: root, timeout: 20_000 });

    expect(stdout).to.equal("[]\n");
    expect(stderr).to.equal("");
  });
});
