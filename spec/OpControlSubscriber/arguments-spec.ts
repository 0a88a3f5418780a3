import { expect } from "chai";
import { inspect } from "node:util";
import { NEVER, Observable } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { OP } from "../helpers/opControl.js";

/** A wrong argument is a TypeError that names it, thrown at once and not when somebody subscribes. */
describe("OpControlSubscriber and wrong arguments", () => {
  const control = OpControlSubscriber.from(NEVER);

  for (const opId of [undefined, null, 7, {}, ["a:b"], Symbol("a:b")]) {
    it(`refuses ${inspect(opId)} as an op id`, () => {
      const id = opId as never;
      for (const call of [
        () => control.status(id),
        () => control.awaitOp(id),
        () => control.whenRunnable(id),
        () => control.isPaused(id),
        () => control.isTerminated(id),
      ]) {
        expect(call, String(call)).to.throw(TypeError, /^opId /);
      }
    });
  }

  for (const timeoutMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000", null, 1n, {}]) {
    it(`refuses ${inspect(timeoutMs)} as timeoutMs`, () => {
      const options = { timeoutMs: timeoutMs as never };
      expect(() => control.awaitOp(OP, options)).to.throw(TypeError, /^timeoutMs /);
      expect(() => control.whenRunnable(OP, options)).to.throw(TypeError, /^timeoutMs /);
    });
  }

  it("takes the longest time that a timer can keep, and undefined for none", () => {
    for (const timeoutMs of [0, 0.5, 2 ** 31 - 1, undefined as never]) {
      expect(() => control.awaitOp(OP, { timeoutMs })).not.to.throw();
    }
  });

  for (const signal of [null, {}, "signal", new AbortController()]) {
    it(`refuses ${inspect(signal)} as a signal`, () => {
      const options = { signal: signal as never };
      expect(() => control.whenRunnable(OP, options)).to.throw(TypeError, /^signal /);
      expect(() => control.ready(options)).to.throw(TypeError, /^signal /);
    });
  }

  it("refuses null as options", () => {
    for (const call of [
      () => control.awaitOp(OP, null as never),
      () => control.whenRunnable(OP, null as never),
      () => control.ready(null as never),
      () => OpControlSubscriber.from(NEVER, null as never),
    ]) {
      expect(call, String(call)).to.throw(TypeError, /^options /);
    }
  });

  it("refuses an option that there is not, which would have been in vain", () => {
    const options = { timeout: 1_000 } as never;
    for (const call of [
      () => control.awaitOp(OP, options),
      () => control.whenRunnable(OP, options),
      () => control.ready(options),
    ]) {
      expect(call, String(call)).to.throw(TypeError, /^timeout /);
    }
  });

  it("refuses a source that is none", () => {
    for (const source of [undefined, null, 7, {}, () => NEVER]) {
      expect(() => OpControlSubscriber.from(source as never), inspect(source)).to.throw(TypeError);
    }
  });

  for (const [name, options] of Object.entries({
    orgId: { orgId: 7 },
    teamId: { teamId: null },
    agentId: { agentId: "" },
    maxTrackedOps: { maxTrackedOps: 0 },
    maxTrackedOp: { maxTrackedOp: 10 },
  })) {
    it(`names the wrong option ${name}, and subscribes nothing`, () => {
      let subscribed = false;
      const source = new Observable<OpControlMessage>(() => {
        subscribed = true;
      });

      expect(() => OpControlSubscriber.from(source, options as never)).to.throw(TypeError, new RegExp(`^${name} `));
      expect(subscribed).to.equal(false);
    });
  }

  it("takes the options of connect that say who the agent is", () => {
    const options = { orgId: "acme", teamId: "payments", agentId: "agent-7", maxTrackedOps: 1 };
    expect(OpControlSubscriber.from(NEVER, options).streamAlive()).to.equal(true);
  });
});
