import { expect } from "chai";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { filter, firstValueFrom, skip } from "rxjs";
import { Guardian } from "../../../../lib/cli/exec/guardian/Guardian.js";
import type { ProcessInfo } from "../../../../lib/cli/exec/process/ProcessInfo.js";
import { readProcesses } from "../../../../lib/cli/exec/process/readProcesses.js";
import { commandLineOf, isAlive } from "../../../helpers/procfs.js";

(process.platform === "linux" ? describe : describe.skip)("Guardian", function () {
  this.timeout(30_000);

  it("stands guard in a session of its own, is not asked to leave by others, and leaves what it guards when let go", async () => {
    const mark = randomUUID();
    const governed = spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env: { MARK: mark } });
    const guardian = new Guardian(mark);
    const armed = firstValueFrom(guardian.armed$.pipe(filter(Boolean)));
    guardian.guard({ pid: governed.pid!, startTime: "0" });
    await armed;
    const [process_] = guardiansOf(process.pid);
    expect(process_).to.include({ session: process_!.pid, group: process_!.pid });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) process.kill(process_!.pid, signal);
    await guardian[Symbol.asyncDispose]();
    expect(isAlive(process_!.pid)).to.be.false;
    expect(isAlive(governed.pid!)).to.be.true;
    governed.kill("SIGKILL");
    await once(governed, "exit");
  });

  it("is replaced when it is killed, and says that nobody is on guard meanwhile", async () => {
    await using guardian = new Guardian(randomUUID());
    await firstValueFrom(guardian.armed$.pipe(filter(Boolean)));
    const [first] = guardiansOf(process.pid);
    const lost = firstValueFrom(guardian.armed$.pipe(filter((isArmed) => !isArmed)));
    const back = firstValueFrom(guardian.armed$.pipe(filter(Boolean), skip(1)));
    process.kill(first!.pid, "SIGKILL");
    await lost;
    await back;
    expect(guardiansOf(process.pid).map(({ pid }) => pid))
      .to.have.lengthOf(1)
      .and.not.include(first!.pid);
  });

  it("errors where it ends before it was on guard", async () => {
    const mark = randomUUID();
    await using guardian = new Guardian(mark);
    // It has no name of its own yet; and tsx may be starting a process of its own at this moment.
    const [first] = childrenOf(process.pid).filter(({ pid }) => commandLineOf(pid).includes(mark));
    process.kill(first!.pid, "SIGKILL");
    const error: unknown = await firstValueFrom(guardian.armed$.pipe(filter(Boolean))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.an("error").with.property("message", "the process that guards it ended with SIGKILL");
  });
});

function guardiansOf(parent: number): readonly ProcessInfo[] {
  return childrenOf(parent).filter(({ pid }) => commandLineOf(pid).startsWith("rx-op-control guardian"));
}

function childrenOf(parent: number): readonly ProcessInfo[] {
  return readProcesses().filter((process) => process.parent === parent && !process.isDead);
}
