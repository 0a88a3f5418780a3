import { expect } from "chai";
import fc from "fast-check";
import { Replay } from "../../lib/nats/Replay.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";

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

  it("lets what is no signal pass, for it is told as such", () => {
    expect(new Replay().hear({ opId: "", signal: 2 })).to.deep.equal([{ opId: "", signal: 2 }]);
  });

  it("comes to the same in the end as if all had counted at once, and never to less on the way", () => {
    const op = fc.constantFrom("a", "b");
    const message = fc.tuple(op, fc.constantFrom(pause, resume, terminate)).map(([opId, signal]) => signal(opId));
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const replay = new Replay();
        const told = messages.map((message) => replay.hear(message) as OpControlMessage[]);
        expect(told.flat().some(({ signal }) => signal === "RESUME")).to.be.false;
        const all = [...told.flat(), ...(replay.end() as OpControlMessage[])];
        for (const opId of ["a", "b"]) expect(stateOf(opId, all)).to.equal(stateOf(opId, messages));
      }),
    );
  });
});

function stateOf(opId: string, messages: readonly OpControlMessage[]): string {
  const own = messages.filter((message) => message.opId === opId).map(({ signal }) => signal);
  if (own.includes("TERMINATE")) return "terminated";
  return own.at(-1) === "PAUSE" ? "paused" : "running";
}
