import {
  BehaviorSubject,
  defaultIfEmpty,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  fromEvent,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  Subject,
  Subscription,
  switchMap,
  take,
  takeUntil,
  throwError,
  timer,
} from "rxjs";
import type { ChannelStatus } from "../../../lib/channel/ChannelStatus.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { AgentIdentity, ConnectOptions } from "../../../lib/options.js";
import type { OpStatus } from "../../../lib/opStatus.js";
import { FaultProxy } from "../../../lib/testing/FaultProxy.js";
import type { ChaosRun } from "./ChaosRun.js";
import type { Random } from "./Random.js";
import { retry } from "./retry.js";
import type { Site } from "./Site.js";
import { SubscriberModel, type Wrong } from "./SubscriberModel.js";

/** From a fault's end to live again, and from a fence's sending to its arrival, on a machine that is busy. */
const PATIENCE_MS = 10_000;
/**
 * For so long after an older stream is gone, what it said last may stand against what its successor says: the whole of an
 * overlap, and something for a busy machine.
 */
const OBLIVION_MS = 1_500;
/** For so long a stream may be dead without a word: until the next ping, and until that one is given up, on a busy machine. */
const SILENCE_MS = 5_000;
/** A keepalive interval that no run comes to the end of. */
const LONG_MS = 60 * 60_000;
/** How late the dead-man switch may be. */
const STALE_SLACK_MS = 1_000;

/** A subscriber is told of its gateway by a proxy of its own. */
export interface ChaosAgentConfig {
  readonly name: string;
  readonly site: Site;
  readonly options: ConnectOptions;
}

/** What the channel is, and what is done to it. */
interface Condition {
  readonly isLive: boolean;
  readonly faults: number;
}

/** One subscriber, the proxy that it goes through, and the model that all of its statuses are checked against. */
export class ChaosAgent implements AsyncDisposable {
  readonly model = new SubscriberModel();
  readonly counts = { reconnects: 0, draining: 0, age: 0, fences: 0, longestToLiveMs: 0 };
  readonly name: string;
  readonly site: Site;
  readonly identity: AgentIdentity;
  readonly control: OpControlSubscriber;
  readonly proxy: FaultProxy;
  /** Called as soon as there is one. */
  onNewStream: () => void = () => undefined;
  readonly #run: ChaosRun;
  readonly #options: ConnectOptions;
  readonly #watching = new Subscription();
  readonly #condition$ = new BehaviorSubject<Condition>({ isLive: false, faults: 0 });
  readonly #agentKey: string;
  /** Whether it has one connection at most. */
  readonly #isSingle$: Observable<boolean>;
  #faultEndedAt = performance.now();
  #changedAt = performance.now();
  readonly #newStream$ = new Subject<void>();
  #newStreamAt = 0;
  /** Since when it has been so, if it is. */
  #singleSince: number | undefined = 0;
  #erasChecked = -1;

