import { expect } from "chai";
import fc from "fast-check";
import { Subscription } from "rxjs";
import { parseSignal } from "../../lib/parseSignal.js";
import type { OpControlMessage, OpControlSignal, OpState, Verdict } from "../../lib/opStatus.js";
import { AGENT, FLEET, OP, OTHER } from "../helpers/opControl.js";
import { OpModel } from "../helpers/OpModel.js";
import { runs, runsTimeoutMs } from "../helpers/runs.js";
import { tableOf } from "../helpers/tableOf.js";

const AGENT_TOO = "agent:by-another-name";
const IDS = [OP, OTHER, AGENT, AGENT_TOO, FLEET];
const SEQUENCES = [0n, 1n, 2n ** 64n - 1n];

/** TERMINATE is rarer than the others, and of wider scopes rarer still: nothing happens any more once all are. */
const SIGNALS: readonly OpControlSignal[] = ["PAUSE", "PAUSE", "PAUSE", "RESUME", "RESUME", "RESUME", "TERMINATE"];
const messagesTo = (...ids: string[]): OpControlMessage[] =>
  ids.flatMap((opId) =>
    SIGNALS.flatMap((signal) => {
      const isFinalForAll = signal === "TERMINATE" && opId !== OP && opId !== OTHER;
      return (isFinalForAll ? [7n] : SEQUENCES).map((sequence) => ({ opId, signal, sequence }));
    }),
  );

/** What is no signal, as sources may send it. */
const RUBBISH: readonly unknown[] = [
  { opId: OP, signal: 0, sequence: 1n },
  { opId: FLEET, signal: 4, sequence: 1n },
  { opId: AGENT, signal: "terminate" },
  { opId: "", signal: "TERMINATE", sequence: 1n },
  { signal: "TERMINATE" },
  { opId: OP },
  "TERMINATE",
  null,
];

type Step =
  | { readonly do: "send"; readonly message: OpControlMessage }
  | { readonly do: "garble"; readonly message: unknown }
  | { readonly do: "watch"; readonly opId: string }
  | { readonly do: "unwatch"; readonly opId: string };

const sending = (message: OpControlMessage) => ({ do: "send" as const, message });
const STEPS: readonly Step[] = [
  ...messagesTo(...IDS).map(sending),
  ...RUBBISH.map((message): Step => ({ do: "garble", message })),
  ...IDS.flatMap((opId) => Array<Step>(6).fill({ do: "watch", opId })),
  ...IDS.flatMap((opId) => Array<Step>(4).fill({ do: "unwatch", opId })),
];
const script = <T>(steps: readonly T[], maxLength = 14) =>
  fc.array(fc.constantFrom(...steps), { maxLength, size: "max" });

/**
 * What of a status is part of the contract, in one line: a running op need not be remembered, so neither is which
 * signal let it run; and of a terminated one it does not matter who terminates it again.
 */
function essence(opId: string, { state, scope, sequence }: Verdict): string {
  if (state === "terminated") return `${opId} terminated`;
  return state === "paused" ? `${opId} paused by ${scope} ${sequence}` : `${opId} running by ${scope}`;
}

