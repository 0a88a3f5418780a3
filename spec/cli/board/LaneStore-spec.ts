import { expect } from "chai";
import fc from "fast-check";
import { NEVER, Subject } from "rxjs";
import { BoardModel } from "../../../lib/cli/board/BoardModel.js";
import { LaneStore } from "../../../lib/cli/board/page/state/LaneStore.js";
import type { OpControlMessage } from "../../../lib/opStatus.js";
import { US } from "../../helpers/gateways.js";
import { runs } from "../../helpers/runs.js";
import { tableOf } from "../../helpers/tableOf.js";

const about = { gateway: "127.0.0.1:50051", ...US };
const signals = ["PAUSE", "RESUME", "TERMINATE"] as const;
const ids = ["a:1", "a:2", "a:3", "agent:agent-7", "*"];

/** What may happen to a board: a signal, the channel's hold, a batch, or a page that begins anew. */
type Step =
  | { readonly type: "signal"; readonly opId: string; readonly signal: (typeof signals)[number] }
  | { readonly type: "hold"; readonly isHeld: boolean }
  | { readonly type: "batch" }
  | { readonly type: "snapshot" };

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("signal" as const), opId: fc.constantFrom(...ids), signal: mostlyMild() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("hold" as const), isHeld: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant<Step>({ type: "batch" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ type: "snapshot" }) },
);

describe("LaneStore", () => {
  it("says of every op what the library says, whatever was sent and however it was told", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, maxLanes) => {
        const { table, send } = tableOf();
        const signals$ = new Subject<OpControlMessage>();
        const source = { signals$, connection$: NEVER, diagnostics$: NEVER, status: (id: string) => table.watch(id) };
        let now = 0;
        const model = new BoardModel(source, { about, maxLanes, now: () => now++ });
        const store = new LaneStore();
        store.replace(model.snapshot());
        model.takeChanges();
        for (const each of [...steps, { type: "batch" } as const]) {
          if (each.type === "signal") {
            const message = { opId: each.opId, signal: each.signal, sequence: 0n };
            send(message);
            signals$.next(message);
          }
          if (each.type === "hold") table.holdAll(each.isHeld);
          const changes = each.type === "batch" || each.type === "snapshot" ? model.takeChanges() : undefined;
          if (each.type === "snapshot") store.replace(model.snapshot());
          else if (changes) store.apply(changes);
        }
        const lanes = [...store.ops.values(), store.agent!, store.fleet!];
        expect(lanes.length).to.be.at.most(maxLanes + 2);
        for (const { opId, current, ...lane } of lanes) {
          const { state, scope } = table.statusOf(opId);
          expect({ opId, state: current.state }).to.deep.equal({ opId, state });
          if (state !== "terminated") expect({ opId, scope: current.scope }).to.deep.equal({ opId, scope });
          expect(lane.segments.length).to.be.above(0);
        }
        const counted = Object.values(store.counts).reduce((sum, count) => sum + count);
        expect(counted).to.equal(store.ops.size);
        for (const lane of lanes) {
          const last = lane.effective(store.widerThan(lane)).at(-1);
          expect(last?.state).to.equal(lane.current.state);
        }
        model.close();
      }),
      { numRuns: runs(300) },
    );
  });
});

function mostlyMild(): fc.Arbitrary<(typeof signals)[number]> {
  return fc.constantFrom(...signals, "PAUSE", "RESUME", "PAUSE", "RESUME");
}
