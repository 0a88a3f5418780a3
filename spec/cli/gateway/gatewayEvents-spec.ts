import { expect } from "chai";
import { BehaviorSubject, NEVER, of, Subject } from "rxjs";
import { gatewayEvents } from "../../../lib/cli/gateway/gatewayEvents.js";
import type { Diagnostic } from "../../../lib/Diagnostic.js";
import type { AgentIdentity } from "../../../lib/options.js";
import type { OpEvent } from "../../../lib/testing/rest/OpEvent.js";
import type { SentSignal } from "../../../lib/testing/SentSignal.js";
import { US } from "../../helpers/gateways.js";
import { record } from "../../helpers/record.js";

/** A gateway at which nothing happens. */
const silent = {
  subscribers$: new BehaviorSubject<readonly AgentIdentity[]>([]),
  ops: { events$: NEVER },
  sent$: NEVER,
  bus$: NEVER,
  diagnostics$: NEVER,
};

describe("gatewayEvents", () => {
  it("tells of each stream that comes or goes, also of two of one agent", () => {
    const [one, two, other] = [{ ...US }, { ...US }, { agentId: "agent-8" }];
    const subscribers$ = new BehaviorSubject<readonly AgentIdentity[]>([one]);
    const { values } = record(gatewayEvents({ ...silent, subscribers$ }));
    subscribers$.next([one, two]);
    subscribers$.next([two]);
    subscribers$.next([two, other]);
    subscribers$.next([]);
    expect(values).to.deep.equal([
      { type: "subscribed", agent: one },
      { type: "subscribed", agent: two },
      { type: "left", agent: one },
      { type: "subscribed", agent: other },
      { type: "left", agent: two },
      { type: "left", agent: other },
    ]);
  });

  it("tells what operators do and what is sent, in that order in which it happens", () => {
    const events$ = new Subject<OpEvent>();
    const sent$ = new Subject<SentSignal>();
    const { values } = record(gatewayEvents({ ...silent, ops: { events$ }, sent$ }));
    const sent = { opId: "op", signal: 1, sequence: 0n, agent: undefined, streams: 0 };
    const op = { op_id: "op", state: "paused", registered_at: "then", updated_at: "now" } as const;
    const accepted = { type: "accepted", action: "pause", record: op } as const;
    sent$.next(sent);
    events$.next(accepted);
    expect(values).to.deep.equal([{ type: "sent", sent }, accepted]);
  });

  it("tells how the bus is doing, but neither that an attempt has begun nor that it was closed", () => {
    const live = { state: "live", attempt: 1, since: 0 } as const;
    const waits = { state: "reconnecting", attempt: 1, since: 0, retryInMs: 1 } as const;
    const tries = { state: "reconnecting", attempt: 1, since: 0 } as const;
    const failed = { state: "failed", attempt: 1, since: 0 } as const;
    const bus$ = of(live, waits, tries, failed, { ...live, state: "closed" } as const);
    expect(record(gatewayEvents({ ...silent, bus$ })).values).to.deep.equal(
      [live, waits, failed].map((status) => ({ type: "bus", status })),
    );
  });

  it("tells what came on the bus and is for nobody", () => {
    const refused = { kind: "refusedEnvelope", reason: "otherAgent", subject: "a.b", count: 1 } as const;
    const diagnostics$ = of<Diagnostic[]>({ kind: "reconnect", attempt: 1, retryInMs: 1, message: "" }, refused);
    expect(record(gatewayEvents({ ...silent, diagnostics$ })).values).to.deep.equal([{ type: "refused", refused }]);
  });
});
