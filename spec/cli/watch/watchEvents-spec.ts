import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import type { ChannelEvent } from "../../../lib/channel/SignalSource.js";
import type { Told, WatchEvent } from "../../../lib/cli/watch/WatchEvent.js";
import { watchEvents } from "../../../lib/cli/watch/watchEvents.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpStatus } from "../../../lib/opStatus.js";
import type { WhenStaleOptions } from "../../../lib/options.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";
import { trackedBy } from "../../helpers/tracked.js";
import { runs } from "../../helpers/runs.js";
import { VirtualTime } from "../../helpers/VirtualTime.js";

const WATCHED = { gateway: "127.0.0.1:50051", agent: { teamId: "payments", agentId: "agent-7" } } as const;

/** An agent that is watched, and what there is told of it. */
function watched(opIds: readonly string[] = [], limit?: number, whenStale: WhenStaleOptions = { then: "proceed" }) {
  const source = new Subject<ChannelEvent>();
  const control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 1_000, whenStale });
  const recording = record(watchEvents(control, { ...WATCHED, opIds }, limit));
  return {
    source,
    control,
    recording,
    send: (...messages: readonly OpControlMessage[]) => {
      for (const message of messages) source.next({ type: "message", message });
    },
    /** What was told since the last time. */
    told: () => recording.values.splice(0).map(inWords),
  };
}

function inWords(event: Told | WatchEvent): string {
  switch (event.type) {
    case "watching":
      return `watching ${[event.gateway, event.orgId, event.teamId, event.agentId].join(" ")}`;
    case "status":
      return `${event.opId} ${event.state} (${event.scope})`;
    case "signal":
      return `${event.signal} ${event.opId}`;
    case "channel":
      return `channel ${event.state}`;
    case "diagnostic":
      return `diagnostic ${event.kind}`;
    case "unlisted":
      return `unlisted ${event.opId}`;
  }
}

