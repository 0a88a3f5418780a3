import type { ObservableInput } from "rxjs";
import type { BackoffBounds } from "./channel/Backoff.js";
import { type CredentialToken, isSendableToken } from "./channel/credentialToken.js";
import {
  type ChannelCredentials,
  gatewayCredentials,
  isChannelCredentials,
  isReadableOnTheWay,
} from "./channel/gatewayCredentials.js";
import { check, checkDurationMs, checkOptions } from "./check.js";
import { checkEndpoint } from "./checkEndpoint.js";
import type { OpRecord } from "./rest/OpRecord.js";

/** Who the agent is; the three parts together are what the gateway knows it by. */
export interface AgentIdentity {
  /** The organisation; empty (the default) where the gateway has only one. */
  readonly orgId?: string;
  /** The team within the organisation; empty by default. */
  readonly teamId?: string;
  /** The agent itself. */
  readonly agentId: string;
}

/** What any subscriber takes, wherever its signals come from. */
export interface OpControlOptions {
  /**
   * How many ops may be remembered while nobody watches them; 100,000 by default. Paused ops are never forgotten: at
   * the bound the terminated op that has been remembered longest goes, and with none left every op that is not
   * remembered counts as paused. `diagnostics$` tells of both.
   */
  readonly maxTrackedOps?: number;
  /**
   * The dead-man switch: what becomes of the ops when the channel has not been live for `graceMs`; by default they
   * proceed with their last known status.
   */
  readonly whenStale?: WhenStaleOptions;
  /**
   * How long nothing further must come for a RESUME's scope before it acts, in milliseconds; 0, the default, for at once.
   * For sources that repeat themselves, or tell late of what is over.
   *
   * PAUSE and TERMINATE always act at once. A RESUME is told by `signals$` when it acts, up to a hundredth later than
   * this; it acts on a live channel only, so that after a loss it waits anew, and not at all when the channel has ended
   * first.
   */
  readonly settleMs?: number;
  /**
   * Asked what was missed each time the channel becomes live, the first time included; see {@link Reconcile}. By default
   * nobody is.
   */
  readonly reconcile?: Reconcile;
}

/**
 * Finds out what the gateway knows of its ops: emits lists of records, completes, and gives up when the signal is aborted
 * (the channel was lost again, or the subscriber closed).
 *
 * What it emits is applied when it completes. Where it fails or has not completed within 10,000 ms, nothing is, and
 * `diagnostics$` tells. What is applied shows in the statuses and on `statuses$`, and not on `signals$`, for nobody sent
 * it.
 *
 * A record pauses its op or terminates it. It lifts an op's own pause only where it says `"running"` since later
 * (`updated_at`) than our last signal for the op. It lifts no terminate and no wider scope's pause, and speaks for no op
 * but its own. An op without a record stays as it is, and so does one that was signalled while the answer was under way,
 * unless the record says `"terminated"`.
 *
 * `updated_at` is the gateway's time and when a signal came is ours: where the gateway's clock is ahead, a pause of the
 * last moments before the loss may be taken for older than a resume that came before it. Keep the clocks in step.
 */
export type Reconcile = (signal: AbortSignal) => ObservableInput<readonly OpRecord[]>;

/** What becomes of the ops when nobody can tell whether they were told to stop. */
export interface WhenStaleOptions {
  /**
   * - `"proceed"`: every op keeps its last known status, and `diagnostics$` tells if a `graceMs` is given.
   * - `"hold"`: every op that is not terminated is paused (scope `"channel"`) until the channel is live again.
   * - `"fail"`: the channel fails for good, and every status stream errors with an `OpControlUnavailableError`.
   */
  readonly then: "hold" | "fail" | "proceed";
  /**
   * For how long the channel may be not live, in milliseconds, also before it is for the first time; it is never called
   * stale sooner. At least `reconnect.initialDelayMs`, for the first reconnect may take that long to begin.
   */
  readonly graceMs?: number;
}

/** The options of {@link OpControlSubscriber.from}. */
export interface FromOptions extends OpControlOptions, Partial<AgentIdentity> {}

