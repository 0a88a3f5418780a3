import { expect } from "chai";
import fc from "fast-check";
import {
  isSameStatus,
  mostSevere,
  type OpControlSignal,
  type OpState,
  reduceVerdict,
  scopeOfId,
  type SignalScope,
  type Verdict,
} from "../lib/opStatus.js";
import { OP } from "./helpers/opControl.js";

const STATES: readonly OpState[] = ["running", "paused", "terminated"];
const SCOPES: readonly SignalScope[] = ["op", "agent", "fleet"];
const MAX_SEQUENCE = 2n ** 64n - 1n;

const sequence = () => fc.bigInt({ min: 0n, max: MAX_SEQUENCE });
const signal = () => fc.constantFrom<OpControlSignal>("PAUSE", "RESUME", "TERMINATE");
const message = () => fc.record({ opId: fc.constant(OP), signal: signal(), sequence: sequence() });

describe("reduceVerdict", () => {
  const transitions: readonly (readonly [OpState, OpControlSignal, OpState])[] = [
    ["running", "PAUSE", "paused"],
    ["running", "RESUME", "running"],
    ["running", "TERMINATE", "terminated"],
    ["paused", "PAUSE", "paused"],
    ["paused", "RESUME", "running"],
    ["paused", "TERMINATE", "terminated"],
    ["terminated", "PAUSE", "terminated"],
    ["terminated", "RESUME", "terminated"],
    ["terminated", "TERMINATE", "terminated"],
  ];

  for (const scope of SCOPES) {
    for (const [from, given, to] of transitions) {
      const outcome = from === to ? `leaves ${scope} ${from}` : `takes ${scope} from ${from} to ${to}`;

      it(`${outcome} by ${given}, in a new object just where something changes`, () => {
        const before: Verdict = { state: from, scope, sequence: 7n };
        const after = reduceVerdict(before, scope, { opId: OP, signal: given, sequence: 3n });
        expect(after).to.deep.equal(from === to ? before : { state: to, scope, sequence: 3n });
        expect(after === before).to.equal(from === to);
      });
    }
  }

  for (const [given, state] of [
    ["RESUME", "running"],
    ["TERMINATE", "terminated"],
  ] as const) {
    it(`lets ${given} speak for an op that only this side held (scope channel)`, () => {
      const held: Verdict = { state: "paused", scope: "channel", sequence: 0n };
      const after = reduceVerdict(held, "op", { opId: OP, signal: given, sequence: 3n });
      expect(after).to.deep.equal({ state, scope: "op", sequence: 3n });
    });
  }

  it("never leaves terminated, whatever comes after", () => {
    fc.assert(
      fc.property(fc.array(message()), fc.array(message()), sequence(), (before, after, sequence) => {
        const told = [...before, { opId: OP, signal: "TERMINATE" as const, sequence }, ...after];
        const running: Verdict = { state: "running", scope: "op", sequence: 0n };
        const verdict = told.reduce((verdict, message) => reduceVerdict(verdict, "op", message), running);
        expect(verdict.state).to.equal("terminated");
      }),
    );
  });

  it("goes by the order of arrival and never by the sequence", () => {
    fc.assert(
      fc.property(fc.array(message()), sequence(), (messages, sequence) => {
        const running: Verdict = { state: "running", scope: "op", sequence: 0n };
        const shown = messages.reduce((verdict, message) => reduceVerdict(verdict, "op", message), running);
        const renumbered = messages
          .map((message) => ({ ...message, sequence }))
          .reduce((verdict, message) => reduceVerdict(verdict, "op", message), running);
        expect(shown.state).to.equal(renumbered.state);
      }),
    );
  });

  for (const sequence of [0n, 1n, MAX_SEQUENCE]) {
    it(`shows the sequence ${sequence} as it came`, () => {
      const running: Verdict = { state: "running", scope: "op", sequence: 5n };
      expect(reduceVerdict(running, "op", { opId: OP, signal: "TERMINATE", sequence }).sequence).to.equal(sequence);
    });
  }
});

describe("mostSevere", () => {
  const severity = (state: OpState) => STATES.indexOf(state);

  for (const narrow of STATES) {
    for (const wide of STATES) {
      const winner = severity(wide) > severity(narrow) ? "wider" : "narrower";

      it(`of a narrower ${narrow} and a wider ${wide} is the ${winner}`, () => {
        const narrower: Verdict = { state: narrow, scope: "op", sequence: 1n };
        const wider: Verdict = { state: wide, scope: "fleet", sequence: 2n };
        expect(mostSevere(narrower, wider)).to.equal(winner === "wider" ? wider : narrower);
      });
    }
  }

  it("over three scopes is the most severe state, of equals by the narrowest scope", () => {
    for (const op of STATES) {
      for (const agent of STATES) {
        for (const fleet of STATES) {
          const states = { op, agent, fleet };
          const [own, agents, fleets] = SCOPES.map((scope): Verdict => ({ state: states[scope], scope, sequence: 0n }));
          const { state, scope } = mostSevere(own!, mostSevere(agents!, fleets!));

          const worst = STATES.findLast((state) => [op, agent, fleet].includes(state));
          expect(state, JSON.stringify(states)).to.equal(worst);
          expect(scope, JSON.stringify(states)).to.equal(SCOPES.find((scope) => states[scope] === worst));
        }
      }
    }
  });
});

describe("isSameStatus", () => {
  const verdict = (state: OpState, scope: SignalScope): Verdict => ({ state, scope, sequence: 1n });

  it("does not hold where the state differs, whoever decided it", () => {
    for (const [a, b] of [
      ["running", "paused"],
      ["running", "terminated"],
      ["paused", "terminated"],
    ] as const) {
      for (const scope of SCOPES) {
        expect(isSameStatus(verdict(a, "op"), verdict(b, scope)), `${a} and ${b} by ${scope}`).to.be.false;
        expect(isSameStatus(verdict(b, scope), verdict(a, "op")), `${b} by ${scope} and ${a}`).to.be.false;
      }
    }
  });

  for (const [state, same] of [
    ["running", false],
    ["paused", false],
    ["terminated", true],
  ] as const) {
    it(`${same ? "holds" : "does not hold"} for an op that is ${state} by one scope and then by another`, () => {
      for (const a of SCOPES) {
        for (const b of SCOPES) {
          expect(isSameStatus(verdict(state, a), verdict(state, b)), `${a} and ${b}`).to.equal(same || a === b);
        }
      }
    });

    it(`does not look at the sequence of an op that is ${state}`, () => {
      expect(isSameStatus(verdict(state, "op"), { ...verdict(state, "op"), sequence: 2n })).to.be.true;
    });
  }
});

describe("scopeOfId", () => {
  for (const [opId, scope] of [
    ["*", "fleet"],
    ["agent:agent-7", "agent"],
    ["agent:somebody-else", "agent"],
    ["agent:a:b", "agent"],
    ["agent:*", "agent"],
    ["agent:", "agent"],
    ["4bf92f35:00f067aa", "op"],
    ["4bf92f35:", "op"],
    [":", "op"],
    ["agent", "op"],
    ["Agent:agent-7", "op"],
    [" agent:agent-7", "op"],
    ["trace:agent:agent-7", "op"],
    ["**", "op"],
    ["*:*", "op"],
    [" *", "op"],
    ["__proto__", "op"],
  ] as const) {
    it(`of "${opId}" is ${scope}`, () => {
      expect(scopeOfId(opId)).to.equal(scope);
    });
  }
});