describe("OpTable, against a model of the contract", function () {
  this.timeout(runsTimeoutMs(60_000));

  it("has the model's statuses, and tells the model's changes to watchers and on statuses$", () => {
    fc.assert(
      fc.property(script(STEPS), (steps) => {
        const { table } = tableOf();
        const model = new OpModel();
        const modelled = (opId: string) => essence(opId, model.verdictOn(opId));
        const watchers: { opId: string; told: string[]; due: string[]; subscription: Subscription }[] = [];
        let told: string[] = [];
        table.statuses$.subscribe((status) => told.push(essence(status.opId, status)));
        // One line per step: all statuses, then what statuses$ told, first of the id that was signalled.
        const actual: string[] = [];
        const expected: string[] = [];

        for (const step of steps) {
          const before = IDS.map(modelled);
          let signalled: string | undefined;
          told = [];

          if (step.do === "watch") {
            const { opId } = step;
            const seen: string[] = [];
            const subscription = table.watch(opId).subscribe((status) => seen.push(essence(opId, status)));
            watchers.push({ opId, told: seen, due: [modelled(opId)], subscription });
          } else if (step.do === "unwatch") {
            watchers
              .find(({ opId, subscription }) => opId === step.opId && !subscription.closed)
              ?.subscription.unsubscribe();
          } else {
            const signal = parseSignal(step.message);
            if (!("malformed" in signal)) table.apply(signal);
            if (step.do === "send") {
              signalled = step.message.opId;
              model.apply(step.message);
            }
          }

          const changed = IDS.filter((opId, index) => modelled(opId) !== before[index]);
          const watching = watchers.filter(({ subscription }) => !subscription.closed);
          for (const { opId, due } of watching) if (changed.includes(opId)) due.push(modelled(opId));
          const first = changed.filter((opId) => opId === signalled);
          const others = changed.filter(
            (opId) => opId !== signalled && watching.some((watcher) => watcher.opId === opId),
          );

          const rest = told.splice(first.length).sort();
          actual.push([...IDS.map((opId) => essence(opId, table.statusOf(opId))), "tells", ...told, ...rest].join());
          expected.push([...IDS.map(modelled), "tells", ...first.map(modelled), ...others.map(modelled).sort()].join());
        }

        for (const watcher of watchers) {
          actual.push(watcher.told.join());
          expected.push(watcher.due.join());
        }
        expect(actual.join("\n")).to.equal(expected.join("\n"));
      }),
      { numRuns: runs(20_000) },
    );
  });

  it("opens, tells and completes a group for each op as the model tracks it", () => {
    const ops = [OP, OTHER];
    fc.assert(
      fc.property(script(STEPS), fc.nat(5), (steps, subscribedAt) => {
        const { table } = tableOf();
        const model = new OpModel();
        const modelled = (opId: string) => essence(opId, model.verdictOn(opId));
        const watchers: { opId: string; subscription: Subscription }[] = [];
        const isTracked = (op: string) =>
          model.ownStateOf(op) !== "running" || watchers.some(({ opId }) => opId === op);
        const told = new Map<string, string[]>(ops.map((op) => [op, []]));
        const expected = new Map<string, string[]>(ops.map((op) => [op, []]));
        let open = new Map<string, string>();

        steps.forEach((step, index) => {
          if (index === subscribedAt) {
            table.ops$.subscribe((group) => {
              told.get(group.key)?.push("opens");
              group.subscribe({
                next: (status) => told.get(group.key)?.push(essence(group.key, status)),
                complete: () => told.get(group.key)?.push("completes"),
              });
            });
            open = new Map(ops.filter(isTracked).map((op) => [op, modelled(op)]));
            for (const [op, status] of open) expected.get(op)!.push("opens", status);
          }

          if (step.do === "watch") {
            watchers.push({ opId: step.opId, subscription: table.watch(step.opId).subscribe() });
          } else if (step.do === "unwatch") {
            const at = watchers.findIndex(({ opId }) => opId === step.opId);
            if (at >= 0) watchers.splice(at, 1)[0]!.subscription.unsubscribe();
          } else if (step.do === "send") {
            table.apply(step.message);
            model.apply(step.message);
          }
          if (index < subscribedAt) return;

          for (const op of ops) {
            const status = modelled(op);
            if (!open.has(op) && isTracked(op)) expected.get(op)!.push("opens", status);
            if (open.has(op) && open.get(op) !== status) expected.get(op)!.push(status);
            if (open.has(op) && !isTracked(op)) expected.get(op)!.push("completes");
            if (isTracked(op)) open.set(op, status);
            else open.delete(op);
          }
        });
        for (const op of ops) expect(told.get(op)).to.deep.equal(expected.get(op));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it("agrees with itself and with the model when subscribers react with signals and subscriptions", () => {
    const ids = [OP, OTHER, AGENT, FLEET];
    const reactions = fc.array(
      fc.record({
        on: fc.constantFrom(...ids),
        state: fc.constantFrom<OpState>("running", "paused", "terminated"),
        step: fc.constantFrom(...STEPS),
      }),
      { maxLength: 6, size: "max" },
    );

    fc.assert(
      fc.property(script(messagesTo(...ids).map(sending), 8), reactions, (steps, [...reactions]) => {
        const { table, send } = tableOf();
        const model = new OpModel();
        const seen: { opId: string; told: string[]; readMeanwhile: string[]; all: boolean }[] = [];
        const guests = new Subscription();

        // Signals are handled in the order of arrival, also those that a reaction sends.
        const arrive = (message: OpControlMessage) => {
          model.apply(message);
          send(message);
        };
        const watch = (opId: string, all: boolean) => {
          const told: string[] = [];
          const readMeanwhile: string[] = [];
          seen.push({ opId, told, readMeanwhile, all });
          const status = table.statusOf(opId);
          const subscription = table.watch(opId).subscribe((status) => {
            told.push(essence(opId, status));
            readMeanwhile.push(essence(opId, table.statusOf(opId)));
          });
          expect(told).to.deep.equal([essence(opId, status)]);
          return subscription;
        };
        const react = (opId: string, state: OpState) => {
          const at = reactions.findIndex((reaction) => reaction.on === opId && reaction.state === state);
          if (at < 0) return;
          const { step } = reactions.splice(at, 1)[0]!;
          if (step.do === "send") arrive(step.message);
          else if (step.do === "watch") guests.add(watch(step.opId, false));
          else if (step.do === "unwatch") guests.unsubscribe();
        };

        for (const opId of ids) watch(opId, true);
        for (const opId of ids) table.watch(opId).subscribe(({ state }) => react(opId, state));
        for (const opId of ids) watch(opId, true);
        for (const { message } of steps) arrive(message);

        for (const { told, readMeanwhile } of seen) expect(readMeanwhile).to.deep.equal(told);

        for (const opId of ids) {
          expect(essence(opId, table.statusOf(opId))).to.equal(essence(opId, model.verdictOn(opId)));
          const [first, second] = seen.filter((watcher) => watcher.opId === opId && watcher.all);
          expect(first!.told.slice(-second!.told.length)).to.deep.equal(second!.told);
          for (const guest of seen.filter((watcher) => watcher.opId === opId && !watcher.all)) {
            if (guests.closed) expect(first!.told.join()).to.include(guest.told.join());
            else expect(first!.told.slice(-guest.told.length)).to.deep.equal(guest.told);
          }
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("never has a paused op run nor forgets a TERMINATE unsaid, at any bound", () => {
    const ids = ["a:1", "b:2", "c:3", "d:4"];
    const steps = [
      ...messagesTo(...ids).map(sending),
      ...ids.flatMap((opId) => Array<Step>(9).fill({ do: "watch", opId })),
      ...ids.flatMap((opId) => Array<Step>(9).fill({ do: "unwatch", opId })),
    ];

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), script(steps, 20), (maxTrackedOps, steps) => {
        const { table, diagnostics } = tableOf(maxTrackedOps);
        const model = new OpModel();
        const watchers: { opId: string; subscription: Subscription }[] = [];

        for (const step of steps) {
          if (step.do === "watch") {
            watchers.push({ opId: step.opId, subscription: table.watch(step.opId).subscribe() });
          } else if (step.do === "unwatch") {
            const at = watchers.findIndex(({ opId }) => opId === step.opId);
            if (at >= 0) watchers.splice(at, 1)[0]!.subscription.unsubscribe();
          } else if (step.do === "send") {
            table.apply(step.message);
            model.apply(step.message);
          }

          const saturated = diagnostics.some(({ kind }) => kind === "saturated");
          const evicted = diagnostics.flatMap((diagnostic) => (diagnostic.kind === "evicted" ? [diagnostic.opId] : []));
          const watched = new Set(watchers.map(({ opId }) => opId));
          expect([...table.trackedIds()].length).to.be.at.most(maxTrackedOps + watched.size);
          const wrong = ids.filter((opId) => {
            const { state } = table.statusOf(opId);
            const should = model.ownStateOf(opId);
            const mayHaveChanged = should === "running" ? saturated : should === "terminated" && evicted.includes(opId);
            return state !== should && !mayHaveChanged;
          });
          expect(wrong.join()).to.equal("");
        }
      }),
      { numRuns: runs(2_000) },
    );
  });
});
