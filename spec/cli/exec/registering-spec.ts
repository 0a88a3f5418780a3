import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import type { ExecEvent } from "../../../lib/cli/exec/ExecEvent.js";
import { registering } from "../../../lib/cli/exec/registering.js";
import type { Registration } from "../../../lib/cli/exec/registration.js";
import type { OpRecord, OpRecordState } from "../../../lib/rest/OpRecord.js";

const agent = { orgId: "acme", teamId: "pay", agentId: "agent-7" };
const AT = "2026-01-01T00:00:00Z";
const LATER = "2026-01-01T00:00:01Z";

describe("registering", () => {
  function server(answers: readonly (OpRecord | Error)[], isNamed = true) {
    const asked: unknown[] = [];
    const told: ExecEvent[] = [];
    const client = {
      apiUrl: "http://api",
      register: (...args: unknown[]) => {
        const answer = answers[asked.push(args) - 1]!;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    } as unknown as Registration["client"];
    const ask = registering({
      registration: { client, isNamed },
      opId: " a:1",
      agent,
      tell: (event) => told.push(event),
    });
    return { ask, asked, told };
  }

  it("registers the op for the agent, and gives what is recorded of it under the id that we know it by", async () => {
    const { ask, asked, told } = server([record("paused", LATER)]);
    expect(await firstValueFrom(ask())).to.deep.equal([{ ...record("paused", LATER), op_id: " a:1" }]);
    expect(asked).to.deep.equal([[" a:1", agent]]);
    expect(told).to.deep.equal([{ type: "registered", api: "http://api" }]);
  });

  it("takes an op that runs since it was registered for nobody's word: the registration may be ours", async () => {
    expect(await firstValueFrom(server([record("running", AT)]).ask())).to.deep.equal([]);
    expect(await firstValueFrom(server([record("running", LATER)]).ask())).to.have.length(1);
    expect(await firstValueFrom(server([record("terminated", AT)]).ask())).to.have.length(1);
  });

  it("asks once at first, so that a start does not wait for a server that is not there", async () => {
    const { ask, asked, told } = server([new Error("refused")], false);
    expect(await firstValueFrom(ask()).catch(String)).to.equal("Error: refused");
    expect(asked).to.have.length(1);
    expect(told).to.deep.equal([{ type: "notRegistered", api: "http://api", isNamed: false, reason: "refused" }]);
  });

  it("asks again later on, where the server is up a moment after its gateway", async () => {
    const { ask, asked, told } = server([record("running", LATER), new Error("refused"), record("terminated", LATER)]);
    await firstValueFrom(ask());
    expect((await firstValueFrom(ask())).map(({ state }) => state)).to.deep.equal(["terminated"]);
    expect(asked).to.have.length(3);
    expect(told.map(({ type }) => type)).to.deep.equal(["registered", "registered"]);
  });
});

function record(state: OpRecordState, updated_at: string): OpRecord {
  return { op_id: "a:1", state, registered_at: AT, updated_at };
}