  private constructor(run: ChaosRun, { name, site, options }: ChaosAgentConfig, proxy: FaultProxy) {
    this.name = name;
    this.site = site;
    this.identity = { orgId: options.orgId ?? "", teamId: options.teamId ?? "", agentId: options.agentId };
    this.proxy = proxy;
    this.#isSingle$ = proxy.counts$.pipe(
      map(({ open }) => open <= 1),
      distinctUntilChanged(),
    );
    this.#run = run;
    this.#options = options;
    this.#agentKey = `agent:${options.agentId}`;
    this.control = OpControlSubscriber.connect(proxy.endpoint, options);
    this.#watch();
  }

  static async start(run: ChaosRun, config: ChaosAgentConfig): Promise<ChaosAgent> {
    return new ChaosAgent(run, config, await FaultProxy.start(config.site));
  }

  /**
   * Whether it may lose something even where nothing is lost on the way: once a gateway has said GOAWAY, grpc-js takes the
   * next ping for one that has failed, and drops the stream with what is under way on it.
   */
  get pings(): boolean {
    return this.#options.keepalive?.intervalMs !== undefined && this.#options.keepalive.intervalMs < LONG_MS;
  }

  /** Everything that is to be known of its gateway may be lost from now on, until the fault has ended. */
  faultBegins(): void {
    this.model.beginEra();
    const { isLive, faults } = this.#condition$.value;
    this.#condition$.next({ isLive, faults: faults + 1 });
  }

  faultEnds(): void {
    this.model.beginEra();
    this.#faultEndedAt = performance.now();
    const { isLive, faults } = this.#condition$.value;
    this.#condition$.next({ isLive, faults: faults - 1 });
  }

  /**
   * The fault has ended, of which nothing may tell: its stream may be dead, and a successor take over from it before any
   * ping has found that out.
   */
  async faultEndsSilently(): Promise<void> {
    const isSurvived$ = merge(this.#newStream$, timer(SILENCE_MS)).pipe(map(() => true));
    await firstValueFrom(this.#unlessOver(isSurvived$));
    this.faultEnds();
  }

  /** What was under way on an older stream may have been cut off. */
  stoodStill(since: number): void {
    if (since < this.#aloneAt) this.model.beginEra();
  }

  /** Takes every fault of the network back. */
  async restore(): Promise<void> {
    await retry(async () => {
      try {
        await this.proxy.restore();
      } catch (error) {
        this.proxy.stopListening();
        throw error;
      }
    });
  }

  /** Sends fences for as long as the run goes on. */
  async patrol(random: Random): Promise<void> {
    while (!this.#run.isOver) {
      await this.settle();
      await this.#run.pause(random.int(30, 250));
    }
  }

  /** When a fence has been taken in, with nothing that may hide anything, and all statuses are as they must be. */
  async settle(): Promise<void> {
    while (!this.#run.isOver && !(await this.#fence()));
  }

  /** Something passes a gate of that op now. */
  checkMayRun(opId: string, gate: string): void {
    if (this.control.isPaused(opId) || this.control.isTerminated(opId)) {
      this.#fail({ opId, what: `passed ${gate} while it is ${this.#look(opId).state}` });
    }
    const stop = this.model.stoppedBy([opId, this.#agentKey, "*"]);
    if (stop !== undefined) this.#fail({ opId, what: `passed ${gate} while ${stop} lets nothing run` });
  }

  /** Work of that op goes on now: not while it is terminated. */
  checkNotTerminated(opId: string, gate: string): void {
    if (this.control.isTerminated(opId)) this.#fail({ opId, what: `passed ${gate} while it is terminated` });
  }

  /** What may be said of terminated ops only has been said of that one. */
  checkTerminated(opId: string, who: string): void {
    if (!this.control.isTerminated(opId)) {
      this.#fail({ opId, what: `is ${this.#look(opId).state}, but terminated for ${who}` });
    }
  }

  /** The dead-man switch must have struck by now where it is set. */
  checkStale(opId: string): void {
    const { whenStale: { then = "proceed", graceMs = Infinity } = {} } = this.#options;
    const { isLive } = this.#condition$.value;
    if (then !== "hold" || isLive || performance.now() - this.#changedAt < graceMs + STALE_SLACK_MS) return;
    if (this.#look(opId).state === "running") this.#fail({ opId, what: "is running though the channel is stale" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching.unsubscribe();
    this.control.close();
    await this.proxy.close();
  }

  #watch(): void {
    const { connection$, statuses$, diagnostics$ } = this.control;
    this.#watching.add(
      this.#isSingle$.subscribe((isSingle) => {
        this.#singleSince = isSingle ? performance.now() : undefined;
      }),
    );
    this.#watching.add(connection$.subscribe((status) => this.#changed(status)));
    this.#watching.add(
      statuses$.subscribe({
        next: (status) => this.#fail(this.model.checkStatus(status)),
        // That the channel has failed is told by connection$ as well.
        error: () => undefined,
      }),
    );
    this.#watching.add(
      diagnostics$.subscribe((diagnostic) => {
        const { kind } = diagnostic;
        if (kind === "handover") {
          this.#began();
          // What is under way on the old stream goes with it when grpc-js drops that.
          if (diagnostic.reason === "draining" && this.pings) this.model.beginEra();
          this.counts[diagnostic.reason]++;
          this.#run.history.note(this.name, `handover (${diagnostic.reason})`);
          this.onNewStream();
        } else if (kind === "subscriberThrew" || kind === "evicted" || kind === "saturated") {
          this.#run.fail(this.name, `the subscriber says ${JSON.stringify(diagnostic)}`);
        } else if (kind !== "malformedSignal" && kind !== "reconnect") {
          this.#run.history.note(this.name, kind);
        }
      }),
    );
  }

  #began(): void {
    this.#newStreamAt = performance.now();
    this.#newStream$.next();
  }

  #changed({ state, attempt, lastError }: ChannelStatus): void {
    this.#run.history.note(this.name, lastError === undefined ? state : `${state} ${attempt} (${lastError})`);
    if (state === "failed") this.#run.fail(this.name, `has failed: ${String(lastError)}`);
    this.model.beginEra();
    this.#fail(this.model.check(this.#look));
    const { isLive, faults } = this.#condition$.value;
    if (isLive === (state === "live")) return;
    const now = performance.now();
    if (state === "live") {
      this.#began();
      this.counts.reconnects++;
      if (faults === 0) {
        const toLiveMs = now - Math.max(this.#faultEndedAt, this.#changedAt);
        this.counts.longestToLiveMs = Math.max(this.counts.longestToLiveMs, toLiveMs);
      }
    }
    this.#changedAt = now;
    this.#condition$.next({ isLive: state === "live", faults });
    if (state === "live") this.onNewStream();
  }

  /** Whether it was taken in on the one stream that it was sent on. */
  async #fence(): Promise<boolean> {
    await this.#calm();
    const { model } = this;
    const newStreamAt = this.#newStreamAt;
    const aloneInMs = this.#aloneAt - performance.now();
    if (aloneInMs > 0) {
      if (this.#singleSince !== undefined) await this.#run.pause(aloneInMs);
      else await firstValueFrom(this.#unlessOver(this.#isSingle$.pipe(filter(Boolean))));
      return false;
    }
    const { isLive, faults } = this.#condition$.value;
    if (this.#run.isOver || !isLive || faults > 0) return false;
    const fence = model.fence();
    const sequence = BigInt(++this.counts.fences);
    const opId = `fence:${this.name}`;
    const isTaken$ = this.control.signals$.pipe(
      filter((signal) => signal.opId === opId && signal.sequence === sequence),
      map(() => {
        // In the callback, while nothing that was sent later has been taken in.
        if (model.era !== fence.era || this.#newStreamAt !== newStreamAt) return false;
        this.#run.history.noteSignal(this.name, opId, `settles ${fence.number} of era ${fence.era} by`);
        this.#fail(model.settle(fence, this.#look));
        if (this.#erasChecked !== model.era) this.#fail(model.checkTerminated(this.#look));
        this.#erasChecked = model.era;
        return true;
      }),
    );
    const isLost$ = this.#condition$.pipe(
      filter((condition) => condition.faults > 0 || !condition.isLive),
      map(() => false),
    );
    const late$ = timer(PATIENCE_MS).pipe(
      map(() => {
        this.#run.fail(this.name, `is live, and has not been told in ${PATIENCE_MS} ms what it was sent`);
        return false;
      }),
    );
    const outcome = firstValueFrom(this.#unlessOver(merge(isTaken$, isLost$, late$)));
    this.site.send({ opId, signal: 2, sequence }, this.site.filters ? this.identity : undefined);
    return await outcome;
  }

  /** When it is live and nothing is done to it. */
  async #calm(): Promise<void> {
    const calm$ = this.#condition$.pipe(
      switchMap(({ isLive, faults }) => {
        if (faults > 0) return NEVER;
        if (isLive) return of(true);
        return timer(PATIENCE_MS).pipe(switchMap(() => throwError(() => new Error("not live"))));
      }),
      take(1),
    );
    try {
      await firstValueFrom(this.#unlessOver(calm$));
    } catch {
      this.#run.fail(this.name, `is not live ${PATIENCE_MS} ms after the last fault has ended`);
    }
  }

  /** When there is one connection, and its agent does not remember another; that may be never. */
  get #aloneAt(): number {
    return Math.max(this.#newStreamAt, this.#singleSince ?? Infinity) + OBLIVION_MS;
  }

  #unlessOver(source$: Observable<boolean>): Observable<boolean> {
    return this.#run.isOver
      ? of(false)
      : source$.pipe(takeUntil(fromEvent(this.#run.over, "abort")), defaultIfEmpty(false));
  }

  readonly #look = (opId: string): OpStatus => this.control.status(opId).value;

  #fail(wrong: Wrong | undefined): void {
    if (wrong)
      this.#run.fail(this.name, `${wrong.opId} ${wrong.what}`, [wrong.opId, this.#agentKey, "*", `fence:${this.name}`]);
  }
}
