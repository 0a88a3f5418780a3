/* eslint-disable @typescript-eslint/unbound-method, rxjs-x/no-floating-observables -- only compiled, never run */
import { expectTypeOf } from "expect-type";
import { EMPTY, type GroupedObservable, NEVER, type Observable, of, type Subject } from "rxjs";
import {
  type AgentIdentity,
  type AwaitOptions,
  type ChannelState,
  type ChannelStatus,
  type ConnectOptions,
  type CredentialToken,
  type Diagnostic,
  type FromOptions,
  OpControlSubscriber,
  type OpControlMessage,
  type OpControlSignal,
  type OpRecord,
  type OpScope,
  type OpStatus,
  type WhenRunnableOptions,
} from "../../lib/index.js";

declare const control: OpControlSubscriber;
declare const message: OpControlMessage;
declare const status: OpStatus;
declare const channel: ChannelStatus;
declare const agent: AgentIdentity;
declare const record: OpRecord;

// connect: the agent's id is all that it needs.

expectTypeOf(OpControlSubscriber.connect).returns.toEqualTypeOf<OpControlSubscriber>();
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
OpControlSubscriber.connect("127.0.0.1:50051", { orgId: "acme", teamId: "payments", agentId: "agent-7" });
OpControlSubscriber.connect("127.0.0.1:50051", agent);
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", credentialToken: "secret" });
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", credentialToken: () => "secret" });
OpControlSubscriber.connect("127.0.0.1:50051", {
  agentId: "agent-7",
  credentialToken: () => Promise.resolve("secret"),
});
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", keepalive: { intervalMs: 1 }, reconnect: false });
OpControlSubscriber.connect("127.0.0.1:50051", {
  agentId: "agent-7",
  reconnect: { maxDelayMs: 5_000 },
  maxStreamAgeMs: 60_000,
  whenStale: { then: "hold", graceMs: 5_000 },
});
OpControlSubscriber.from(NEVER, { whenStale: { then: "proceed" }, settleMs: 500, reconcile: () => [[record]] });
OpControlSubscriber.connect("127.0.0.1:50051", {
  agentId: "agent-7",
  settleMs: 500,
  reconcile: () => Promise.resolve([record]),
});
// @ts-expect-error -- a number
OpControlSubscriber.from(NEVER, { settleMs: "500ms" });
// @ts-expect-error -- who is asked, and not the answer
OpControlSubscriber.from(NEVER, { reconcile: [record] });
// @ts-expect-error -- lists of records, and not one by one
OpControlSubscriber.from(NEVER, { reconcile: () => [record] });
// @ts-expect-error -- no such state
OpControlSubscriber.from(NEVER, { reconcile: () => [[{ ...record, state: "stopped" }]] });
// @ts-expect-error -- false, or how to
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", reconnect: true });
// @ts-expect-error -- what is to be done must be said
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", whenStale: { graceMs: 5_000 } });
// @ts-expect-error -- nothing of that kind can be done
OpControlSubscriber.from(NEVER, { whenStale: { then: "terminate", graceMs: 5_000 } });
// @ts-expect-error -- a stream that is not ours is not replaced
OpControlSubscriber.from(NEVER, { maxStreamAgeMs: 60_000 });
// @ts-expect-error -- needs the options
OpControlSubscriber.connect("127.0.0.1:50051");
// @ts-expect-error -- needs the agentId
OpControlSubscriber.connect("127.0.0.1:50051", {});
// @ts-expect-error -- needs the agentId
OpControlSubscriber.connect("127.0.0.1:50051", { orgId: "acme", teamId: "payments" });
// @ts-expect-error -- an endpoint is a string
OpControlSubscriber.connect(50051, { agentId: "agent-7" });
// @ts-expect-error -- a token is a string
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", credentialToken: () => 7 });
// @ts-expect-error -- misspelt
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", connectTimeout: 1 });
// @ts-expect-error -- a number
OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", connectTimeoutMs: "1s" });
// @ts-expect-error -- made by connect and from only
new OpControlSubscriber(EMPTY, 1);

