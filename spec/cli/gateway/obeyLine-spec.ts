import { expect } from "chai";
import { LINE_HELP, obeyLine } from "../../../lib/cli/gateway/obeyLine.js";
import type { AgentIdentity } from "../../../lib/options.js";
import { US } from "../../helpers/gateways.js";
import { record } from "../../helpers/record.js";
import { OpRegistry } from "../../../lib/testing/rest/OpRegistry.js";

describe("obeyLine", () => {
  let sent: string[];
  let ops: OpRegistry;
  const subscribers = [US, { ...US }, { ...US, agentId: "agent-8" }];
  const signal = (opId: string, name: string, agent?: AgentIdentity): void => {
    sent.push(`raw ${name} ${opId}${agent ? ` to ${agent.agentId}` : ""}`);
  };
  const obey = (line: string): Promise<string | undefined> => obeyLine({ ops, signal, subscribers }, line);

  beforeEach(() => {
    sent = [];
    ops = new OpRegistry({ publish: ({ opId, signal: name }) => void sent.push(`${name} ${opId}`) });
  });

  it("acts on an op that is registered through its record, whatever blanks are around or in it", async () => {
    ops.register("demo 1");
    for (const line of ["pause demo 1", "\t resume   demo 1 ", "terminate demo 1\r"]) {
      expect(await obey(line)).to.equal(undefined);
    }
    expect(sent).to.deep.equal(["PAUSE demo 1", "RESUME demo 1", "TERMINATE demo 1"]);
    expect(ops.get("demo 1")?.state).to.equal("terminated");
  });

  it("halts the fleet as an operator does", async () => {
    const halts = record(ops.events$).values;
    expect(await obey("terminate *")).to.equal(undefined);
    expect(sent).to.deep.equal(["TERMINATE *"]);
    expect(halts).to.have.nested.property("[0].halt.scope", "global");
    ops = new OpRegistry({ publish: undefined });
    expect(await obey("pause *")).to.equal("refused: Op-control channel not configured");
  });

  it("sends the signal of any other id as it is", async () => {
    ops.register("demo:1");
    await obey("pause other:");
    expect(sent).to.deep.equal(["raw PAUSE other:"]);
    expect(ops.list()).to.have.length(1);
  });

  it("sends what is for an agent to that one only, for it would be any other's own too", async () => {
    expect(await obey("resume agent:agent-7")).to.equal(undefined);
    expect(sent).to.deep.equal(["raw RESUME agent:agent-7 to agent-7"]);
    expect(await obey("resume agent:nobody")).to.equal("nobody of the name of agent:nobody is subscribed");
    expect(sent).to.have.length(1);
  });

  it("says why an op is not acted on", async () => {
    ops.ingest("\u0007");
    expect(await obey("pause \u0007")).to.equal(
      "refused: \\u0007 is pending: Operation state does not permit this transition",
    );
    expect(sent).to.deep.equal([]);
  });

  it("lists the ops", async () => {
    expect(await obey("ops")).to.equal("no op is registered");
    ops.register("demo:1");
    ops.ingest("\u0007");
    expect(await obey(" ops ")).to.equal("running    demo:1\npending    \\u0007");
  });

  for (const line of ["help", "?", "pause", "stop demo:1", "constructor x", "PAUSE x", "ops x"]) {
    it(`says what can be typed after ${JSON.stringify(line)}`, async () => {
      expect(await obey(line)).to.equal(LINE_HELP);
      expect(sent).to.deep.equal([]);
    });
  }

  for (const line of ["", "  \t"]) {
    it(`says nothing after ${JSON.stringify(line)}`, async () => expect(await obey(line)).to.equal(undefined));
  }
});
