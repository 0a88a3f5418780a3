import { expect } from "chai";
import { BoardActions, type BoardApi } from "../../../lib/cli/board/BoardActions.js";
import { OpsApiError } from "../../../lib/rest/OpsApiError.js";

describe("BoardActions", () => {
  let asked: string[];
  let refusal: Error | undefined;

  const answer = <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    return refusal ? Promise.reject(refusal) : Promise.resolve(value);
  };
  const client: BoardApi["client"] = {
    act: (op_id, action) => answer(`${action} ${op_id}`, { op_id, action, accepted_at: "" }),
    haltAgent: (op, action) =>
      answer(`halt-agent ${op} ${action}`, { scope: "agent", target: op.split(":")[0] ?? "", action, accepted_at: "" }),
    haltFleet: (action) => answer(`halt-fleet ${action}`, { scope: "global", target: "", action, accepted_at: "" }),
  };

  beforeEach(() => {
    asked = [];
    refusal = undefined;
  });

  function actions(api: BoardApi = { client, view: { known: true } }): BoardActions {
    return new BoardActions(() => api, "agent-7");
  }

  it("passes on what is asked for: of an op, by its id as it is, of its agent or of the fleet", async () => {
    await actions().perform({ scope: "op", op: "a:\u202e1", action: "pause" });
    await actions().perform({ scope: "agent", op: "agent-7:1", action: "resume" });
    await actions().perform({ scope: "fleet", action: "terminate" });
    expect(asked).to.deep.equal(["pause a:\u202e1", "halt-agent agent-7:1 resume", "halt-fleet terminate"]);
  });

  it("says in a sentence what was accepted", async () => {
    const { status, answer } = await actions().perform({ scope: "op", op: "a:\u202e1", action: "pause" });
    expect(status).to.equal(200);
    expect(answer).to.deep.equal({ accepted: "pause of a:\\u202e1" });
  });

  it("warns where the op was another agent's than the one that is watched", async () => {
    const { answer } = await actions().perform({ scope: "agent", op: "agent-8:1", action: "pause" });
    expect(answer).to.deep.include({ accepted: "pause of agent agent-8" });
    expect(answer).to.have.property("warning").that.includes("another agent than agent-7");
    const ours = await actions().perform({ scope: "agent", op: "agent-7:1", action: "pause" });
    expect(ours.answer).to.not.have.property("warning");
  });

  it("says in a sentence why the gateway refused", async () => {
    refusal = new OpsApiError("404 nobody registered it", 404);
    const outcome = await actions().perform({ scope: "op", op: "a:1", action: "pause" });
    expect(outcome).to.deep.equal({ status: 502, answer: { problem: "404 nobody registered it" } });
  });

  it("asks for nothing where no API is known", async () => {
    const outcome = await actions({ client, view: { known: false, problem: "none is known" } }).perform({
      scope: "fleet",
      action: "pause",
    });
    expect(outcome).to.deep.equal({ status: 503, answer: { problem: "none is known" } });
    await actions({ client: undefined, view: { known: true } }).perform({ scope: "fleet", action: "pause" });
    expect(asked).to.deep.equal([]);
  });

  const senseless: readonly unknown[] = [
    undefined,
    null,
    "pause",
    {},
    { scope: "fleet" },
    { scope: "fleet", action: "toString" },
    { scope: "op", action: "pause" },
    { scope: "op", op: "", action: "pause" },
    { scope: "agent", op: 7, action: "pause" },
    { scope: "everything", op: "a:1", action: "pause" },
  ];
  for (const each of senseless) {
    it(`refuses ${JSON.stringify(each)}`, async () => {
      expect((await actions().perform(each)).status).to.equal(400);
      expect(asked).to.deep.equal([]);
    });
  }
});
