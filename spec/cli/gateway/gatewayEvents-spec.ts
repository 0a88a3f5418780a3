import { expect } from "chai";
import { BehaviorSubject, Subject } from "rxjs";
import { gatewayEvents } from "../../../lib/cli/gateway/gatewayEvents.js";
import type { AgentIdentity } from "../../../lib/options.js";
import type { OpEvent } from "../../../lib/testing/rest/OpEvent.js";
import type { SentSignal } from "../../../lib/testing/SentSignal.js";
import { US } from "../../helpers/gateways.js";
import { record } from "../../helpers/record.js";

describe("gatewayEvents", () => {
  it("tells of each stream that comes or goes, also of two of one agent", () => {
    const [one, two, other] = [{ ...US }, { ...US }, { agentId: "agent-8" }];
    const subscribers$ = new BehaviorSubject<readonly AgentIdentity[]>([one]);
    const { values } = record(gatewayEvents({ subscribers$, ops: { events$: new Subject() }, sent$: new Subject() }));
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
    const { values } = record(gatewayEvents({ subscribers$: new BehaviorSubject([]), ops: { events$ }, sent$ }));
    const sent = { opId: "op", signal: 1, sequence: 0n, agent: undefined, streams: 0 };
    const op = { op_id: "op", state: "paused", registered_at: "then", updated_at: "now" } as const;
    const accepted = { type: "accepted", action: "pause", record: op } as const;
    sent$.next(sent);
    events$.next(accepted);
    expect(values).to.deep.equal([{ type: "sent", sent }, accepted]);
  });
});
