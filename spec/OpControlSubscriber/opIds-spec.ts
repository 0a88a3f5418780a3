import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { OP, pause, paused, running, terminate, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const hostile = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\u0000",
  " ",
  "\n",
  "\u001b[2J\u202e",
  "\ud800",
  "é",
  "e\u0301",
  ":",
  "::",
  "trace:",
  "trace",
  "trace:span:more",
  "trace: span",
  "Agent:agent-7",
  " agent:agent-7",
  "agent",
  "agents:all",
  "**",
  " *",
  "*:*",
  "undefined",
  "null",
  "0",
  "🛑".repeat(256),
];

/** Op ids are opaque: whatever the text, it names one op, and none but that. */
describe("OpControlSubscriber and op ids", () => {
  for (const opId of hostile) {
    it(`takes ${JSON.stringify(opId.slice(0, 24))} for an op like any other`, () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const others = [OP, ...hostile].filter((other) => other !== opId);
      const statuses = record(control.status(opId));

      signals$.next(pause(opId));
      expect(control.isPaused(opId)).to.equal(true);
      expect(others.filter((other) => control.isPaused(other))).to.deep.equal([]);
      signals$.next(terminate(opId));
      expect(control.isTerminated(opId)).to.equal(true);
      expect(others.filter((other) => control.isTerminated(other))).to.deep.equal([]);

      expect(statuses.values).to.deep.equal([running(opId), paused(opId), terminated(opId)]);
      const error = errorOf(control.awaitOp(opId), OpTerminatedError);
      expect(error).to.include({ opId, scope: "op" });
      expect(error.message).not.to.match(/[\u0000-\u001f\u202a-\u202e]/);
    });
  }

  it("keeps any two ids apart that differ", () => {
    const anyId = fc.string({ unit: "binary", minLength: 1, maxLength: 8 }).filter((id) => !/^(\*$|agent:)/.test(id));
    fc.assert(
      fc.property(anyId, anyId, (opId, other) => {
        fc.pre(opId !== other);
        const control = OpControlSubscriber.from([pause(opId)]);
        expect(control.isPaused(opId)).to.equal(true);
        expect(control.isPaused(other)).to.equal(false);
      }),
    );
  });
});