describe("watchEvents", () => {
  describe("without ids", () => {
    it("tells as whom it watches, how the channel is doing, and the statuses of the fleet and of the agent, at once", () => {
      const { told } = watched();
      expect(told()).to.deep.equal([
        "watching 127.0.0.1:50051  payments agent-7",
        "channel connecting",
        "* running (fleet)",
        `${AGENT} running (agent)`,
      ]);
    });

    it("tells the status of an op before the signal that changed it, and the signal also where it changed nothing", () => {
      const { send, told } = watched();
      told();
      send(pause(), pause(), resume(), terminate());
      expect(told()).to.deep.equal([
        `${OP} paused (op)`,
        `PAUSE ${OP}`,
        `PAUSE ${OP}`,
        `${OP} running (op)`,
        `RESUME ${OP}`,
        `${OP} terminated (op)`,
        `TERMINATE ${OP}`,
      ]);
    });

    it("tells of an op that it first hears of by a RESUME", () => {
      const { send, told } = watched();
      told();
      send(resume());
      expect(told()).to.deep.equal([`${OP} running (op)`, `RESUME ${OP}`]);
    });

    it("tells of every listed op when the fleet or the agent is paused, for so are they, also of those that run", () => {
      const { send, told } = watched();
      send(pause(OP), resume(OP), pause(OTHER));
      told();
      send(pause(FLEET));
      expect(told()).to.deep.equal(["* paused (fleet)", `${AGENT} paused (fleet)`, `${OP} paused (fleet)`, "PAUSE *"]);
      send(resume(FLEET), terminate(AGENT));
      expect(told()).to.deep.equal([
        "* running (fleet)",
        `${AGENT} running (agent)`,
        `${OP} running (op)`,
        "RESUME *",
        `${AGENT} terminated (agent)`,
        `${OP} terminated (agent)`,
        `${OTHER} terminated (agent)`,
        `TERMINATE ${AGENT}`,
      ]);
    });

    it("tells that an op is held because the channel is stale, and that it is no longer", () => {
      VirtualTime.run((time) => {
        const { source, send, told } = watched([], 10, { then: "hold", graceMs: 1_000 });
        const status = { attempt: 1, since: 0 };
        source.next({ type: "status", status: { state: "live", ...status } });
        send(resume());
        source.next({ type: "status", status: { state: "reconnecting", ...status } });
        told();
        time.pass(1_001);
        expect(told()).to.include.members(["* paused (channel)", `${OP} paused (channel)`, "diagnostic stale"]);
        source.next({ type: "status", status: { state: "live", ...status } });
        expect(told()).to.include.members(["channel live", "* running (fleet)", `${OP} running (op)`]);
      });
    });

    it("lists another agent's reserved id as an op among others", () => {
      const { send, told } = watched();
      told();
      send(pause("agent:other"));
      expect(told()).to.include("agent:other paused (agent)");
    });
  });

  describe("with ids", () => {
    it("tells the status of each at once, each once, and nothing of the fleet and the agent themselves", () => {
      const { told } = watched([OP, OTHER, OP]);
      expect(told()).to.deep.equal([
        "watching 127.0.0.1:50051  payments agent-7",
        "channel connecting",
        `${OP} running (op)`,
        `${OTHER} running (op)`,
      ]);
    });

    it("tells of these ops only, as what they are by whichever scope", () => {
      const { send, told } = watched([OP]);
      told();
      send(pause(OTHER), terminate("third"), pause(OP), pause(FLEET), resume(OP), resume(FLEET));
      expect(told()).to.deep.equal([
        `${OP} paused (op)`,
        `PAUSE ${OP}`,
        `${OP} paused (fleet)`,
        `RESUME ${OP}`,
        `${OP} running (op)`,
      ]);
    });

    it("tells the status of the moment of an op that was spoken of before", () => {
      const source = new Subject<ChannelEvent>();
      const control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 10, whenStale: { then: "proceed" } });
      source.next({ type: "message", message: pause() });
      const { values } = record(watchEvents(control, { ...WATCHED, opIds: [OP] }));
      expect(values.map(inWords)).to.include(`${OP} paused (op)`);
    });

    it("keeps all of them, whatever the bound", () => {
      const { send, told } = watched([OP, OTHER], 1);
      told();
      send(terminate(OP), terminate(OTHER));
      expect(told()).to.deep.equal([
        `${OP} terminated (op)`,
        `TERMINATE ${OP}`,
        `${OTHER} terminated (op)`,
        `TERMINATE ${OTHER}`,
      ]);
    });
  });

  describe("beyond the bound", () => {
    it("tells which op had to go, before the one that it went for", () => {
      const { send, told } = watched([], 2);
      send(pause("a"), terminate("b"));
      told();
      send(pause("c"));
      expect(told()).to.deep.equal(["unlisted b", "c paused (op)", "PAUSE c"]);
    });

    it("tells no more of that op when the fleet changes, and again when it is spoken of", () => {
      const { send, told } = watched([], 1);
      send(pause("a"), resume("a"), pause("b"));
      told();
      send(pause(FLEET));
      expect(told()).to.not.include("a paused (fleet)");
      send(resume("a"));
      expect(told()).to.deep.equal(["unlisted b", "a paused (fleet)", "RESUME a"]);
    });

    it("watches a bounded number of ops, however many there are", () => {
      const { control, send } = watched([], 10);
      for (let count = 0; count < 500; count++) send(pause(`op:${count}`), resume(`op:${count}`));
      expect(trackedBy(control)).to.have.length(12);
    });
  });

  it("tells of malformed messages", () => {
    const { source, told } = watched();
    told();
    source.next({ type: "message", message: { opId: "", signal: 1 } });
    expect(told()).to.deep.equal(["diagnostic malformedSignal"]);
  });

  it("says when each thing was told", () => {
    VirtualTime.run((time) => {
      const { send, recording } = watched();
      time.pass(250);
      send(pause());
      expect(recording.values.map(({ at }) => at)).to.deep.equal([0, 0, 0, 0, 250, 250]);
    });
  });

  it("completes after it has told that the channel has failed, and errors with nothing", () => {
    const { source, told, recording } = watched([OP]);
    told();
    source.error(new Error("the bus is gone"));
    expect(recording.values).to.have.length(1);
    expect(recording.values[0]).to.include({ type: "channel", state: "failed", lastError: "the bus is gone" });
    expect(recording.end).to.equal("completed");
  });

  it("completes after it has told that the channel is closed", () => {
    const { control, told, recording } = watched();
    told();
    control.close();
    expect(told()).to.deep.equal(["channel closed"]);
    expect(recording.end).to.equal("completed");
  });

  it("tells first what was told before the end: a terminate and a failure in one tick", () => {
    const { source, send, told } = watched([OP]);
    told();
    send(terminate());
    source.error(new Error("gone"));
    expect(told()).to.deep.equal([`${OP} terminated (op)`, `TERMINATE ${OP}`, "channel failed"]);
  });

  it("watches nothing any more when nobody listens", () => {
    const { control, recording, send } = watched([OP]);
    send(pause(OTHER));
    recording.subscription.unsubscribe();
    expect(trackedBy(control)).to.deep.equal([OTHER]);
  });

  it("tells of every listed op, at any time, what the subscriber says of it", () => {
    const signals = fc.record({
      opId: fc.constantFrom("a", "b", "c", "d", AGENT, FLEET),
      signal: fc.constantFrom("PAUSE", "PAUSE", "RESUME", "RESUME", "RESUME", "TERMINATE"),
      sequence: fc.constant(0n),
    } as const);
    fc.assert(
      fc.property(fc.array(signals, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (messages, limit) => {
        const { control, recording, send } = watched([], limit);
        const shown = new Map<string, OpStatus>();
        for (const message of messages) {
          send(message);
          for (const event of recording.values.splice(0)) {
            if (event.type === "status") shown.set(event.opId, event);
            if (event.type === "unlisted") shown.delete(event.opId);
          }
          expect(shown.size).to.be.at.most(limit + 2);
          expect(shown.has(message.opId)).to.equal(true);
          for (const [opId, { state, scope }] of shown) {
            expect(state).to.equal(control.status(opId).value.state);
            if (state !== "terminated") expect(scope).to.equal(control.status(opId).value.scope);
          }
        }
        control.close();
      }),
      { numRuns: runs(200) },
    );
  });
});
