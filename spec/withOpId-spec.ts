import { expect } from "chai";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { currentOpId } from "../lib/currentOpId.js";
import { opContext } from "../lib/opContext.js";
import { withOpId } from "../lib/withOpId.js";
import { AGENT, FLEET, OP, OTHER } from "./helpers/opControl.js";

describe("withOpId", () => {
  // On Node 20 it would cost whatever else runs in this process.
  after(() => {
    opContext.disable();
  });

  it("runs the function at once, under the op, and returns what it returns", () => {
    expect(withOpId(OP, () => [currentOpId(), 1])).to.deep.equal([OP, 1]);
    expect(currentOpId()).to.equal(undefined);
  });

  it("throws what the function throws, and the op is over then too", () => {
    const error = new Error("no");
    const fail = (): never => {
      throw error;
    };

    expect(() => withOpId(OP, fail)).to.throw(error);
    expect(currentOpId()).to.equal(undefined);
  });

  it("gives way to the innermost, and comes back after it", () => {
    const seen = withOpId(OP, () => [currentOpId(), withOpId(OTHER, currentOpId), currentOpId()]);

    expect(seen).to.deep.equal([OP, OTHER, OP]);
  });

  it("lasts across awaits, timers and ticks, with others under way", async () => {
    const worker = async (opId: string): Promise<unknown> =>
      withOpId(opId, async () => {
        const seen = [currentOpId()];
        await delay(1);
        seen.push(currentOpId());
        await nextTurn();
        seen.push(currentOpId(), await withOpId("inner:", async () => (await nextTurn(), currentOpId())));
        await new Promise<void>((resolve) => process.nextTick(resolve));
        queueMicrotask(() => seen.push(currentOpId()));
        await Promise.resolve();
        return [...seen, currentOpId()];
      });

    const [one, other] = await Promise.all([worker(OP), worker(OTHER)]);

    expect(one).to.deep.equal([OP, OP, OP, "inner:", OP, OP]);
    expect(other).to.deep.equal([OTHER, OTHER, OTHER, "inner:", OTHER, OTHER]);
  });

  it("takes an op whose span is empty, and one of as many bytes as a signal may name", () => {
    for (const opId of ["trace:", "x", "é".repeat(512)]) expect(withOpId(opId, currentOpId)).to.equal(opId);
  });

  for (const opId of ["", FLEET, AGENT, undefined]) {
    it(`throws a TypeError for ${JSON.stringify(opId)}, which is no op's own id, and runs nothing`, () => {
      let ran = false;
      const run = (): void => {
        ran = true;
      };

      expect(() => withOpId(opId as never, run)).to.throw(TypeError, "opId must be ");
      expect(ran).to.equal(false);
    });
  }

  for (const fn of [undefined, null, OP, Promise.resolve()]) {
    it(`throws a TypeError for ${JSON.stringify(fn)} in the place of a function`, () => {
      expect(() => withOpId(OP, fn as never)).to.throw(TypeError, "fn must be a function");
    });
  }
});