/** The options of {@link gatewaySignals}: for which agent, and how the gateway is reached. */
export interface GatewayOptions extends AgentIdentity {
  /**
   * Proves who the agent is, where the gateway asks for it: a string, or a (possibly async) function that fetches one
   * and is asked again before every attempt. Sent as `x-aa-credential-token`; never part of an error or a status. It is
   * refused on plaintext to another machine.
   */
  readonly credentialToken?: CredentialToken;
  /**
   * Used as they are, for mutual TLS or a CA of one's own; by default TLS, and plaintext to this machine only. They
   * must be made by the copy of `@grpc/grpc-js` that this package depends on: grpc-js refuses those of another.
   */
  readonly channelCredentials?: ChannelCredentials;
  /** Allows plaintext to another machine; `false` by default. */
  readonly allowInsecure?: boolean;
  /**
   * How long to wait between two attempts: exponential with full jitter, up to 1,000 ms at first and never beyond
   * 32,000 ms by default. With `false` there is one attempt, and any fault fails the channel.
   */
  readonly reconnect?: ReconnectOptions | false;
  /** From an attempt's start to the gateway's answer (token, TCP, TLS and headers together), in ms; 10,000 by default. */
  readonly connectTimeoutMs?: number;
  /** HTTP/2 pings, also while the stream is silent; every 30,000 ms, with 10,000 ms for the answer by default. */
  readonly keepalive?: KeepaliveOptions;
  /**
   * Replaces a stream by a new one when it has lived so long, in milliseconds (up to a tenth earlier, so that not all
   * agents do so at once); for proxies that cut what is old. The new one is opened before the old one is let go. By
   * default no stream is too old.
   *
   * The two overlap for about a second at each handover, during which a RESUME may come up to about a second late; a
   * PAUSE or a TERMINATE never does. With an age below a few seconds the channel overlaps most of the time.
   *
   * A stream that has died without a word, and that is replaced before `keepalive` has found that out, is replaced like
   * any other: what was lost on it nothing tells. Let the age be many times the interval and time-out of `keepalive`.
   */
  readonly maxStreamAgeMs?: number;
}

/** The options of {@link OpControlSubscriber.connect}. */
export interface ConnectOptions extends OpControlOptions, GatewayOptions {}

/** The waits between attempts. */
export type ReconnectOptions = Partial<BackoffBounds>;

/** The only sign of life of a silent stream. */
export interface KeepaliveOptions {
  /** Between two pings, in milliseconds. */
  readonly intervalMs?: number;
  /** How long a ping may stay unanswered, in milliseconds. */
  readonly timeoutMs?: number;
}

/** With the range that package.json has, as its dependency; a spec holds the two together. */
const CREDENTIALS_OF_ONE_COPY =
  "a ChannelCredentials made by the same copy of @grpc/grpc-js that rx-op-control uses; where there is another " +
  "(npm ls @grpc/grpc-js), depend on ^1.14.0 of it yourself so that one is shared";

const reconnectDefaults = { initialDelayMs: 1_000, maxDelayMs: 32_000 };
const keepaliveDefaults = { intervalMs: 30_000, timeoutMs: 10_000 };
const whenStaleDefaults: WhenStaleOptions = { then: "proceed" };
const opControlDefaults = { maxTrackedOps: 100_000, whenStale: whenStaleDefaults, settleMs: 0 };
const agentDefaults = { orgId: "", teamId: "" };
const gatewayDefaults = { ...agentDefaults, allowInsecure: false, connectTimeoutMs: 10_000 };

/** One check per option that there is: an option without one is a misspelt one. */
type Checks<T> = { readonly [Name in keyof Required<T>]: (name: string, value: unknown) => void };

const keepaliveChecks: Checks<KeepaliveOptions> = {
  intervalMs: checkPositiveMs,
  timeoutMs: checkPositiveMs,
};

const reconnectChecks: Checks<ReconnectOptions> = {
  initialDelayMs: checkPositiveMs,
  maxDelayMs: checkPositiveMs,
};

const whenStaleChecks: Checks<WhenStaleOptions> = {
  then: (name, value) => {
    check(value === "hold" || value === "fail" || value === "proceed", name, '"hold", "fail" or "proceed"');
  },
  graceMs: checkPositiveMs,
};

const agentChecks: Checks<AgentIdentity> = {
  orgId: checkString,
  teamId: checkString,
  agentId: checkNonEmptyString,
};

const opControlChecks: Checks<OpControlOptions> = {
  maxTrackedOps: (name, value) => {
    check(Number.isSafeInteger(value) && (value as number) > 0, name, "a whole number from 1");
  },
  settleMs: (name, value) => {
    checkDurationMs(name, value);
  },
  reconcile: (name, value) => {
    check(typeof value === "function", name, "a function");
  },
  whenStale: (name, value) => {
    checkAll(whenStaleChecks, value, name);
    const { then, graceMs } = value as WhenStaleOptions;
    whenStaleChecks.then(`${name}.then`, then);
    if (then !== "proceed") checkPositiveMs(`${name}.graceMs`, graceMs);
  },
};

