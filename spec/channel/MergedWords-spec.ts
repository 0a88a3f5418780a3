import { expect } from "chai";
import { MergedWords } from "../../lib/channel/MergedWords.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { timesSlower } from "../helpers/timesSlower.js";

const A = 0;
const B = 1;
const C = 2;

/** What was said to begin with, source by source. */
function words(...said: readonly (readonly [source: number, ...signals: OpControlMessage[]])[]): MergedWords {
  const words = new MergedWords();
  for (const [source, ...signals] of said) for (const signal of signals) words.hear(source, signal);
  return words;
}

/** A source is lost, and forgotten: what counts for it. */
function loseAndForget(words: MergedWords, source: number): unknown[] {
  const epoch = words.lose(source);
  return epoch === undefined ? [] : [...words.forget(source, epoch)];
}

describe("MergedWords", () => {
  it("takes what stops from any source, whatever others have said", () => {
    for (const said of [pause(), resume(), terminate()]) {
      for (const stop of [pause(), terminate()]) {
        expect(words([B, said]).hear(A, stop)).to.be.true;
        expect(words([A, said]).hear(A, stop)).to.be.true;
      }
    }
  });

  it("takes a RESUME where nobody else has said PAUSE last", () => {
    expect(words().hear(A, resume())).to.be.true;
    expect(words([A, pause()]).hear(A, resume())).to.be.true;
    expect(words([B, pause(OTHER)]).hear(A, resume())).to.be.true;
    expect(words([B, terminate()]).hear(A, resume())).to.be.true;
  });

  it("takes no RESUME against another's PAUSE, until that one has said RESUME as well", () => {
    const merged = words([A, pause()], [B, pause()]);
    expect(merged.hear(A, resume())).to.be.false;
    expect(merged.hear(A, resume())).to.be.false;
    expect(merged.hear(B, resume())).to.be.true;
    expect(merged.hear(A, resume())).to.be.true;
  });

  it("counts from the beginning again once a RESUME has counted", () => {
    const merged = words([A, pause()], [B, pause(), resume()], [A, resume(), pause()]);
    expect(merged.hear(B, resume())).to.be.false;
    expect(merged.hear(A, resume())).to.be.true;
  });

  it("waits for each of several", () => {
    const merged = words([A, pause()], [B, pause()], [C, pause()]);
    expect([A, C, B].map((source) => merged.hear(source, resume()))).to.deep.equal([false, false, true]);
  });

  it("lets a source that lags behind lift nothing that it will yet pause", () => {
    // A is ahead with PAUSE, RESUME, PAUSE; B comes after it.
    const merged = words([A, pause(), resume(), pause()]);
    expect([pause(), resume(), pause()].map((signal) => merged.hear(B, signal))).to.deep.equal([true, false, true]);
    expect(merged.hear(B, resume())).to.be.false;
    expect(merged.hear(A, resume())).to.be.true;
  });

  it("takes all ids of the agent for one scope, and no op for the fleet", () => {
    const merged = words([B, pause(AGENT), pause(FLEET)]);
    expect(merged.hear(A, resume("agent:by-another-name"))).to.be.false;
    expect(merged.hear(A, resume(FLEET))).to.be.false;
    expect(merged.hear(A, resume(OP))).to.be.true;
  });

  it("takes rubbish for what it is, and for no word", () => {
    const merged = words([B, pause()]);
    for (const rubbish of [undefined, "RESUME", { opId: OP, signal: 0 }, { opId: "", signal: 2 }]) {
      expect(merged.hear(B, rubbish)).to.be.true;
    }
    expect(merged.hear(A, resume())).to.be.false;
    expect(words().lose(A)).to.be.undefined;
  });

  describe("when a source is lost", () => {
    it("lets what it has said stand in the way for now", () => {
      const merged = words([B, pause()]);
      merged.lose(B);
      expect(merged.hear(A, resume())).to.be.false;
    });

    it("lifts nothing by itself", () => {
      expect(loseAndForget(words([B, pause()]), B)).to.deep.equal([]);
      expect(loseAndForget(words([A, pause()], [B, pause()]), B)).to.deep.equal([]);
    });

    it("takes every RESUME once what it has said is forgotten", () => {
      const merged = words([A, pause()], [B, pause()]);
      loseAndForget(merged, B);
      expect(merged.hear(A, resume())).to.be.true;
    });

    it("counts the RESUME then that only its PAUSE stood against, said before or after the loss", () => {
      const before = words([A, pause()], [B, pause()], [A, resume()]);
      expect(loseAndForget(before, B)).to.deep.equal([resume()]);
      const after = words([A, pause()], [B, pause()]);
      const epoch = after.lose(B)!;
      after.hear(A, resume(OP, 7n));
      expect([...after.forget(B, epoch)]).to.deep.equal([resume(OP, 7n)]);
      expect([...after.forget(B, epoch)]).to.deep.equal([]);
    });

    it("counts none that a PAUSE came after, from anybody", () => {
      expect(loseAndForget(words([A, resume()], [B, pause()]), B)).to.deep.equal([]);
      expect(loseAndForget(words([B, pause()], [A, resume()], [B, pause()]), B)).to.deep.equal([]);
      const third = words([B, pause()], [A, resume()], [C, pause()]);
      expect([...loseAndForget(third, B), ...loseAndForget(third, C)]).to.deep.equal([]);
    });

    it("counts none that its source has taken back, or that a third one's PAUSE stands against", () => {
      expect(loseAndForget(words([B, pause()], [A, resume(), pause()]), B)).to.deep.equal([]);
      expect(loseAndForget(words([B, pause()], [A, resume(), terminate()]), B)).to.deep.equal([]);
      const third = words([B, pause()], [C, pause()], [A, resume()]);
      expect(loseAndForget(third, B)).to.deep.equal([]);
      expect(loseAndForget(third, C)).to.deep.equal([resume()]);
    });

    it("counts none of a source that is lost as well: to lose all lifts nothing", () => {
      const merged = words([A, pause()], [B, pause()], [A, resume()]);
      const epochs = [merged.lose(A)!, merged.lose(B)!] as const;
      expect([...merged.forget(A, epochs[0]), ...merged.forget(B, epochs[1])]).to.deep.equal([]);
      expect(merged.hear(A, resume())).to.be.true;
    });

    it("forgets nothing that it has said since", () => {
      const merged = words([B, pause(OP), pause(OTHER)]);
      const epoch = merged.lose(B)!;
      merged.hear(B, pause(OP));
      for (const opId of [OP, OTHER]) merged.hear(A, resume(opId));
      expect([...merged.forget(B, epoch)]).to.deep.equal([resume(OTHER)]);
      expect(merged.hear(A, resume(OP))).to.be.false;
    });

    it("lets it take back itself what it has said before", () => {
      const merged = words([B, pause()]);
      merged.lose(B);
      expect(merged.hear(B, resume())).to.be.true;
      const other = words([A, pause()], [B, pause()]);
      other.lose(B);
      expect(other.hear(B, resume())).to.be.false;
      expect(other.hear(A, resume())).to.be.true;
    });

    it("has nothing to forget where it has said nothing since it was last lost", () => {
      const merged = words([B, pause()]);
      expect(merged.lose(A)).to.be.undefined;
      expect(merged.lose(B)).not.to.be.undefined;
      expect(merged.lose(B)).to.be.undefined;
    });

    it("looks at each scope once what came of those before it is known", () => {
      const merged = words([B, pause(OP), pause(OTHER)], [A, resume(OP), resume(OTHER)]);
      const counted: unknown[] = [];
      for (const message of merged.forget(B, merged.lose(B)!)) {
        counted.push(message);
        merged.hear(A, pause(OTHER));
      }
      expect(counted).to.deep.equal([resume(OP)]);
    });
  });

  describe("with no room for more", () => {
    const full = () => {
      const merged = new MergedWords(2);
      for (const opId of ["full:1", "full:2"]) merged.hear(A, pause(opId));
      return merged;
    };

    it("takes what stops a further op, and no RESUME of it, until there is room", () => {
      const merged = full();
      expect(merged.fullness).to.equal(1);
      expect([pause, resume, terminate].map((signal) => merged.hear(A, signal(OP)))).to.deep.equal([true, false, true]);
      merged.hear(A, resume("full:1"));
      expect(merged.fullness).to.equal(0.5);
      expect(merged.hear(A, resume(OP))).to.be.true;
    });

    it("goes on with those that it knows, and with the agent and the fleet", () => {
      const merged = full();
      for (const opId of ["full:1", AGENT, FLEET]) {
        expect(merged.hear(B, pause(opId))).to.be.true;
        merged.hear(A, pause(opId));
        expect(merged.hear(B, resume(opId))).to.be.false;
        expect(merged.hear(A, resume(opId))).to.be.true;
      }
    });

    it("has room again for what has ended, whichever way", () => {
      for (const end of [resume, terminate]) {
        const merged = full();
        for (const opId of ["full:1", "full:2"]) merged.hear(A, end(opId));
        expect(merged.fullness).to.equal(0);
      }
      const merged = full();
      loseAndForget(merged, A);
      expect(merged.fullness).to.equal(0);
    });

    it("has room for 400,000 by itself", () => {
      const merged = new MergedWords();
      for (let index = 1; index < 400_000; index++) merged.hear(A, pause(`full:${index}`));
      expect(merged.hear(A, resume(OP))).to.be.true;
      merged.hear(A, pause("full:0"));
      expect(merged.hear(A, resume(OP))).to.be.false;
    });
  });

  it("takes time that is linear in how many are paused", function () {
    this.timeout(20_000);
    const times = timesSlower(5_000, 50_000, (count) => () => {
      const merged = new MergedWords();
      for (let index = 0; index < count; index++)
        for (const source of [A, B]) merged.hear(source, pause(`op:${index}`));
      for (let index = 0; index < count; index++) merged.hear(A, resume(`op:${index}`));
      expect(loseAndForget(merged, B)).to.have.length(count);
    });
    expect(times).to.be.lessThan(40);
  });
});
