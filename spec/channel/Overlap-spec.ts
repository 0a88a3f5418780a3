import { expect } from "chai";
import fc from "fast-check";
import { Overlap } from "../../lib/channel/Overlap.js";
import type { OpControlMessage, OpControlSignal } from "../../lib/opStatus.js";
import { OpModel } from "../helpers/OpModel.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { runs } from "../helpers/runs.js";

describe("Overlap", () => {
  it("lets the older stream speak of what its successor has not spoken of", () => {
    const overlap = new Overlap();
    overlap.note(pause(OTHER));
    for (const message of [pause(), resume(), terminate()]) expect(overlap.counts(message)).to.be.true;
  });

  it("lets the older stream add nothing but a TERMINATE to what its successor has spoken of", () => {
    for (const said of [pause(), resume(), terminate()]) {
      const overlap = new Overlap();
      overlap.note(said);
      expect([pause(), resume(), terminate()].map((message) => overlap.counts(message))).to.deep.equal([
        false,
        false,
        true,
      ]);
    }
  });

  it("takes all ids of the agent for one scope, and no op for the fleet", () => {
    const overlap = new Overlap();
    overlap.note(pause(AGENT));
    expect(overlap.counts(resume("agent:by-another-name"))).to.be.false;
    expect(overlap.counts(resume(FLEET))).to.be.true;
    overlap.note(pause(FLEET));
    expect(overlap.counts(resume(FLEET))).to.be.false;
    expect(overlap.counts(resume(OP))).to.be.true;
  });

  it("hears no rubbish from the older stream, and takes none of its successor for a word on an op", () => {
    const overlap = new Overlap();
    for (const rubbish of [undefined, {}, { opId: OP, signal: 0 }, { opId: "", signal: 1 }]) {
      expect(overlap.note(rubbish)).to.be.true;
      expect(overlap.counts(rubbish)).to.be.false;
    }
    expect(overlap.counts(resume())).to.be.true;
  });

  it("says when it has no room for more ops", () => {
    const overlap = new Overlap();
    for (let index = 0; index < 10_000; index++) expect(overlap.note(pause(`op:${index}`))).to.be.true;
    expect(overlap.note(pause("op:0"))).to.be.true;
    expect(overlap.note(pause("one:more"))).to.be.false;
  });

  it("follows the successor from its first word on an op, however far behind the older stream is, and ends as sent", () => {
    const ops = [OP, OTHER, AGENT, FLEET];
    const signals = fc.array(
      fc.record({
        opId: fc.constantFrom(...ops),
        signal: fc.constantFrom<OpControlSignal>("PAUSE", "RESUME", "TERMINATE"),
      }),
      { maxLength: 12 },
    );
    // How many messages the successor missed, and whose turn it is to deliver one.
    const turns = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(signals, fc.nat(12), turns, (sent, missed, isSuccessorsTurn) => {
        const messages = sent.map((signal, index): OpControlMessage => ({ ...signal, sequence: BigInt(index) }));
        const onOlder = [...messages];
        const onSuccessor = messages.slice(missed);
        const overlap = new Overlap();
        const heard = new OpModel();
        const gateway = new OpModel();
        const spoken = new Set<string>();
        for (const message of messages.slice(0, missed)) gateway.apply(message);

        for (const isSuccessors of [...isSuccessorsTurn, ...messages.map(() => true), ...messages.map(() => false)]) {
          const message = (isSuccessors ? onSuccessor : onOlder).shift();
          if (!message) continue;
          if (isSuccessors) {
            overlap.note(message);
            gateway.apply(message);
            spoken.add(message.opId);
          }
          if (isSuccessors || overlap.counts(message)) heard.apply(message);
          for (const op of spoken) {
            // A TERMINATE may be under way still, or have overtaken the successor.
            const states = [heard.ownStateOf(op), gateway.ownStateOf(op)];
            if (!states.includes("terminated")) expect(states[0]).to.equal(states[1]);
          }
        }

        for (const op of ops) expect(heard.ownStateOf(op), op).to.equal(gateway.ownStateOf(op));
      }),
      { numRuns: runs(2_000) },
    );
  });
});
