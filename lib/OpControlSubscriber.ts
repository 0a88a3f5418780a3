import {
  asapScheduler,
  defer,
  EMPTY,
  filter,
  firstValueFrom,
  type GroupedObservable,
  map,
  merge,
  NEVER,
  type Observable,
  type ObservableInput,
  observeOn,
  of,
  Subscription,
  takeUntil,
  tap,
  timer,
} from "rxjs";
import { aborted } from "./aborted.js";
import { type ChannelStatus, channelStatus } from "./channel/ChannelStatus.js";
import type { SignalSource } from "./channel/SignalSource.js";
import { sourceOf } from "./channel/sourceOf.js";
import { cleanUp } from "./cleanUp.js";
import { check, checkDurationMs, checkOptions, checkSignal } from "./check.js";
import type { Diagnostic } from "./Diagnostic.js";
import { OpControlUnavailableError } from "./errors.js";
import { gatewaySource } from "./gatewaySource.js";
import { OpAbortSignals } from "./OpAbortSignals.js";
import { awaitOpUnless } from "./operators/awaitOpUnless.js";
import type { OpControlMessage, OpStatus } from "./opStatus.js";
import { firstInFirstOut } from "./ops/firstInFirstOut.js";
import { Latest } from "./ops/Latest.js";
import { Multicast } from "./ops/Multicast.js";
import type { OpCounts } from "./ops/OpCounts.js";
import { OpTable } from "./ops/OpTable.js";
import type { StatusObservable } from "./ops/StatusObservable.js";
import {
  type ConnectOptions,
  type FromOptions,
  type OpControlOptions,
  resolveConnectOptions,
  resolveFromOptions,
  type WhenStaleOptions,
} from "./options.js";
import { parseSignal } from "./parseSignal.js";
import { describeError, printable } from "./printable.js";
import { RecordComparison } from "./RecordComparison.js";
import { type ReconciledEvent, reconciling } from "./reconciling.js";
import { type OpWork, runOp } from "./runOp.js";
import { settling } from "./settling.js";
import { staleness } from "./staleness.js";
import { whenRunnable } from "./whenRunnable.js";

/** What the subscriber takes in, one at a time: all of the source's events, and its end or our own. */
type Event =
  | ReconciledEvent
  | { readonly type: "stale"; readonly isStale: boolean }
  | { readonly type: "failed"; readonly cause: unknown }
  | { readonly type: "closed" };

/** What `reconcile` comes to. */
const OUTCOMES: ReadonlySet<Diagnostic["kind"]> = new Set(["reconciled", "reconcileFailed"]);

/** The options with their defaults. */
type ResolvedOptions = OpControlOptions & Required<Pick<OpControlOptions, "maxTrackedOps" | "whenStale">>;

/** How long to wait for an op. */
export interface AwaitOptions {
  /** Give up after so many milliseconds; without it the wait has no end of its own. */
  readonly timeoutMs?: number;
}

