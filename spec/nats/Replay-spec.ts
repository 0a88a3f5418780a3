import { expect } from "chai";
import fc from "fast-check";
import { Replay } from "../../lib/nats/Replay.js";
import type { BusMessage } from "../../lib/nats/EnvelopeReader.js";
import type { AgentIdentity } from "../../lib/options.js";
import { US } from "../helpers/gateways.js";
import { AGENT, FLEET, OP, OTHER } from "../helpers/opControl.js";

const signal =
  (number: number) =>
  (opId = OP, sequence = 0n, agent: AgentIdentity | undefined = US): BusMessage => ({
    ...{ opId, sequence, agent },
    signal: number,
  });
const [pause, resume, terminate] = [signal(1), signal(2), signal(3)];

describe("Replay", () => {
  it("lets PAUSE and TERMINATE count at once", () => {
    const replay = new Replay();
    expect(replay.hear(pause())).to.deep.equal([pause()]);
    expect(replay.hear(terminate(OTHER))).to.deep.equal([terminate(OTHER)]);
    expect(replay.end()).to.be.empty;
  });

  it("withholds a RESUME until the end, as it came", () => {
    const replay = new Replay();
    expect(replay.hear(resume(OP, 7n))).to.be.empty;
    expect(replay.end()).to.deep.equal([resume(OP, 7n)]);
    expect(replay.end()).to.be.empty;
  });

  for (const [scope, opId, sameScope] of [
    ["op", OP, OP],
    ["agent", AGENT, "agent:another-name"],
    ["fleet", FLEET, FLEET],
  ] as const) {
    it(`drops a RESUME that its ${scope} has taken back`, () => {
      for (const back of [pause, terminate]) {
        const replay = new Replay();
        replay.hear(resume(opId));
        expect(replay.hear(back(sameScope))).to.deep.equal([back(sameScope)]);
        expect(replay.end()).to.be.empty;
      }
    });
  }

  it("keeps a RESUME that another scope has not taken back", () => {
    const replay = new Replay();
    replay.hear(resume(OP));
    for (const opId of [OTHER, AGENT, FLEET]) replay.hear(pause(opId));
    expect(replay.end()).to.deep.equal([resume(OP)]);
  });

  it("keeps a RESUME of one agent where another has taken back its own", () => {
    const replay = new Replay();
    replay.hear(resume(OP));
    for (const part of ["orgId", "teamId", "agentId"]) replay.hear(pause(OP, 1n, { ...US, [part]: "other" }));
    expect(replay.end()).to.deep.equal([resume(OP)]);
  });

  it("lets what is no signal pass, for it is told as such", () => {
    expect(new Replay().hear(resume(""))).to.deep.equal([resume("")]);
  });

  it("comes to the same in the end as if all had counted at once, and never to less on the way", () => {
    const op = fc.constantFrom("a", "b");
    const message = fc.tuple(op, fc.constantFrom(pause, resume, terminate)).map(([opId, make]) => make(opId));
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const replay = new Replay();
        const told = messages.map((message) => replay.hear(message));
        expect(told.flat().some((told) => told.signal === 2)).to.be.false;
        const all = [...told.flat(), ...replay.end()];
        for (const opId of ["a", "b"]) expect(stateOf(opId, all)).to.equal(stateOf(opId, messages));
      }),
    );
  });
});

function stateOf(opId: string, messages: readonly BusMessage[]): string {
  const own = messages.filter((message) => message.opId === opId).map((message) => message.signal);
  if (own.includes(3)) return "terminated";
  return own.at(-1) === 1 ? "paused" : "running";
}
