import { expect } from "chai";
import { type Happening, isHeld, reduceSituation, type Situation, STARTED } from "../../../lib/cli/exec/Situation.js";

const paused: Happening = { type: "verdict", verdict: { state: "paused", scope: "op" } };
const running: Happening = { type: "verdict", verdict: { state: "running", scope: "op" } };
const terminated: Happening = { type: "verdict", verdict: { state: "terminated", scope: "fleet" } };
const unknown: Happening = { type: "verdict", verdict: { state: "unknown", reason: new Error("lost") } };
const leaderEnded: Happening = { type: "leaderEnded" };

describe("the situation of what is governed", () => {
  it("holds it while the op is paused, while we are stopped ourselves and while nobody guards it: each by itself", () => {
    const holds: (readonly [Happening, Happening])[] = [
      [paused, running],
      [
        { type: "suspended", isSuspended: true },
        { type: "suspended", isSuspended: false },
      ],
      [
        { type: "guarded", isGuarded: false },
        { type: "guarded", isGuarded: true },
      ],
    ];
    for (const [hold, release] of holds) {
      expect(isHeld(after(hold))).to.be.true;
      expect(isHeld(after(hold, release))).to.be.false;
      for (const [, other] of holds.filter(([one]) => one !== hold)) expect(isHeld(after(hold, other))).to.be.true;
    }
  });

  it("ends it for good when the op is terminated, with time to clean up, also when it was paused", () => {
    for (const before of [[], [paused]]) {
      const { end } = after(...before, terminated, running);
      expect(end).to.deep.equal({ reason: "terminated", detail: "fleet", isUrgent: false });
    }
  });

  it("leaves the time to clean up that a terminate grants, whatever happens meanwhile", () => {
    for (const happening of [leaderEnded, sent("SIGTERM"), sent("SIGINT")]) {
      const { end, isInterrupted } = after(paused, terminated, happening, happening);
      expect(end).to.include({ reason: "terminated", isUrgent: false });
      expect(isInterrupted).to.be.false;
    }
  });

  it("ends it when nobody can say any more whether it may run, or when nobody can guard it", () => {
    expect(after(unknown).end).to.deep.equal({ reason: "failed", detail: "lost", isUrgent: false });
    const unguardable: Happening = { type: "unguardable", reason: new Error("no process") };
    expect(after(unguardable).end).to.deep.equal({ reason: "failed", detail: "no process", isUrgent: false });
  });

  it("ends it when we are asked to end by SIGTERM or SIGHUP, and by no other signal", () => {
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      expect(after(sent(signal)).end).to.deep.equal({ reason: "asked", detail: signal, isUrgent: false, signal });
    }
    for (const signal of ["SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const) {
      expect(after(sent(signal), sent(signal), sent(signal)).end).to.be.undefined;
      if (signal !== "SIGINT") expect(after(paused, sent(signal), sent(signal)).end).to.be.undefined;
    }
  });

  it("leaves no time where the op is paused and nobody has terminated it: nothing may run then", () => {
    for (const happening of [unknown, sent("SIGTERM"), sent("SIGHUP"), leaderEnded]) {
      expect(after(paused, happening).end).to.include({ isUrgent: true });
      expect(after(happening, paused).end).to.include({ isUrgent: true });
      expect(after(paused, running, happening).end).to.include({ isUrgent: false });
    }
  });

  it("leaves time where we were only stopped ourselves", () => {
    expect(after({ type: "suspended", isSuspended: true }, sent("SIGTERM")).end).to.include({ isUrgent: false });
  });

  it("ends it at the second SIGINT of one pause", () => {
    expect(after(paused, sent("SIGINT")))
      .to.include({ isInterrupted: true })
      .and.not.have.property("end");
    expect(after(paused, sent("SIGINT"), sent("SIGINT")).end).to.include({ isUrgent: true, signal: "SIGINT" });
    expect(after(paused, sent("SIGINT"), running, paused, sent("SIGINT"))).to.not.have.property("end");
  });

  it("gives the gravest of several reasons, whichever comes first, and forgets neither the hurry nor who asked", () => {
    const gravestLast = [leaderEnded, sent("SIGTERM"), unknown, terminated];
    for (const [index, graver] of gravestLast.entries()) {
      for (const lesser of gravestLast.slice(0, index)) {
        const { reason } = after(graver).end!;
        expect(after(lesser, graver).end).to.include({ reason });
        expect(after(graver, lesser).end).to.include({ reason });
      }
    }
    expect(after(sent("SIGTERM"), unknown).end).to.include({ reason: "failed", signal: "SIGTERM" });
    expect(after(paused, sent("SIGTERM"), terminated).end).to.include({ reason: "terminated", isUrgent: true });
  });

  it("holds nothing that has to end", () => {
    expect(isHeld(after(terminated, { type: "guarded", isGuarded: false }))).to.be.false;
    expect(isHeld(after(paused, sent("SIGTERM")))).to.be.false;
  });
});

function after(...happenings: readonly Happening[]): Situation {
  return happenings.reduce(reduceSituation, STARTED);
}

function sent(signal: Extract<Happening, { readonly type: "signal" }>["signal"]): Happening {
  return { type: "signal", signal };
}
