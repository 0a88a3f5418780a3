/* eslint-disable rxjs-x/no-floating-observables -- only compiled, never run */
import { expectTypeOf } from "expect-type";
import { EMPTY, filter, NEVER, type Observable, type ObservableInput, of } from "rxjs";
import {
  type ChannelEvent,
  type ChannelStatus,
  type ConnectOptions,
  type Diagnostic,
  type GatewayOptions,
  gatewaySignals,
  mergeSources,
  type OpControlMessage,
  type OpControlOptions,
  OpControlSubscriber,
  type OpRecord,
  type Reconcile,
  restReconciler,
  SignalObservable,
  type SignalSource,
} from "../../lib/index.js";

declare const status: ChannelStatus;
declare const diagnostic: Diagnostic;
declare const message: OpControlMessage;

// A source with a state is an Observable of signals and more.

const gateway$ = gatewaySignals("127.0.0.1:50051", { agentId: "agent-7" });
expectTypeOf(gateway$).toEqualTypeOf<SignalObservable>();
expectTypeOf(gateway$).toExtend<Observable<OpControlMessage>>();
expectTypeOf(gateway$.events$).toEqualTypeOf<SignalSource>();
expectTypeOf(gateway$.events$).toEqualTypeOf<Observable<ChannelEvent>>();
OpControlSubscriber.from(gateway$);
OpControlSubscriber.from(mergeSources(gateway$, NEVER));
// @ts-expect-error -- only to be read
gateway$.events$ = EMPTY;

// What pipe makes of it has no state any more.

expectTypeOf(gateway$.pipe(filter(({ signal }) => signal !== "RESUME"))).toEqualTypeOf<Observable<OpControlMessage>>();
expectTypeOf(gateway$.pipe(filter(Boolean))).not.toExtend<SignalObservable>();

// One's own is made of events.

new SignalObservable(of({ type: "status", status } as const, { type: "diagnostic", diagnostic } as const));
new SignalObservable(of({ type: "message", message } as const));
new SignalObservable(of({ type: "message", message: "whatever the wire had" } as const));
// @ts-expect-error -- of events, and not of signals
new SignalObservable(of(message));
// @ts-expect-error -- no such event
new SignalObservable(of({ type: "found", signal: message } as const));

// A gateway takes what connect takes of it, and nothing that is the subscriber's own.

expectTypeOf<GatewayOptions>().toEqualTypeOf<Pick<ConnectOptions, keyof GatewayOptions>>();
expectTypeOf<keyof GatewayOptions & keyof OpControlOptions>().toEqualTypeOf<never>();
gatewaySignals("127.0.0.1:50051", { agentId: "agent-7", reconnect: false, credentialToken: () => "secret" });
// @ts-expect-error -- needs the agentId
gatewaySignals("127.0.0.1:50051", {});
// @ts-expect-error -- of who takes the signals
gatewaySignals("127.0.0.1:50051", { agentId: "agent-7", settleMs: 500 });

// Sources are merged, whatever they are; without any there is nothing to merge.

expectTypeOf(mergeSources(NEVER)).toEqualTypeOf<SignalObservable>();
mergeSources(gateway$, mergeSources(gateway$, gateway$), [message], Promise.resolve(message));
// @ts-expect-error -- of signals
mergeSources(of("PAUSE"));

// What was missed is found by whoever gives lists of records.

expectTypeOf(restReconciler).returns.toEqualTypeOf<Reconcile>();
expectTypeOf<Reconcile>().toEqualTypeOf<(signal: AbortSignal) => ObservableInput<readonly OpRecord[]>>();
restReconciler({ apiUrl: "http://127.0.0.1:7700" });
restReconciler({ apiUrl: "http://127.0.0.1:7700", apiKey: "secret" });
// @ts-expect-error -- needs the API server's address
restReconciler({ apiKey: "secret" });