expectTypeOf<ConnectOptions["agentId"]>().toEqualTypeOf<string>();
expectTypeOf<ConnectOptions["orgId"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<ConnectOptions["maxTrackedOps"]>().toEqualTypeOf<number | undefined>();
expectTypeOf<CredentialToken>().toEqualTypeOf<string | (() => string | PromiseLike<string>)>();

// from: any source of signals, and its options may be left out.

expectTypeOf(OpControlSubscriber.from).returns.toEqualTypeOf<OpControlSubscriber>();
expectTypeOf(OpControlSubscriber.from).parameter(1).toEqualTypeOf<FromOptions | undefined>();
expectTypeOf<FromOptions["agentId"]>().toEqualTypeOf<string | undefined>();
OpControlSubscriber.from(NEVER);
OpControlSubscriber.from(of(message));
OpControlSubscriber.from([message]);
OpControlSubscriber.from(Promise.resolve(message));
OpControlSubscriber.from(new Set([message]));
OpControlSubscriber.from({} as AsyncIterable<OpControlMessage>, {});
OpControlSubscriber.from(NEVER, { agentId: "agent-7", maxTrackedOps: 1 });
OpControlSubscriber.from([{ opId: "op", signal: "PAUSE", sequence: 0n }]);
// @ts-expect-error -- needs a source
OpControlSubscriber.from();
// @ts-expect-error -- one signal is no source of them
OpControlSubscriber.from(message);
// @ts-expect-error -- not of signals
OpControlSubscriber.from(of("PAUSE"));
// @ts-expect-error -- no such signal
OpControlSubscriber.from([{ opId: "op", signal: "STOP", sequence: 0n }]);
// @ts-expect-error -- a sequence is a bigint
OpControlSubscriber.from([{ opId: "op", signal: "PAUSE", sequence: 0 }]);
// @ts-expect-error -- of connect only
OpControlSubscriber.from(NEVER, { credentialToken: "secret" });
// @ts-expect-error -- misspelt
OpControlSubscriber.from(NEVER, { agent: "agent-7" });

// What it tells.

expectTypeOf(control.signals$).toEqualTypeOf<Observable<OpControlMessage>>();
expectTypeOf(control.statuses$).toEqualTypeOf<Observable<OpStatus>>();
expectTypeOf(control.ops$).toEqualTypeOf<Observable<GroupedObservable<string, OpStatus>>>();
expectTypeOf(control.connection$).toEqualTypeOf<Observable<ChannelStatus>>();
expectTypeOf(control.diagnostics$).toEqualTypeOf<Observable<Diagnostic>>();
expectTypeOf(control.status("op")).toExtend<Observable<OpStatus>>();
expectTypeOf(control.awaitOp("op")).toEqualTypeOf<Observable<OpStatus>>();
expectTypeOf(control.whenRunnable("op")).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(control.abortSignal("op")).toEqualTypeOf<AbortSignal>();
expectTypeOf(control.isPaused("op")).toEqualTypeOf<boolean>();
expectTypeOf(control.isTerminated("op")).toEqualTypeOf<boolean>();
expectTypeOf(control.streamAlive()).toEqualTypeOf<boolean>();
expectTypeOf(control.ready()).toEqualTypeOf<Promise<void>>();
expectTypeOf(control.close).returns.toBeVoid();
expectTypeOf(control).toExtend<Disposable>();

// What is wrong to ask.

// @ts-expect-error -- needs the op
control.status();
// @ts-expect-error -- an op id is a string
control.status(7);
// @ts-expect-error -- an op id is a string
control.isPaused(undefined);
// @ts-expect-error -- an op id is a string
control.abortSignal({ opId: "op" });
// @ts-expect-error -- named by its unit
void control.whenRunnable("op", { timeout: 1 });
// @ts-expect-error -- not the number alone
control.awaitOp("op", 1);
// @ts-expect-error -- awaitOp is given up by unsubscribing
control.awaitOp("op", { signal: new AbortController().signal });
// @ts-expect-error -- the signal, not its controller
void control.whenRunnable("op", { signal: new AbortController() });
// @ts-expect-error -- the signal is an option
void control.ready(new AbortController().signal);

expectTypeOf<AwaitOptions>().toEqualTypeOf<{ readonly timeoutMs?: number }>();
expectTypeOf<WhenRunnableOptions>().toExtend<AwaitOptions>();
expectTypeOf<WhenRunnableOptions["signal"]>().toEqualTypeOf<AbortSignal | undefined>();

// Nothing can be fed from outside: no Subject is handed out.

type Streams = "signals$" | "statuses$" | "ops$" | "connection$" | "diagnostics$";
expectTypeOf<OpControlSubscriber[Streams]>().not.toExtend<Subject<never>>();
for (const feed of ["next", "error", "complete"] as const) {
  // @ts-expect-error -- can only be listened to
  control.signals$[feed];
  // @ts-expect-error -- can only be listened to
  control.statuses$[feed];
  // @ts-expect-error -- can only be listened to
  control.ops$[feed];
  // @ts-expect-error -- can only be listened to
  control.connection$[feed];
  // @ts-expect-error -- can only be listened to
  control.diagnostics$[feed];
  // @ts-expect-error -- can only be listened to
  control.status("op")[feed];
}
control.ops$.subscribe((group) => {
  expectTypeOf(group.key).toEqualTypeOf<string>();
  // @ts-expect-error -- so can a group
  group.next;
});
// @ts-expect-error -- it is a getter
control.signals$ = NEVER;
// @ts-expect-error -- it is a getter
control.ops$ = NEVER;

// The public surface is no larger than what the design names.

expectTypeOf<keyof OpControlSubscriber>().toEqualTypeOf<
  | Streams
  | "status"
  | "awaitOp"
  | "whenRunnable"
  | "abortSignal"
  | "runOp"
  | "isPaused"
  | "isTerminated"
  | "streamAlive"
  | "ready"
  | "close"
  | typeof Symbol.dispose
>();

// What is told cannot be changed by who is told it.

expectTypeOf<OpStatus>().toEqualTypeOf<Readonly<OpStatus>>();
expectTypeOf<OpControlMessage>().toEqualTypeOf<Readonly<OpControlMessage>>();
expectTypeOf<ChannelStatus>().toEqualTypeOf<Readonly<ChannelStatus>>();
expectTypeOf<Diagnostic>().toEqualTypeOf<Readonly<Diagnostic>>();
// @ts-expect-error -- read-only
status.state = "running";
// @ts-expect-error -- read-only
status.scope = "op";
// @ts-expect-error -- read-only
status.opId = "another";
// @ts-expect-error -- read-only
status.sequence = 1n;
// @ts-expect-error -- read-only
message.signal = "RESUME";
// @ts-expect-error -- read-only
channel.state = "live";

expectTypeOf<OpStatus["sequence"]>().toEqualTypeOf<bigint>();
expectTypeOf<OpScope>().toEqualTypeOf<"op" | "agent" | "fleet" | "channel">();
expectTypeOf<OpControlSignal>().toEqualTypeOf<"PAUSE" | "RESUME" | "TERMINATE">();
expectTypeOf<ChannelState>().toEqualTypeOf<"connecting" | "live" | "reconnecting" | "failed" | "closed">();

// A state is one of three: whoever has seen two has only the third left.

export function narrow({ state }: OpStatus): void {
  // @ts-expect-error -- no such state
  if (state === "stopped") return;
  if (state === "running" || state === "paused") return;
  expectTypeOf(state).toEqualTypeOf<"terminated">();
}

// A diagnostic is told apart by its kind.

export function read(diagnostic: Diagnostic): void {
  if (diagnostic.kind === "evicted") expectTypeOf(diagnostic.count).toEqualTypeOf<number>();
  if (diagnostic.kind === "cleanupTimedOut") expectTypeOf(diagnostic.message).toEqualTypeOf<string>();
  // @ts-expect-error -- not every kind has a count
  expectTypeOf(diagnostic.count).toBeNumber();
}
