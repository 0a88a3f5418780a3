import { expect } from "chai";
import { Subject, throwError } from "rxjs";
import { recordedStatus } from "../../../lib/cli/exec/recordedStatus.js";
import type { OpControlMessage } from "../../../lib/opStatus.js";
import type { OpRecord, OpRecordState } from "../../../lib/rest/OpRecord.js";
import { AGENT, FLEET, OP, OTHER, pause, resume } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";

describe("recordedStatus", () => {
  for (const state of ["pending", "running", "completing"] as const) {
    it(`says nothing against running where the record says ${state}, and is done`, async () => {
      const { told, asked } = start([state]);
      await asked();
      expect(told.values).to.deep.equal([status("running")]);
      expect(told.end).to.equal("completed");
    });
  }

  it("tells of a terminate that came before us, and is done", async () => {
    const { told, asked } = start(["terminated"]);
    await asked();
    expect(told.values).to.deep.equal([status("terminated")]);
    expect(told.end).to.equal("completed");
  });

  it("tells of a pause that came before us, until the op itself is resumed", async () => {
    const { told, asked, signals$, questions } = start(["paused"]);
    await asked();
    expect(told.values).to.deep.equal([status("paused")]);
    for (const signal of [pause(), pause(FLEET)]) signals$.next(signal);
    expect(told.end).to.be.undefined;
    signals$.next(resume());
    expect(told.values).to.deep.equal([status("paused"), status("running")]);
    expect(told.end).to.equal("completed");
    expect(questions()).to.equal(1);
  });

  it("asks again when the agent or the fleet is resumed, for it may have been their pause", async () => {
    const { told, asked, signals$, questions } = start(["paused", "paused", "running"]);
    await asked();
    signals$.next(resume(AGENT));
    await asked();
    expect(told.values).to.deep.equal([status("paused"), status("paused")]);
    signals$.next(resume(FLEET));
    await asked();
    expect(told.values.at(-1)).to.deep.equal(status("running"));
    expect(told.end).to.equal("completed");
    expect(questions()).to.equal(3);
  });

  it("hears of a resume that overtakes the answer", async () => {
    const { told, signals$, asked } = start(["paused"]);
    signals$.next(resume());
    await asked();
    expect(told.values).to.deep.equal([status("running")]);
    expect(told.end).to.equal("completed");
  });

  it("knows nothing where it cannot be registered, says so, and is in nobody's way", async () => {
    const { told, asked, failures } = start([new Error("no API")]);
    await asked();
    expect(told.values).to.deep.equal([status("running")]);
    expect(told.end).to.equal("completed");
    expect(failures).to.deep.equal(["no API"]);
  });

  it("keeps a pause where it is asked again and gets no answer", async () => {
    const { told, asked, signals$ } = start(["paused", new Error("no API")]);
    await asked();
    signals$.next(resume(FLEET));
    await asked();
    expect(told.values).to.deep.equal([status("paused"), status("paused")]);
    signals$.next(resume(OTHER));
    expect(told.end).to.be.undefined;
  });

  it("leaves it to the statuses to tell that the channel has failed", () => {
    const signals$ = throwError(() => new Error("failed"));
    const told = record(recordedStatus({ opId: OP, register: never, signals$, onFailure: () => {} }));
    expect(told.values).to.deep.equal([]);
    expect(told.end).to.equal("completed");
  });

  function start(answers: readonly (OpRecordState | Error)[]) {
    const signals$ = new Subject<OpControlMessage>();
    const failures: string[] = [];
    let count = 0;
    const register = (): Promise<OpRecord> => {
      const answer = answers[count++]!;
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ op_id: OP, state: answer, registered_at: "", updated_at: "" });
    };
    const onFailure = (error: unknown) => failures.push((error as Error).message);
    const told = record(recordedStatus({ opId: OP, register, signals$, onFailure }));
    const asked = () => new Promise(setImmediate);
    return { told, asked, signals$, failures, questions: () => count };
  }
});

function status(state: "running" | "paused" | "terminated") {
  return { state, scope: "op", sequence: 0n };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
