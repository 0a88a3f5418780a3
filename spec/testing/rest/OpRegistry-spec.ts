import { expect } from "chai";
import { OpRegistry } from "../../../lib/testing/rest/OpRegistry.js";
import { OpRefusedError } from "../../../lib/testing/rest/OpRefusedError.js";
import type { OpSignal, PublishSignal } from "../../../lib/testing/rest/OpSignal.js";
import { US } from "../../helpers/gateways.js";
import { record, rejectionOf } from "../../helpers/record.js";

const OTHER_TEAM = { ...US, teamId: "support" };
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

describe("OpRegistry", () => {
  let sent: OpSignal[];
  let nowMs: number;
  let ops: OpRegistry;

  beforeEach(() => {
    sent = [];
    nowMs = 0;
    ops = registry((signal) => {
      sent.push(signal);
    });
  });

  describe("hear", () => {
    const hear = (signal: number, opId = "demo:1", agent: typeof US | undefined = US): void => {
      ops.hear({ opId, signal }, agent);
    };

    it("follows what another gateway's operator has done, and tells nobody", () => {
      const registered = ops.register("demo:1", US);
      for (const [signal, state] of [
        [1, "paused"],
        [1, "paused"],
        [2, "running"],
        [2, "running"],
        [3, "terminated"],
        [2, "terminated"],
      ] as const) {
        hear(signal);
        expect(ops.get("demo:1")).to.include({ state, registered_at: registered.registered_at });
      }
      expect(sent).to.be.empty;
    });

    it("makes an op known that is not, and whose it is: an operator may be here from now on", async () => {
      hear(1);
      expect(ops.get("demo:1")?.state).to.equal("paused");
      await ops.act("demo:1", "resume");
      expect(sent).to.deep.equal([{ opId: "demo:1", signal: "RESUME", agent: US }]);
    });

    it("takes no notice of what is for more than an op, for nobody, or no signal", () => {
      for (const opId of ["*", "agent:agent-7", "", " "]) hear(1, opId);
      ops.hear({ opId: "demo:1", signal: 1 }, undefined);
      for (const signal of [0, 4, -1]) hear(signal);
      expect(ops.list()).to.be.empty;
    });

    it("leaves the act alone that has published it", async () => {
      ops = registry(({ opId }) => {
        hear(1, opId);
      });
      ops.register("demo:1", US);
      expect(await ops.act("demo:1", "pause")).to.include({ state: "paused" });
    });
  });

  describe("register", () => {
    it("enters an op as running, under its trimmed id", () => {
      const op = ops.register(" \tdemo:1\n");
      expect(op).to.include({ op_id: "demo:1", state: "running" });
      expect(op.registered_at).to.match(RFC_3339);
      expect(op.updated_at).to.equal(op.registered_at);
      expect(ops.list()).to.deep.equal([op]);
      expect(ops.get(" demo:1 ")).to.equal(op);
    });

    it("gives a known op back as it is, whatever its state", async () => {
      ops.register("demo:1");
      const paused = await ops.act("demo:1", "pause");
      expect(ops.register("demo:1")).to.equal(paused);
      const terminated = await ops.act("demo:1", "terminate");
      expect(ops.register("demo:1", US)).to.equal(terminated);
      expect(ops.ingest("demo:1")).to.equal(terminated);
      expect(ops.list()).to.deep.equal([terminated]);
    });

    for (const opId of ["", " ", "\t\n"]) {
      it(`refuses ${JSON.stringify(opId)} with 400`, () => {
        expect(() => ops.register(opId))
          .to.throw(OpRefusedError, "must not be empty")
          .with.property("status", 400);
      });
    }

    it("takes any other id, also that of a property of objects", () => {
      for (const opId of ["__proto__", "constructor", "..", "a/b", "global", "*"]) ops.register(opId);
      expect(ops.list().map(({ op_id }) => op_id)).to.deep.equal([
        "__proto__",
        "constructor",
        "..",
        "a/b",
        "global",
        "*",
      ]);
    });
  });

  describe("the signals of an op", () => {
    it("go to everyone where it was registered for nobody", async () => {
      ops.register("demo:1");
      for (const action of ["pause", "resume", "terminate"] as const) await ops.act("demo:1", action);
      expect(sent).to.deep.equal(
        ["PAUSE", "RESUME", "TERMINATE"].map((signal) => ({ opId: "demo:1", signal, agent: undefined })),
      );
    });

    it("go to the agent that it was registered for, then or later", async () => {
      ops.register("early", US);
      ops.register("late");
      ops.register("late", US);
      ops.register("late", { ...US });
      for (const opId of ["early", "late"]) await ops.act(opId, "pause");
      expect(sent).to.deep.equal([
        { opId: "early", signal: "PAUSE", agent: US },
        { opId: "late", signal: "PAUSE", agent: US },
      ]);
    });

    it("go to each of several agents that it was registered for: none of them may miss a terminate", async () => {
      ops.register("shared", US);
      ops.register("shared", OTHER_TEAM);
      await ops.act("shared", "terminate");
      expect(sent.map(({ agent }) => agent)).to.deep.equal([US, OTHER_TEAM]);
    });

    it("are sent at once, before anybody waits", () => {
      ops.register("demo:1", US);
      ops.register("demo:1", OTHER_TEAM);
      void ops.act("demo:1", "pause");
      expect(sent).to.have.length(2);
    });

    it("are not sent again for an op that has ended", async () => {
      ops.register("terminated");
      const first = await ops.act("terminated", "terminate");
      expect(await ops.act("terminated", "terminate")).to.equal(first);
      ops.register("completing");
      const completing = ops.complete("completing");
      expect(await ops.act("completing", "terminate")).to.equal(completing);
      expect(sent).to.have.length(1);
    });

    it("are not sent where the step is refused", async () => {
      ops.ingest("pending");
      expect((await rejectionOf(ops.act("pending", "pause"), OpRefusedError)).status).to.equal(409);
      expect((await rejectionOf(ops.act("unknown", "terminate"), OpRefusedError)).status).to.equal(404);
      expect((await rejectionOf(ops.act(" ", "terminate"), OpRefusedError)).status).to.equal(400);
      expect((await rejectionOf(ops.act("pending", "stop" as "pause"), OpRefusedError)).status).to.equal(400);
      expect(sent).to.deep.equal([]);
    });
  });

  describe("allow and complete", () => {
    it("move an op on, and send nothing", () => {
      const pending = ops.ingest("demo:1");
      expect(pending.state).to.equal("pending");
      expect(ops.allow("demo:1").state).to.equal("running");
      expect(ops.complete("demo:1")).to.include({ state: "completing", registered_at: pending.registered_at });
      expect(() => ops.complete("demo:1"))
        .to.throw(OpRefusedError)
        .with.property("status", 409);
      expect(() => ops.allow("unknown"))
        .to.throw(OpRefusedError)
        .with.property("status", 404);
      expect(sent).to.deep.equal([]);
    });
  });

  describe("halts", () => {
    it("of an agent go to it under its reserved id, and change no record", async () => {
      const op = ops.register("demo:1", US);
      const halt = await ops.haltAgent(" demo:1 ", "terminate");
      expect(halt).to.deep.include({ scope: "agent", target: "agent-7", action: "terminate" });
      expect(halt.accepted_at).to.match(RFC_3339);
      expect(sent).to.deep.equal([{ opId: "agent:agent-7", signal: "TERMINATE", agent: US }]);
      expect(ops.get("demo:1")).to.equal(op);
    });

    it("of the fleet go to everyone under its reserved id, and change no record", async () => {
      const op = ops.register("demo:1", US);
      expect(await ops.haltFleet("pause")).to.deep.include({ scope: "global", target: "", action: "pause" });
      expect(sent).to.deep.equal([{ opId: "*", signal: "PAUSE", agent: undefined }]);
      expect(ops.get("demo:1")).to.equal(op);
    });

    it("of the agent of an op that has none, or more than one, are refused with 409", async () => {
      ops.register("nobody's");
      ops.register("shared", US);
      ops.register("shared", OTHER_TEAM);
      for (const opId of ["nobody's", "shared"]) {
        const error = await rejectionOf(ops.haltAgent(opId, "pause"), OpRefusedError);
        expect([error.status, error.message]).to.deep.equal([409, "Operation has no resolvable owning agent to halt"]);
      }
      expect(sent).to.deep.equal([]);
    });

    it("are checked in the gateway's order: the id, the op, the action, its agent", async () => {
      ops.register("nobody's");
      const stop = "stop" as "pause";
      const statuses = [];
      for (const opId of [" ", "unknown", "nobody's"]) {
        statuses.push((await rejectionOf(ops.haltAgent(opId, stop), OpRefusedError)).status);
      }
      statuses.push((await rejectionOf(ops.haltAgent("nobody's", "pause"), OpRefusedError)).status);
      expect(statuses).to.deep.equal([400, 404, 400, 409]);
    });

    for (const action of [undefined, null, 7, "", "PAUSE", "explode", ["pause"]]) {
      it(`refuse ${JSON.stringify(action)} as an action with 400`, async () => {
        const error = await rejectionOf(ops.haltFleet(action as "pause"), OpRefusedError);
        expect(error.status).to.equal(400);
        expect(error.message).to.match(/^Unknown halt action/);
        expect(sent).to.deep.equal([]);
      });
    }

    it("quote no control characters of an unknown action", async () => {
      const error = await rejectionOf(ops.haltFleet("\u001b[2J" as "pause"), OpRefusedError);
      expect(error.message).to.include("'\\u001b[2J'");
    });
  });

  describe("where nothing can be sent", () => {
    it("refuses with 503 and changes no record, after every other check", async () => {
      const mute = registry(undefined);
      const op = mute.register("demo:1", US);
      for (const refused of [mute.act("demo:1", "pause"), mute.haltAgent("demo:1", "pause"), mute.haltFleet("pause")]) {
        expect((await rejectionOf(refused, OpRefusedError)).status).to.equal(503);
      }
      expect((await rejectionOf(mute.act("demo:1", "resume"), OpRefusedError)).status).to.equal(409);
      expect(mute.get("demo:1")).to.equal(op);
    });

    for (const [how, publish] of [
      [
        "throws",
        () => {
          throw new Error("the bus\u0007 is gone");
        },
      ],
      ["rejects", () => Promise.reject(new Error("the bus\u0007 is gone"))],
    ] as const) {
      it(`says why sending failed when it ${how}, and leaves the record, so that the operator can try again`, async () => {
        const failing = registry(publish);
        const op = failing.register("demo:1");
        const error = await rejectionOf(failing.act("demo:1", "terminate"), OpRefusedError);
        expect(error.status).to.equal(503);
        expect(error.message).to.equal("Op-control channel error: the bus\\u0007 is gone");
        expect(error.cause).to.be.instanceOf(Error);
        expect(failing.get("demo:1")).to.equal(op);
      });
    }

    it("has accepted an action only when it is sent, and a terminate by two operators of both", async () => {
      const arrivals: (() => void)[] = [];
      const slow = registry(() => new Promise((resolve) => void arrivals.push(resolve)));
      slow.register("demo:1");
      const { values } = record(slow.events$);
      const both = [slow.act("demo:1", "terminate"), slow.act("demo:1", "terminate")];
      expect(slow.get("demo:1")?.state).to.equal("running");
      for (const arrive of arrivals) arrive();
      const [one, two] = await Promise.all(both);
      expect(one).to.include({ state: "terminated" }).and.equal(two);
      expect(values.map(({ type }) => type)).to.deep.equal(["accepted", "accepted"]);
    });
  });

  describe("an op that has ended", () => {
    it("is forgotten when a minute has passed, with its agents, and no other is", async () => {
      ops.register("terminated", US);
      ops.register("completing");
      ops.register("running");
      ops.register("paused");
      await ops.act("paused", "pause");
      await ops.act("terminated", "terminate");
      nowMs = 30_000;
      ops.complete("completing");
      const ids = (): readonly string[] => ops.list().map(({ op_id }) => op_id);
      nowMs = 59_999;
      expect(ids()).to.deep.equal(["terminated", "completing", "running", "paused"]);
      // Nobody gets another minute by asking for it.
      await ops.act("terminated", "terminate");
      nowMs = 60_000;
      expect(ids()).to.deep.equal(["completing", "running", "paused"]);
      expect((await rejectionOf(ops.act("terminated", "terminate"), OpRefusedError)).status).to.equal(404);
      nowMs = 90_000;
      expect(ids()).to.deep.equal(["running", "paused"]);
      nowMs = 1e12;
      expect(ids()).to.deep.equal(["running", "paused"]);
    });

    it("can be registered anew then, as running and for somebody else", async () => {
      ops.register("demo:1", US);
      await ops.act("demo:1", "terminate");
      nowMs = 60_000;
      expect(ops.register("demo:1", OTHER_TEAM).state).to.equal("running");
      await ops.act("demo:1", "pause");
      expect(sent.at(-1)?.agent).to.equal(OTHER_TEAM);
      nowMs = 120_000;
      expect(ops.get("demo:1")?.state).to.equal("paused");
    });
  });

  describe("events$", () => {
    it("tells what is registered and accepted, once each", async () => {
      const { values } = record(ops.events$);
      const op = ops.register("demo:1");
      ops.register("demo:1");
      ops.register("demo:1", US);
      ops.register("demo:1", US);
      const paused = await ops.act("demo:1", "pause");
      await rejectionOf(ops.act("demo:1", "pause"), OpRefusedError);
      const halt = await ops.haltFleet("pause");
      expect(values).to.deep.equal([
        { type: "registered", record: op, agent: undefined },
        { type: "registered", record: op, agent: US },
        { type: "accepted", action: "pause", record: paused },
        { type: "halted", halt },
      ]);
    });
  });

  function registry(publish: PublishSignal | undefined): OpRegistry {
    return new OpRegistry({ publish, now: () => nowMs });
  }
});
