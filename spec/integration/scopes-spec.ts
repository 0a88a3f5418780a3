import { expect } from "chai";
import { OpTerminatedError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlSignal } from "../../lib/opStatus.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, connectTo, subscribed, US } from "../helpers/gateways.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

/** Agents with our agent id, of whom none is us. */
const OTHER_TEAM = { ...US, teamId: "support" };
const OTHER_ORG = { ...US, orgId: "umbrella" };

describe("The halts of an agent and of the fleet, over a real socket", () => {
  let gateway: DevGateway;
  let us: OpControlSubscriber;
  let otherTeam: OpControlSubscriber;
  let otherOrg: OpControlSubscriber;

  beforeEach(async () => {
    gateway = await DevGateway.start();
    us = connectTo(gateway);
    otherTeam = connectTo(gateway, OTHER_TEAM);
    otherOrg = connectTo(gateway, OTHER_ORG);
    await subscribed(gateway, 3);
    await Promise.all([us.ready(), otherTeam.ready(), otherOrg.ready()]);
  });

  afterEach(async () => {
    for (const control of [us, otherTeam, otherOrg]) control.close();
    await gateway.close();
  });

  describe("an agent's halt", () => {
    it("pauses every op of that agent, and of no other that has the same agent id in another team", async () => {
      const waiting = await haltedWith("PAUSE");
      expect(states(us)).to.deep.equal(["paused", "paused"]);
      expect(states(otherTeam)).to.deep.equal(["running", "running"]);
      expect(states(otherOrg)).to.deep.equal(["running", "running"]);
      expect(waiting.values.map(({ state, scope }) => `${state} ${scope}`)).to.deep.equal([
        "running op",
        "paused agent",
      ]);
    });

    it("terminates every op of that agent, and of no other that has the same agent id in another team", async () => {
      await haltedWith("TERMINATE");
      expect(states(us)).to.deep.equal(["terminated", "terminated"]);
      expect(states(otherTeam)).to.deep.equal(["running", "running"]);
      expect(states(otherOrg)).to.deep.equal(["running", "running"]);
      expect(errorOf(us.awaitOp(OTHER), OpTerminatedError)).to.include({ opId: OTHER, scope: "agent" });
    });

    it("is lifted by the agent's own RESUME only", async () => {
      await haltedWith("PAUSE");
      gateway.resume(OP);
      gateway.haltFleet("RESUME");
      gateway.haltAgent(OTHER_TEAM, "RESUME");
      await allCaughtUp();
      expect(states(us)).to.deep.equal(["paused", "paused"]);
      gateway.haltAgent(US, "RESUME");
      await allCaughtUp();
      expect(states(us)).to.deep.equal(["running", "running"]);
    });

    it("never lifts the pause of an op", async () => {
      gateway.pause(OP, US);
      await haltedWith("PAUSE");
      gateway.haltAgent(US, "RESUME");
      await allCaughtUp();
      expect(states(us)).to.deep.equal(["paused", "running"]);
    });

    async function haltedWith(signal: OpControlSignal) {
      const watching = record(us.status(OP));
      gateway.haltAgent(US, signal);
      await allCaughtUp();
      return watching;
    }
  });

  describe("a halt of the fleet", () => {
    it("pauses every op of every agent until the fleet is resumed", async () => {
      gateway.haltFleet("PAUSE");
      await allCaughtUp();
      for (const control of [us, otherTeam, otherOrg]) expect(states(control)).to.deep.equal(["paused", "paused"]);
      gateway.resume(OP);
      for (const agent of [US, OTHER_TEAM, OTHER_ORG]) gateway.haltAgent(agent, "RESUME");
      await allCaughtUp();
      for (const control of [us, otherTeam, otherOrg]) expect(states(control)).to.deep.equal(["paused", "paused"]);
      gateway.haltFleet("RESUME");
      await allCaughtUp();
      for (const control of [us, otherTeam, otherOrg]) expect(states(control)).to.deep.equal(["running", "running"]);
    });

    it("terminates every op of every agent for ever", async () => {
      gateway.haltFleet("TERMINATE");
      gateway.haltFleet("RESUME");
      await allCaughtUp();
      for (const control of [us, otherTeam, otherOrg]) {
        expect(states(control)).to.deep.equal(["terminated", "terminated"]);
        expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP, scope: "fleet" });
      }
    });
  });

  describe("a signal to one op", () => {
    it("of one agent leaves the op of the same id of another agent alone", async () => {
      gateway.terminate(OP, OTHER_TEAM);
      gateway.pause(OP, OTHER_ORG);
      await allCaughtUp();
      expect([states(us)[0], states(otherTeam)[0], states(otherOrg)[0]]).to.deep.equal([
        "running",
        "terminated",
        "paused",
      ]);
    });
  });

  async function allCaughtUp(): Promise<void> {
    for (const control of [us, otherTeam, otherOrg]) await caughtUp(control, gateway);
  }

  /** The states of an op and of another. */
  function states(control: OpControlSubscriber): string[] {
    return [OP, OTHER].map((opId) => {
      if (control.isTerminated(opId)) return "terminated";
      return control.isPaused(opId) ? "paused" : "running";
    });
  }
});