/** How long to wait, where a Promise is wanted. */
export interface WhenRunnableOptions extends AwaitOptions {
  /** Give up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** What to be ready means. */
export interface ReadyOptions {
  /** Give up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Wait for the first `reconcile` as well, be it that it has found what there was or that it has failed (which
   * `diagnostics$` tells, and which takes 10,000 ms at most); `false` by default. Without that option it changes nothing.
   */
  readonly reconciled?: boolean;
}

/**
 * An agent's subscription to its kill switch: PAUSE, RESUME and TERMINATE per op, as they arrive and as statuses.
 *
 * It is hot: connected from its construction until {@link close}, whether anyone listens or not, so that a lull without
 * subscribers misses no kill. All of its streams share one order: a signal is applied first and told afterwards, to
 * everyone, before the next one is looked at.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", {
 *   orgId: "acme",
 *   teamId: "payments",
 *   agentId: "agent-7",
 * });
 * if (await control.whenRunnable("4bf92f35:00f067aa")) console.log("may run");
 * control.close();
 * ```
 */
export class OpControlSubscriber implements Disposable {
  readonly #diagnostics = new Multicast<Diagnostic>(() => undefined);
  readonly #onThrow = (thrown: unknown): void => {
    this.#diagnostics.next({ kind: "subscriberThrew", message: describeError(thrown) });
  };
  readonly #report = (diagnostic: Diagnostic): void => {
    this.#diagnostics.next(diagnostic);
  };
  readonly #connection = new Latest<ChannelStatus>(channelStatus("connecting"), this.#onThrow);
  readonly #signals = new Multicast<OpControlMessage>(this.#onThrow);
  readonly #table: OpTable;
  readonly #abortSignals = new OpAbortSignals((opId) => this.#table.watch(opId));
  readonly #cleanups = new Subscription();
  readonly #receive = firstInFirstOut<Event>((event) => {
    this.#handle(event);
  });
  readonly #subscription = new Subscription();
  readonly #whenStale: WhenStaleOptions;
  #isReconciled: boolean;
  #unavailable: OpControlUnavailableError | undefined;
  #closed = false;
  #malformed = 0;

  private constructor(source: SignalSource, options: ResolvedOptions) {
    const { maxTrackedOps, whenStale } = options;
    this.#table = new OpTable(maxTrackedOps, this.#report, this.#onThrow);
    this.#whenStale = whenStale;
    this.#isReconciled = options.reconcile === undefined;
    if (whenStale.graceMs !== undefined) {
      const isStale$ = staleness(this.connection$, whenStale.graceMs);
      this.#subscription.add(
        isStale$.subscribe({
          next: (isStale) => {
            this.#receive({ type: "stale", isStale });
          },
          error: this.#onThrow,
        }),
      );
    }
    this.#subscription.add(
      this.#heeded(source, options).subscribe({
        next: this.#receive,
        error: (cause: unknown) => {
          this.#receive({ type: "failed", cause });
        },
        complete: () => {
          this.#receive({ type: "closed" });
        },
      }),
    );
  }

  /**
   * Subscribes to a gateway, over one gRPC server stream.
   *
   * Returns at once; {@link ready} and {@link connection$} tell how it goes.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("gateway.example.com:443", {
   *   agentId: "agent-7",
   *   credentialToken: async () => "a fresh one", // asked for before every attempt
   *   whenStale: { graceMs: 10_000, then: "hold" }, // not live for 10 s, and nobody runs
   * });
   * control.connection$.subscribe(({ state, lastError }) => console.log(state, lastError));
   * ```
   *
   * @param endpoint The gateway, as `host:port` (or any gRPC target, such as `unix:/run/gateway.sock`).
   * @throws TypeError naming the option that is wrong.
   */
  static connect(endpoint: string, options: ConnectOptions): OpControlSubscriber {
    const resolved = resolveConnectOptions(endpoint, options);
    return new OpControlSubscriber(gatewaySource(endpoint, resolved), resolved);
  }

  /**
   * Takes the signals from any Observable, Promise or (async) iterable instead of a gateway: a message bus, a marble.
   *
   * It is subscribed once, at once. The channel is live until it completes (closed) or errors (failed); that of a
   * {@link SignalObservable}, such as `gatewaySignals` and `mergeSources` give, is live when that says so. What it emits is
   * checked as the wire's messages are, and the wire's numbers (1, 2, 3) stand for the signals as their names do.
   *
   * @example
   * ```ts
   * import { of } from "rxjs";
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.from(of({ opId: "trace:span", signal: "PAUSE", sequence: 0n }));
   * console.log(control.isPaused("trace:span")); // true
   * ```
   *
   * @throws TypeError naming the option that is wrong.
   */
  static from(signals$: ObservableInput<OpControlMessage>, options: FromOptions = {}): OpControlSubscriber {
    return new OpControlSubscriber(sourceOf(signals$), resolveFromOptions(options));
  }

  /**
   * Takes its signals from a source of any kind; the options are complete.
   *
   * @internal
   */
  static ofSource(source: SignalSource, options: ResolvedOptions): OpControlSubscriber {
    return new OpControlSubscriber(source, options);
  }

  /**
   * What can be counted of a subscriber besides what its streams tell.
   *
   * @internal
   */
  static countsOf(control: OpControlSubscriber): OpCounts {
    return control.#table;
  }

  /**
   * Every well-formed signal as it arrives, after it has been applied: whoever reacts to it finds {@link isPaused} and
   * {@link isTerminated} true already. It replays nothing. Completes on close, errors with an
   * {@link OpControlUnavailableError} when the channel has failed.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control.signals$.subscribe({
   *   next: ({ opId, signal, sequence }) => console.log(signal, opId, sequence),
   *   error: (error) => console.error(error.message),
   * });
   * ```
   */
  get signals$(): Observable<OpControlMessage> {
    return this.#signals.asObservable();
  }

  /**
   * Every change of every op's status. A change of a wider scope is told as a status of its reserved id and then of
   * every watched op that it changed. It replays nothing. Completes on close, errors with an
   * {@link OpControlUnavailableError} when the channel has failed.
   *
   * @example
   * ```ts
   * import { filter } from "rxjs";
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control.statuses$
   *   .pipe(filter(({ state }) => state === "terminated"))
   *   .subscribe({ next: ({ opId, scope }) => console.log(opId, scope), error: (error) => console.error(error.message) });
   * ```
   */
  get statuses$(): Observable<OpStatus> {
    return this.#table.statuses$;
  }

  /**
   * The statuses partitioned by op id: those of the ops that are tracked, and each further one as it becomes tracked
   * (told to pause or terminate, or watched). A group starts with the op's latest status and completes when the op is
   * let go. Completes on close, errors with an {@link OpControlUnavailableError} when the channel has failed, and every
   * open group with it.
   *
   * @example
   * ```ts
   * import { map, mergeMap } from "rxjs";
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control.ops$
   *   .pipe(mergeMap((status$) => status$.pipe(map(({ state }) => `${status$.key} ${state}`))))
   *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
   * ```
   */
  get ops$(): Observable<GroupedObservable<string, OpStatus>> {
    return this.#table.ops$;
  }

  /**
   * How the channel is doing: replays the latest, never errors, and completes on {@link close}.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control.connection$.subscribe(({ state, attempt, retryInMs, lastError }) => {
   *   console.log(state, attempt, retryInMs, lastError); // plain values, safe to log
   * });
   * ```
   */
  get connection$(): Observable<ChannelStatus> {
    return this.#connection.asObservable();
  }

  /**
   * What else is worth knowing: malformed messages, ops that had to be forgotten, a channel that was lost, replaced or
   * has become stale. It replays nothing, never errors, and completes on {@link close}.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control.diagnostics$.subscribe((diagnostic) => console.warn(diagnostic.kind, diagnostic));
   * ```
   */
  get diagnostics$(): Observable<Diagnostic> {
    return this.#diagnostics.asObservable();
  }

  /**
   * What the op may do: replays the latest status and emits each change of it; its `value` is the status of the moment.
   *
   * It stays open after `"terminated"`, which is final. On close it gives its last status and completes; when the
   * channel has failed it errors with an {@link OpControlUnavailableError} and, unless the op is terminated, emits
   * nothing before that. An op whose id is over 1 KiB can be told nothing by its id: such signals are malformed.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * const status$ = control.status("4bf92f35:00f067aa");
   * console.log(status$.value.state); // running, where nobody has said anything
   * status$.subscribe({
   *   next: ({ state, scope }) => console.log(state, scope),
   *   error: (error) => console.error(error.message),
   * });
   * ```
   */
  status(opId: string): StatusObservable {
    checkOpId(opId);
    return this.#table.watch(opId);
  }

  /**
   * Emits exactly once, and only if the op may run; errors if the op is terminated or the channel has failed; in every
   * other case (`timeoutMs` passed, the subscriber was closed) completes without emitting.
   *
   * So "unblocked" is never mistaken for "allowed".
   *
   * @example
   * ```ts
   * import { of, switchMap } from "rxjs";
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control
   *   .awaitOp("4bf92f35:00f067aa", { timeoutMs: 60_000 })
   *   .pipe(switchMap(() => of("the tool call")))
   *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
   * ```
   */
  awaitOp(opId: string, options: AwaitOptions = {}): Observable<OpStatus> {
    checkOptions(options, ["timeoutMs"]);
    const { timeoutMs } = options;
    const status$ = this.status(opId);
    const expired$ = timeoutMs === undefined ? undefined : expiry(timeoutMs);
    return defer(() => {
      if (!this.#mayStillTell(opId)) return EMPTY;
      const now = status$.value;
      // An agent asks before each of its steps, and nearly always its op runs: to watch it cost 2 us more.
      if (now.state === "running" && !this.#unavailable) return of(now);
      // It may be closed in somebody's callback while this is being told.
      const allowed$ = status$.pipe(awaitOpUnless(() => this.#closed));
      return expired$ ? allowed$.pipe(takeUntil(expired$)) : allowed$;
    });
  }

  /**
   * {@link awaitOp} as a Promise: `true` if the op may run, rejected if it is terminated or the channel has failed, and
   * `false` in every other case: `timeoutMs` passed, `signal` was aborted, the subscriber was closed.
   *
   * It settles no sooner than in the next turn of the event loop, and the op must still be running then: RESUME and PAUSE
   * that arrive together let nobody through.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * const isAllowed = await control.whenRunnable("4bf92f35:00f067aa", { timeoutMs: 60_000 });
   * console.log(isAllowed ? "may run" : "nobody has decided");
   * ```
   */
  whenRunnable(opId: string, options: WhenRunnableOptions = {}): Promise<boolean> {
    checkOptions(options, ["timeoutMs", "signal"]);
    const { timeoutMs, signal } = options;
    return whenRunnable(this.status(opId), {
      timeout$: expiry(timeoutMs),
      aborted$: abortion(signal).pipe(observeOn(asapScheduler)),
      isClosed: () => this.#closed,
    });
  }

  /**
   * A signal that is aborted when the op is terminated, with the {@link OpTerminatedError} as its reason, or when the
   * channel has failed, with the {@link OpControlUnavailableError}. One per op, for as long as it matters to
   * somebody: who holds it, its listeners, and those of what `AbortSignal.any` makes of it (where the runtime is not Node,
   * until the op is terminated or the subscriber closed).
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * await fetch("http://127.0.0.1:8080/", { signal: control.abortSignal("4bf92f35:00f067aa") });
   * ```
   */
  abortSignal(opId: string): AbortSignal {
    checkOpId(opId);
    return this.#abortSignals.get(opId);
  }

  /**
   * Runs work under an op: waits until the op may run, passes the work's values on, and completes with it.
   *
   * On a terminate the work is unsubscribed, its signal aborted and the {@link OpTerminatedError} told, in one tick; on
   * a failed channel the same with an {@link OpControlUnavailableError}. A pause does not stop the work: it waits at its
   * next `checkpoint()`. If the subscriber is closed before the work has started, it completes without starting it. The work
   * starts in the asynchronous context of whoever subscribed, also after a wait: the same OpenTelemetry span is active.
   *
   * ```
   * p--r---t--   the signals to the op
   * -a-b-c-|     work$, from its start
   * ----a-b#     runOp(opId, () => work$)
   * ```
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * control
   *   .runOp("4bf92f35:00f067aa", async ({ signal, checkpoint }) => {
   *     const page = await fetch("http://127.0.0.1:8080/", { signal });
   *     await checkpoint(); // waits out a pause, throws on a terminate
   *     return page.text();
   *   })
   *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
   * ```
   */
  runOp<T>(opId: string, work: OpWork<T>): Observable<T> {
    checkOpId(opId);
    return runOp(this, opId, work, (cleanup, error, timeoutMs) => {
      const outcome$ = cleanUp(cleanup, error, timeoutMs);
      this.#cleanups.add(outcome$.subscribe({ next: this.#report, error: this.#onThrow }));
    });
  }

  /** Whether the op has to wait now. */
  isPaused(opId: string): boolean {
    checkOpId(opId);
    return this.#table.statusOf(opId).state === "paused";
  }

  /** Whether the op was terminated; once true it stays so, unless `maxTrackedOps` makes it be forgotten. */
  isTerminated(opId: string): boolean {
    checkOpId(opId);
    return this.#table.statusOf(opId).state === "terminated";
  }

  /** Whether the gateway has us subscribed now. */
  streamAlive(): boolean {
    return this.#connection.value.state === "live" && !this.#closed;
  }

  /**
   * Resolves when the channel is live; rejects with an {@link OpControlUnavailableError} when it has failed or was
   * closed first, and with the signal's reason when that is aborted. Without a signal it waits for as long as it takes.
   *
   * What was sent before is not known by then, unless by the bus or, with `reconciled: true`, by `reconcile`.
   *
   * @example
   * ```ts
   * import { OpControlSubscriber } from "rx-op-control";
   *
   * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
   * await control.ready({ signal: AbortSignal.timeout(30_000), reconciled: true });
   * ```
   */
  ready(options: ReadyOptions = {}): Promise<void> {
    checkOptions(options, ["signal", "reconciled"]);
    const { signal, reconciled = false } = options;
    const live$ = merge(this.connection$, reconciled ? this.diagnostics$ : EMPTY).pipe(
      tap(() => {
        if (this.#unavailable) throw this.#unavailable;
        if (this.#connection.value.state === "closed") throw new OpControlUnavailableError("the subscriber was closed");
      }),
      filter(() => this.streamAlive() && (this.#isReconciled || !reconciled)),
    );
    const aborted$ = abortion(signal).pipe(
      observeOn(asapScheduler),
      tap((reason) => {
        throw reason;
      }),
    );
    return firstValueFrom(merge(live$, aborted$).pipe(map(() => undefined)));
  }

  /**
   * Lets go of the gateway and completes every stream; nothing is left running, and calling it again does nothing.
   *
   * What is known of the ops stays known: a terminated op is reported as such afterwards too. Work of `runOp` that has
   * started goes on, and nobody can terminate it any more: unsubscribe from it first.
   */
  close(): void {
    this.#closed = true;
    this.#subscription.unsubscribe();
    this.#receive({ type: "closed" });
  }

  /** The same as {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** All that is to be heeded: what the source tells, what records add to it, and of that no RESUME too soon. */
  #heeded(
    source: SignalSource,
    { maxTrackedOps, settleMs = 0, reconcile }: ResolvedOptions,
  ): Observable<ReconciledEvent> {
    const isTerminated = (opId: string): boolean => this.#table.ownStateOf(opId) === "terminated";
    const comparison = (): RecordComparison => new RecordComparison(maxTrackedOps, isTerminated);
    const reconciled$ = reconcile ? source.pipe(reconciling(reconcile, comparison)) : source;
    return settleMs > 0 ? reconciled$.pipe(settling(settleMs, maxTrackedOps)) : reconciled$;
  }

  /** Whether there is anything to tell a waiter: closed, only an end that is final in its own right. */
  #mayStillTell(opId: string): boolean {
    return !this.#closed || this.#unavailable !== undefined || this.isTerminated(opId);
  }

  #handle(event: Event): void {
    switch (event.type) {
      case "message":
        this.#handleMessage(event.message);
        break;
      case "status":
        this.#handleStatus(event.status);
        break;
      case "diagnostic":
        if (OUTCOMES.has(event.diagnostic.kind)) this.#isReconciled = true;
        this.#report(event.diagnostic);
        break;
      case "stale":
        this.#handleStale(event.isStale);
        break;
      case "found":
        // It is applied as signals are, but is none that the gateway sent.
        this.#apply(event.signal);
        break;
      case "failed":
        this.#fail(event.cause);
        break;
      case "closed":
        this.#end();
        break;
    }
  }

  #handleMessage(message: unknown): void {
    const signal = parseSignal(message);
    if ("malformed" in signal) {
      const { malformed: reason, opId } = signal;
      this.#diagnostics.next({ kind: "malformedSignal", reason, opId: printable(opId), count: ++this.#malformed });
      return;
    }
    if (this.#apply(signal)) this.#signals.next(signal);
  }

  #apply(signal: OpControlMessage): boolean {
    // What waited in the queue when close() was called lets nobody run any more; a terminate is not forgotten.
    if (this.#closed && signal.signal !== "TERMINATE") return false;
    this.#table.apply(signal);
    return true;
  }

  #handleStatus(status: ChannelStatus): void {
    this.#connection.next(status);
    const { state, attempt, retryInMs, lastError: message = "" } = status;
    if (state === "reconnecting" && retryInMs !== undefined) {
      this.#report({ kind: "reconnect", attempt, retryInMs, message });
    }
  }

  #handleStale(isStale: boolean): void {
    // It may be closed by whoever hears first that the channel is live, and that lets nobody run then.
    if (this.#closed) return;
    const { then, graceMs = 0 } = this.#whenStale;
    if (then === "hold") this.#table.holdAll(isStale);
    if (!isStale) return;
    this.#report({ kind: "stale", graceMs, then });
    if (then === "fail") this.#fail(new Error(`the channel was not live for ${graceMs} ms (whenStale)`));
  }

  #fail(cause: unknown): void {
    // The dead-man switch as well: over is over, and a channel that has failed does not become stale.
    this.#subscription.unsubscribe();
    const lastError = describeError(cause);
    const { attempt } = this.#connection.value;
    const tellConnection = this.#connection.prepare(channelStatus("failed", { attempt, lastError }));
    this.#unavailable = new OpControlUnavailableError(`the channel has failed: ${lastError}`, { cause });
    this.#table.fail(this.#unavailable);
    this.#signals.error(this.#unavailable);
    tellConnection();
  }

  #end(): void {
    if (this.#connection.ended) return;
    this.#subscription.unsubscribe();
    this.#closed = true;
    const { attempt } = this.#connection.value;
    const tellConnection = this.#connection.prepare(channelStatus("closed", { attempt }));
    this.#table.complete();
    this.#signals.complete();
    tellConnection();
    this.#connection.complete();
    this.#cleanups.unsubscribe();
    this.#diagnostics.complete();
  }
}

function checkOpId(opId: unknown): void {
  check(typeof opId === "string", "opId", "a string");
}

function expiry(timeoutMs: number | undefined): Observable<unknown> {
  if (timeoutMs === undefined) return NEVER;
  checkDurationMs("timeoutMs", timeoutMs);
  return timer(timeoutMs);
}

function abortion(signal: AbortSignal | undefined): Observable<unknown> {
  if (signal === undefined) return NEVER;
  checkSignal("signal", signal);
  return aborted(signal);
}
