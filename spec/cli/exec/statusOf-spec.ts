import { expect } from "chai";
import { BehaviorSubject, firstValueFrom, NEVER, timer } from "rxjs";
import type { ExecEvent } from "../../../lib/cli/exec/ExecEvent.js";
import { statusOf } from "../../../lib/cli/exec/statusOf.js";
import type { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpStatus } from "../../../lib/opStatus.js";
import { OpsClient } from "../../../lib/rest/OpsClient.js";
import type { OpRecord } from "../../../lib/rest/OpRecord.js";
import { OP, paused, running, terminated } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";
import { VirtualTime } from "../../helpers/VirtualTime.js";

const AGENT_7 = { orgId: "", teamId: "", agentId: "agent-7" };

describe("statusOf", () => {
  it("is what the gateway signals, where no API is known", () => {
    const { told } = start(undefined);
    expect(told.values).to.deep.equal([running()]);
  });

  it("is the more severe of what is signalled and what is recorded", async () => {
    const { told, status$, events } = start(answering("paused"));
    expect(told.values).to.deep.equal([]);
    await firstValueFrom(timer(0));
    expect(told.values).to.deep.equal([{ state: "paused", scope: "op", sequence: 0n }]);
    status$.next(terminated());
    expect(told.values.at(-1)).to.include({ state: "terminated" });
    expect(events).to.deep.equal([{ type: "registered", api: "http://127.0.0.1:7700" }]);
  });

  it("keeps to what is signalled where that is more severe", async () => {
    const { told, status$ } = start(answering("running"));
    await firstValueFrom(timer(0));
    status$.next(paused(OP, "fleet"));
    expect(told.values.at(-1)).to.include({ state: "paused", scope: "fleet" });
  });

  it("waits for the record for a moment at most", () => {
    VirtualTime.run((time) => {
      const { told } = start(() => new Promise(() => {}));
      time.pass(900);
      expect(told.values).to.deep.equal([]);
      time.pass(100);
      expect(told.values).to.have.lengthOf(1);
      expect(told.values[0]).to.include({ state: "running" });
    });
  });

  it("heeds what the record says later", async () => {
    let answer: (state: OpRecord["state"]) => void = () => {};
    const late = new Promise<OpRecord["state"]>((resolve) => {
      answer = resolve;
    });
    const { told } = start(async () => recordOf(await late));
    await firstValueFrom(timer(1_050));
    expect(told.values.at(-1)).to.include({ state: "running" });
    answer("terminated");
    await firstValueFrom(timer(0));
    expect(told.values.at(-1)).to.include({ state: "terminated" });
  });

  it("is not disturbed by an API that is not there, and tells of it", async () => {
    const { told, events } = start(() => Promise.reject(new Error("refused")));
    await firstValueFrom(timer(0));
    expect(told.values).to.have.lengthOf(1);
    expect(told.values[0]).to.include({ state: "running" });
    const api = "http://127.0.0.1:7700";
    expect(events).to.deep.equal([{ type: "notRegistered", api, isNamed: true, reason: "refused" }]);
  });

  function start(register: (() => Promise<OpRecord>) | undefined) {
    const status$ = new BehaviorSubject<OpStatus>(running());
    const events: ExecEvent[] = [];
    const client = new OpsClient({ apiUrl: "http://127.0.0.1:7700" });
    if (register) client.register = register;
    const control = { signals$: NEVER, status: () => status$ } as unknown as OpControlSubscriber;
    const registration = register && { client, isNamed: true };
    const tell = (event: ExecEvent) => events.push(event);
    return { told: record(statusOf({ control, opId: OP, agent: AGENT_7, registration, tell })), status$, events };
  }
});

function answering(state: OpRecord["state"]): () => Promise<OpRecord> {
  return () => Promise.resolve(recordOf(state));
}

function recordOf(state: OpRecord["state"]): OpRecord {
  return { op_id: OP, state, registered_at: "", updated_at: "" };
}