const gatewayChecks: Checks<GatewayOptions> = {
  ...agentChecks,
  credentialToken: (name, value) => {
    check(typeof value === "function" || isSendableToken(value), name, "a function, or a non-empty line of ASCII");
  },
  channelCredentials: (name, value) => {
    check(isChannelCredentials(value), name, CREDENTIALS_OF_ONE_COPY);
  },
  allowInsecure: (name, value) => {
    check(typeof value === "boolean", name, "true or false");
  },
  reconnect: (name, value) => {
    if (value === false) return;
    check(typeof value === "object" && value !== null, name, "false or an object");
    checkAll(reconnectChecks, value, name);
  },
  connectTimeoutMs: checkPositiveMs,
  keepalive: (name, value) => {
    checkAll(keepaliveChecks, value, name);
  },
  maxStreamAgeMs: checkPositiveMs,
};

const fromChecks: Checks<FromOptions> = { ...agentChecks, ...opControlChecks };
const connectChecks: Checks<ConnectOptions> = { ...gatewayChecks, ...opControlChecks };

/** @internal */
export function resolveFromOptions(options: FromOptions) {
  checkAll(fromChecks, options);
  return { ...agentDefaults, ...opControlDefaults, ...given(options) };
}

/** @internal */
export function resolveGatewayOptions(endpoint: string, options: GatewayOptions) {
  checkEndpoint(endpoint);
  checkAll(gatewayChecks, options);
  return resolveGateway(endpoint, options);
}

/** @internal */
export function resolveConnectOptions(endpoint: string, options: ConnectOptions) {
  checkEndpoint(endpoint);
  checkAll(connectChecks, options);
  const gateway = resolveGateway(endpoint, options);
  checkGraceMs(gateway.reconnect, options.whenStale?.graceMs);
  return { ...opControlDefaults, ...given(options), ...gateway };
}

function resolveGateway(endpoint: string, options: GatewayOptions) {
  checkNonEmptyString("agentId", options.agentId);
  const set = { ...gatewayDefaults, ...given(options) };
  const channelCredentials = gatewayCredentials(endpoint, set);
  check(
    options.credentialToken === undefined || !isReadableOnTheWay(endpoint, channelCredentials),
    "credentialToken",
    "left out where it would go to another machine in clear text",
  );
  const reconnect = options.reconnect !== false && resolveReconnect(options.reconnect);
  check(
    reconnect !== false || options.maxStreamAgeMs === undefined,
    "maxStreamAgeMs",
    "left out where reconnect is false",
  );
  return {
    ...set,
    channelCredentials,
    reconnect,
    keepalive: { ...keepaliveDefaults, ...given(options.keepalive ?? {}) },
  };
}

/**
 * Where only one of the two is given, the other's default gives way to it.
 *
 * @internal
 */
export function resolveReconnect(options: ReconnectOptions = {}): BackoffBounds {
  checkAll(reconnectChecks, options, "reconnect");
  const { initialDelayMs, maxDelayMs } = given(options);
  const { initialDelayMs: usualInitial, maxDelayMs: usualMax } = reconnectDefaults;
  const bounds = {
    initialDelayMs: initialDelayMs ?? Math.min(usualInitial, maxDelayMs ?? usualInitial),
    maxDelayMs: maxDelayMs ?? Math.max(usualMax, initialDelayMs ?? usualMax),
  };
  check(
    bounds.maxDelayMs >= bounds.initialDelayMs,
    "reconnect.maxDelayMs",
    `at least reconnect.initialDelayMs (${bounds.initialDelayMs} ms)`,
  );
  return bounds;
}

function checkGraceMs(reconnect: BackoffBounds | false, graceMs: number | undefined): void {
  if (!reconnect || graceMs === undefined) return;
  const { initialDelayMs } = reconnect;
  check(
    graceMs >= initialDelayMs,
    "whenStale.graceMs",
    `at least reconnect.initialDelayMs (${initialDelayMs} ms): the first reconnect may take that long to begin, ` +
      "so every hiccup of the network would count as a stale channel",
  );
}

function checkAll<T>(checks: Checks<T>, options: unknown, parent?: string): void {
  checkOptions(options, Object.keys(checks), parent);
  for (const [key, value] of Object.entries(options as Record<string, unknown>)) {
    if (value !== undefined) checks[key as keyof T](parent === undefined ? key : `${parent}.${key}`, value);
  }
}

/** The options that are set: an `undefined` is one that is left out. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function checkString(name: string, value: unknown): void {
  check(typeof value === "string", name, "a string");
}

function checkNonEmptyString(name: string, value: unknown): void {
  check(typeof value === "string" && value !== "", name, "a non-empty string");
}

function checkPositiveMs(name: string, value: unknown): void {
  checkDurationMs(name, value, 1);
}
