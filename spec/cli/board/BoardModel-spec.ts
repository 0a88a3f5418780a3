import { expect } from "chai";
import { BoardModel, type BoardModelOptions } from "../../../lib/cli/board/BoardModel.js";
import { type LaneView, ScopeKey } from "../../../lib/cli/board/BoardEvent.js";
import type { OpRecord, OpRecordState } from "../../../lib/rest/OpRecord.js";
import { Scene } from "../../helpers/board/Scene.js";
import { US } from "../../helpers/gateways.js";

const about = { gateway: "127.0.0.1:50051", ...US };

describe("BoardModel", () => {
  let scene: Scene;
  let model: BoardModel;
  let now: number;

  beforeEach(() => {
    begin();
  });

  afterEach(() => {
    model.close();
  });

  function begin(options: Partial<BoardModelOptions> = {}): void {
    scene = new Scene();
    now = 1_000;
    model = new BoardModel(scene.source, { about, now: () => now, ...options });
  }

  function lane(opId: string): LaneView | undefined {
    return model.snapshot().lanes.find((each) => each.opId === opId);
  }

  function segments(opId: string): string[] | undefined {
    return lane(opId)?.segments.map(({ since, state, scope }) => `${since} ${state} ${scope}`);
  }

  function list(states: Readonly<Record<string, OpRecordState>>): void {
    model.list(Object.entries(states).map(([op_id, state]) => record(op_id, state)));
  }

  describe("hears signals:", () => {
    it("a lane for each op that one came to, with what it was told and its marbles, in order", () => {
      scene.signal("a:1", "PAUSE");
      now = 2_000;
      scene.signal("a:1", "RESUME");
      now = 3_000;
      scene.signal("a:1", "TERMINATE");
      expect(segments("a:1")).to.deep.equal(["1000 paused op", "2000 running op", "3000 terminated op"]);
      expect(lane("a:1")?.marbles).to.deep.equal([
        { at: 1_000, signal: "PAUSE", sequence: "0" },
        { at: 2_000, signal: "RESUME", sequence: "1" },
        { at: 3_000, signal: "TERMINATE", sequence: "2" },
      ]);
    });

    it("a signal that changes nothing is a marble all the same", () => {
      for (const signal of ["TERMINATE", "RESUME", "TERMINATE"] as const) scene.signal("a:1", signal);
      expect(segments("a:1")).to.deep.equal(["1000 terminated op"]);
      expect(lane("a:1")?.marbles).to.have.length(3);
    });

    it("the fleet's and the agent's on lanes of their own, and on no op's", () => {
      scene.signal("a:1", "RESUME");
      scene.signal("*", "PAUSE");
      scene.signal("agent:agent-7", "TERMINATE");
      const { lanes } = model.snapshot();
      expect(lanes.map(({ key }) => key).slice(0, 3)).to.deep.equal(Object.values(ScopeKey));
      expect(segments("*")).to.deep.equal(["1000 running fleet", "1000 paused fleet"]);
      expect(segments("agent:agent-7")?.at(-1)).to.equal("1000 terminated agent");
      expect(segments("a:1")).to.deep.equal(["1000 running op"]);
    });

    it("what an op is told while a wider scope holds it", () => {
      scene.signal("*", "PAUSE");
      scene.signal("a:1", "PAUSE");
      scene.signal("b:1", "RESUME");
      scene.signal("*", "TERMINATE");
      scene.signal("c:1", "PAUSE");
      expect(segments("a:1")?.at(-1)).to.equal("1000 paused op");
      expect(segments("b:1")?.at(-1)).to.equal("1000 running op");
      expect(segments("c:1")?.at(-1)).to.equal("1000 paused op");
    });

    it("time never goes back on a lane, though the clock may", () => {
      scene.signal("a:1", "PAUSE");
      now = 500;
      scene.signal("a:1", "RESUME");
      expect(lane("a:1")?.marbles.map(({ at }) => at)).to.deep.equal([1_000, 1_000]);
    });
  });

  describe("holds no more than it may:", () => {
    it("the last 200 marbles of a lane, and as many segments", () => {
      for (let count = 0; count < 500; count++) scene.signal("a:1", count % 2 ? "RESUME" : "PAUSE");
      const { marbles = [], segments = [] } = lane("a:1") ?? {};
      expect(marbles.map(({ sequence }) => Number(sequence))).to.deep.equal(
        Array.from({ length: 200 }, (_, i) => 300 + i),
      );
      expect(segments).to.have.length(200);
      expect(segments.at(-1)?.sequence).to.equal("499");
    });

    it("fewer of each where there are many lanes", () => {
      begin({ maxLanes: 5_000 });
      for (let op = 0; op < 5_000; op++) scene.signal(`a:${op}`, "PAUSE");
      for (let count = 0; count < 100; count++) scene.signal("a:0", "RESUME");
      expect(lane("a:0")?.marbles).to.have.length(20);
    });

    it("so many lanes; what went is counted, and a page is told of it", () => {
      begin({ maxLanes: 2 });
      scene.signal("a:1", "TERMINATE");
      scene.signal("a:2", "PAUSE");
      const gone = lane("a:1")?.key;
      model.takeChanges();
      scene.signal("a:3", "PAUSE");
      const { removed, dropped, added } = model.takeChanges() ?? {};
      expect(removed).to.deep.equal([gone]);
      expect(dropped).to.equal(1);
      expect(added?.map(({ opId }) => opId)).to.deep.equal(["a:3"]);
      expect(model.snapshot().dropped).to.equal(1);
    });

    it("an op whose lane had to go is not running when it comes back: a terminate is not forgotten with it", () => {
      begin({ maxLanes: 1 });
      scene.signal("a:1", "TERMINATE");
      scene.signal("a:2", "PAUSE");
      scene.signal("a:1", "RESUME");
      expect(segments("a:1")).to.deep.equal(["1000 terminated op"]);
    });

    it("no lane for a listed op that would cost one that goes on; it is said instead", () => {
      begin({ maxLanes: 2 });
      list({ "a:1": "running", "a:2": "running", "a:3": "running", "a:4": "running" });
      expect(
        model
          .snapshot()
          .lanes.slice(3)
          .map(({ opId }) => opId),
      ).to.deep.equal(["a:1", "a:2"]);
      expect(model.snapshot().warnings).to.deep.equal(["2 more ops are listed than the 2 lanes there are"]);
      list({ "a:1": "running" });
      expect(model.snapshot().warnings).to.deep.equal([]);
    });
  });

  describe("takes over what is listed:", () => {
    it("a lane for an op before any signal, in the state that it is listed in", () => {
      list({ "a:1": "running", "a:2": "paused", "a:3": "terminated", "a:4": "completing", "a:5": "pending" });
      expect(["a:1", "a:2", "a:3", "a:4", "a:5"].map((opId) => segments(opId)?.at(-1))).to.deep.equal([
        "1000 running op",
        "1000 paused registry",
        "1000 terminated registry",
        "1000 running op",
        "1000 running op",
      ]);
      expect(lane("a:4")?.listing).to.deep.equal({ state: "completing", disagrees: false });
    });

    it("until a signal comes: from then on it is the signals that count", () => {
      list({ "a:1": "paused" });
      scene.signal("a:1", "RESUME");
      list({ "a:1": "paused" });
      expect(segments("a:1")?.at(-1)).to.equal("1000 running op");
    });

    it("a list that says another thing than the signals for longer than it takes is said to disagree, until it does not", () => {
      scene.signal("a:1", "RESUME");
      const disagrees = () => {
        list({ "a:1": "terminated" });
        return lane("a:1")?.listing?.disagrees;
      };
      expect([disagrees(), disagrees(), disagrees()]).to.deep.equal([false, false, true]);
      scene.signal("a:1", "TERMINATE");
      expect(disagrees()).to.be.false;
    });

    it("a wider scope's pause is no disagreement, whether it is listed or not", () => {
      scene.signal("a:1", "RESUME");
      scene.signal("*", "PAUSE");
      for (const state of ["running", "paused"] as const) {
        for (let count = 0; count < 5; count++) list({ "a:1": state });
        expect(lane("a:1")?.listing).to.deep.equal({ state, disagrees: false });
      }
    });

    it("an op that is no longer listed keeps its lane and its state: absence proves nothing", () => {
      list({ "a:1": "running" });
      list({});
      expect(segments("a:1")).to.deep.equal(["1000 running op"]);
      expect(lane("a:1")?.listing).to.deep.equal({ state: "gone", disagrees: false });
      expect(lane("a:2")).to.equal(undefined);
    });

    it("a state that there is no word for", () => {
      model.list([record("a:1", "constructor" as OpRecordState)]);
      expect(lane("a:1")?.listing?.state).to.equal("unknown");
      expect(segments("a:1")).to.deep.equal(["1000 running op"]);
    });
  });

  describe("tells what has changed:", () => {
    it("nothing where nothing has", () => {
      model.takeChanges();
      expect(model.takeChanges()).to.equal(undefined);
      model.tellApi({ known: false });
      list({});
      expect(model.takeChanges()).to.equal(undefined);
    });

    it("a new lane as a whole, then only what came to it, once", () => {
      scene.signal("a:1", "PAUSE");
      const { added, changed } = model.takeChanges() ?? {};
      expect(added?.map(({ opId }) => opId)).to.deep.equal(["a:1"]);
      expect(changed).to.equal(undefined);
      now = 2_000;
      scene.signal("a:1", "RESUME");
      scene.signal("*", "PAUSE");
      expect(model.takeChanges()).to.deep.equal({
        now: 2_000,
        changed: [
          {
            key: added?.[0]?.key,
            segments: [{ since: 2_000, state: "running", scope: "op", sequence: "1" }],
            marbles: [{ at: 2_000, signal: "RESUME", sequence: "1" }],
          },
          {
            key: ScopeKey.fleet,
            segments: [{ since: 2_000, state: "paused", scope: "fleet", sequence: "2" }],
            marbles: [{ at: 2_000, signal: "PAUSE", sequence: "2" }],
          },
        ],
      });
      expect(model.takeChanges()).to.equal(undefined);
    });

    it("a pause of the fleet as one change, however many ops there are", () => {
      for (let op = 0; op < 1_000; op++) scene.signal(`a:${op}`, "RESUME");
      model.takeChanges();
      scene.signal("*", "PAUSE");
      expect(model.takeChanges()?.changed).to.have.length(1);
    });
  });

  it("tells how the channel does, when it is tried next, and when it was not live", () => {
    scene.channel("live");
    now = 2_000;
    scene.channel("reconnecting", { attempt: 2, lastError: "lost", retryInMs: 500 });
    now = 2_500;
    scene.channel("reconnecting", { attempt: 3, lastError: "lost" });
    const { channel } = model.snapshot();
    expect(channel).to.deep.include({ state: "reconnecting", attempt: 3, lastError: "lost" });
    expect(channel).to.not.have.property("retryAt");
    now = 3_000;
    scene.channel("live");
    expect(model.snapshot().channel.outages).to.deep.equal([
      { since: 1_000, until: 1_000 },
      { since: 2_000, until: 3_000 },
    ]);
  });

  it("says when the next try of the channel is", () => {
    scene.channel("reconnecting", { retryInMs: 500 });
    expect(model.takeChanges()?.channel?.retryAt).to.equal(1_500);
  });

  it("gives hostile ids names that can be shown, and keeps them as they are for what is asked", () => {
    const opId = "\u202egnp.exe\u0007:1";
    scene.signal(opId, "PAUSE");
    expect(lane(opId)?.name).to.equal("\\u202egnp.exe\\u0007:1");
  });
});

function record(op_id: string, state: OpRecordState): OpRecord {
  return { op_id, state, registered_at: "", updated_at: "" };
}
