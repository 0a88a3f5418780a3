import { expect } from "chai";
import fc from "fast-check";
import { Overlap } from "../../lib/channel/Overlap.js";
import type { OpControlMessage, OpControlSignal } from "../../lib/opStatus.js";
import { OpModel } from "../helpers/OpModel.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { runs, runsTimeoutMs } from "../helpers/runs.js";

/** Two streams of one gateway, told apart as the channel does. */
const older = { stream: "older" };
const newer = { stream: "newer" };

function overlapping(): Overlap {
  const overlap = new Overlap();
  overlap.succeed(newer);
  return overlap;
}

describe("Overlap", function () {
  this.timeout(runsTimeoutMs(10_000));

  for (const [one, other] of [
    [older, newer],
    [newer, older],
  ] as const) {
    describe(`what the ${one.stream} stream says`, () => {
      it("counts where the other one has not spoken of the op", () => {
        const overlap = overlapping();
        overlap.hear(other, pause(OTHER));
        for (const message of [pause(), resume(), terminate()]) expect(overlap.hear(one, message)).to.be.true;
      });

      it("counts where it stops the op, whatever the other one has said", () => {
        for (const said of [pause(), resume(), terminate()]) {
          const overlap = overlapping();
          overlap.hear(other, said);
          for (const message of [pause(), terminate()]) expect(overlap.hear(one, message)).to.be.true;
        }
      });

      it("lifts no PAUSE that the other one said last, until that one has said RESUME as well", () => {
        const overlap = overlapping();
        overlap.hear(other, resume());
        overlap.hear(other, pause());
        expect(overlap.hear(one, resume())).to.be.false;
        expect(overlap.hear(other, resume())).to.be.true;
        expect(overlap.hear(one, resume())).to.be.true;
      });
    });
  }

  it("lifts a PAUSE of the older one where the newer one has said RESUME more often, which makes it the later word", () => {
    const overlap = overlapping();
    overlap.hear(older, pause());
    expect(overlap.hear(newer, resume())).to.be.true;
    for (const message of [pause(), resume(), pause()]) overlap.hear(older, message);
    expect(overlap.hear(newer, resume())).to.be.true;
    expect(overlap.withheld()).to.deep.equal([]);
  });

  it("takes all ids of the agent for one scope, and no op for the fleet", () => {
    const overlap = overlapping();
    overlap.hear(newer, pause(AGENT));
    expect(overlap.hear(older, resume("agent:by-another-name"))).to.be.false;
    expect(overlap.hear(older, resume(FLEET))).to.be.true;
    overlap.hear(newer, pause(FLEET));
    expect(overlap.hear(older, resume(FLEET))).to.be.false;
    expect(overlap.hear(older, resume(OP))).to.be.true;
    overlap.hear(newer, pause(AGENT));
    for (const scope of ["agent", "fleet"]) expect(overlap.hear(older, resume(scope))).to.be.true;
  });

  it("hears rubbish from the newer stream only, once that is live, and takes none of it for a word on an op", () => {
    const overlap = new Overlap();
    const rubbish = [undefined, {}, { opId: OP, signal: 0 }, { opId: "", signal: 1 }];
    for (const message of rubbish) expect(overlap.hear(older, message)).to.be.true;
    overlap.succeed(newer);
    for (const message of rubbish) {
      expect(overlap.hear(newer, message)).to.be.true;
      expect(overlap.hear(older, message)).to.be.false;
    }
    expect(overlap.hear(older, resume())).to.be.true;
    expect(overlap.withheld()).to.deep.equal([]);
  });

  it("has at hand, for the end, each RESUME that is the newer one's last word against the older one's", () => {
    const overlap = overlapping();
    for (const message of [resume(OP), pause(OP), pause(OTHER), pause(AGENT), resume(FLEET)])
      overlap.hear(older, message);
    for (const message of [resume(OP), resume(OTHER), pause(OTHER), resume(FLEET)]) overlap.hear(newer, message);
    expect(overlap.withheld()).to.deep.equal([resume(OP)]);
  });

  it("has nothing at hand of an op that both paused last, nor before there is a newer one", () => {
    const overlap = new Overlap();
    overlap.hear(older, pause());
    expect(overlap.withheld()).to.deep.equal([]);
    overlap.succeed(newer);
    overlap.hear(newer, pause());
    expect(overlap.withheld()).to.deep.equal([]);
  });

  it("knows what the newer one has spoken of, and takes for known what is no signal, or has no newer one to speak", () => {
    const overlap = new Overlap();
    overlap.hear(older, pause(OP));
    expect(overlap.isKnownToSuccessor(pause(OP))).to.be.true;
    overlap.succeed(newer);
    expect(overlap.isKnownToSuccessor(pause(OP))).to.be.false;
    overlap.hear(newer, terminate(OP));
    overlap.hear(newer, pause(AGENT));
    for (const message of [resume(OP), resume("agent:by-another-name"), undefined, { opId: OTHER, signal: 0 }]) {
      expect(overlap.isKnownToSuccessor(message)).to.be.true;
    }
    expect(overlap.isKnownToSuccessor(pause(OTHER))).to.be.false;
    overlap.lose(newer);
    expect(overlap.isKnownToSuccessor(pause(OTHER))).to.be.true;
  });

  describe("when a stream that was lost is forgotten", () => {
    it("has at hand each RESUME of another that only its PAUSE stood against", () => {
      const overlap = overlapping();
      for (const message of [pause(OP), pause(AGENT), resume(OTHER)]) overlap.hear(newer, message);
      overlap.lose(newer);
      for (const message of [resume(OP), resume(AGENT)]) expect(overlap.hear(older, message)).to.be.false;
      expect(overlap.forget(newer)).to.deep.equal([resume(OP), resume(AGENT)]);
      expect(overlap.hear(older, resume(OP))).to.be.true;
    });

    it("has nothing at hand that it said nothing of, or RESUME, or TERMINATE", () => {
      const overlap = overlapping();
      for (const message of [resume(OP), terminate(AGENT)]) overlap.hear(newer, message);
      overlap.lose(newer);
      for (const opId of [OP, AGENT, OTHER]) overlap.hear(older, resume(opId));
      expect(overlap.forget(newer)).to.deep.equal([]);
    });

    it("has nothing at hand that the other one has stopped as well", () => {
      const overlap = overlapping();
      for (const opId of [OP, OTHER]) overlap.hear(newer, pause(opId));
      overlap.lose(newer);
      for (const message of [pause(OP), terminate(OTHER)]) overlap.hear(older, message);
      expect(overlap.forget(newer)).to.deep.equal([]);
    });

    it("has nothing at hand that a third one's PAUSE stands against, until that is forgotten as well", () => {
      const third = { stream: "third" };
      const overlap = overlapping();
      overlap.hear(newer, pause());
      overlap.lose(newer);
      overlap.succeed(third);
      overlap.hear(third, pause());
      expect(overlap.hear(older, resume())).to.be.false;
      expect(overlap.forget(newer)).to.deep.equal([]);
      expect(overlap.forget(third)).to.deep.equal([resume()]);
    });

    it("has nothing at hand where it never spoke", () => {
      const overlap = overlapping();
      overlap.hear(older, resume());
      overlap.lose(newer);
      expect(overlap.forget(newer)).to.deep.equal([]);
    });
  });

  describe("with no room for more ops", () => {
    const ROOM = 400_000;

    /** The older stream has paused the one, and the newer one all others. */
    function full(): Overlap {
      const overlap = overlapping();
      overlap.hear(older, pause(OP));
      for (let index = 1; index < ROOM; index++) overlap.hear(newer, pause(`full:${index}`));
      return overlap;
    }

    it("takes every word on a further one, but for a RESUME of the older stream", () => {
      const overlap = full();
      for (const message of [pause, resume, terminate]) expect(overlap.hear(newer, message(OTHER))).to.be.true;
      expect(overlap.isFull).to.be.true;
      expect(overlap.hear(older, pause(OTHER))).to.be.true;
      expect(overlap.hear(older, resume(OTHER))).to.be.false;
      expect(overlap.hear(older, terminate(OTHER))).to.be.true;
    });

    it("has room for the last one, and goes on comparing those that it knows", () => {
      const overlap = full();
      expect(overlap.hear(older, resume(OP))).to.be.true;
      expect(overlap.hear(older, resume("full:1"))).to.be.false;
      expect(overlap.hear(newer, resume("full:1"))).to.be.true;
      expect(overlap.hear(older, pause(`full:${ROOM - 1}`))).to.be.true;
    });

    it("has room again for as many as a stream that is forgotten spoke of", () => {
      const overlap = full();
      overlap.lose(newer);
      overlap.forget(newer);
      overlap.succeed({ stream: "third" });
      expect(overlap.hear(older, pause(OTHER))).to.be.true;
    });

    it("has room for one word on each op, however often it is spoken of", () => {
      const overlap = overlapping();
      for (let index = 0; index <= ROOM; index++) overlap.hear(newer, pause(OP));
      expect(overlap.hear(older, pause(OTHER))).to.be.true;
    });

    it("goes on comparing what is said to the agent and to the fleet", () => {
      for (const opId of [AGENT, FLEET]) {
        const overlap = full();
        expect(overlap.hear(older, resume(opId))).to.be.true;
        expect(overlap.hear(older, pause(opId))).to.be.true;
        overlap.hear(newer, pause(opId));
        expect(overlap.hear(older, resume(opId))).to.be.false;
      }
    });

    it("takes every word of the one stream there is, before there is a newer one and once that is lost", () => {
      const before = new Overlap();
      for (let index = 0; index < ROOM; index++) before.hear(older, pause(`full:${index}`));
      for (const message of [pause, resume, terminate]) expect(before.hear(older, message(OTHER))).to.be.true;
      const after = full();
      after.lose(older);
      expect(after.hear(older, resume(OTHER))).to.be.false;
      after.lose(newer);
      for (const message of [pause, resume, terminate]) expect(after.hear(older, message(OTHER))).to.be.true;
    });
  });

  it("lets no op run against its last word, whichever stream is behind, and ends as sent", () => {
    const ops = [OP, OTHER, AGENT, FLEET];
    const signals = fc.array(
      fc.record({
        opId: fc.constantFrom(...ops),
        signal: fc.constantFrom<OpControlSignal>("PAUSE", "RESUME", "TERMINATE"),
      }),
      { maxLength: 12 },
    );
    // How many messages the newer stream missed, and whose turn it is to deliver one.
    const turns = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(signals, fc.nat(12), turns, (sent, missed, isNewersTurn) => {
        const messages = sent.map((signal): OpControlMessage => ({ ...signal, sequence: 0n }));
        const left = { older: messages.slice(), newer: messages.slice(missed) };
        const said = new Set<OpControlMessage>();
        const overlap = overlapping();
        const heard = new OpModel();
        const gateway = new OpModel();
        for (const message of messages) gateway.apply(message);

        for (const isNewers of [...isNewersTurn, ...messages.map(() => true), ...messages.map(() => false)]) {
          const message = left[isNewers ? "newer" : "older"].shift();
          if (!message) continue;
          said.add(message);
          const counts = overlap.hear(isNewers ? newer : older, message);
          if (counts) heard.apply(message);
          if (!counts || message.signal !== "RESUME") continue;
          const lastWord = messages.findLast((other) => said.has(other) && other.opId === message.opId);
          expect(lastWord?.signal).to.not.equal("PAUSE");
        }
        for (const message of overlap.withheld()) heard.apply(message as OpControlMessage);

        for (const op of ops) expect(heard.ownStateOf(op), op).to.equal(gateway.ownStateOf(op));
      }),
      { numRuns: runs(2_000) },
    );
  });
});
