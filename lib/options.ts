import { type CredentialToken, isSendableToken } from "./channel/credentialToken.js";
import {
  type ChannelCredentials,
  gatewayCredentials,
  isChannelCredentials,
  isReadableOnTheWay,
} from "./channel/gatewayCredentials.js";
import { check, checkDurationMs, checkObject, checkOptionNames } from "./check.js";

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
}

/** The options of {@link OpControlSubscriber.from}. */
export interface FromOptions extends OpControlOptions, Partial<AgentIdentity> {}

/** The options of {@link OpControlSubscriber.connect}. */
export interface ConnectOptions extends OpControlOptions, AgentIdentity {
  /**
   * Proves who the agent is, where the gateway asks for it: a string, or a (possibly async) function that fetches one
   * and is asked again before every attempt. Sent as `x-aa-credential-token`; never part of an error or a status. It is
   * refused on plaintext to another machine.
   */
  readonly credentialToken?: CredentialToken;
  /** Used as they are, for mutual TLS or a CA of one's own; by default TLS, and plaintext to this machine only. */
  readonly channelCredentials?: ChannelCredentials;
  /** Allows plaintext to another machine; `false` by default. */
  readonly allowInsecure?: boolean;
  /** Only `false` so far: one attempt, and the channel fails with it. */
  readonly reconnect?: false;
  /** From an attempt's start to the gateway's answer (token, TCP, TLS and headers together), in ms; 10,000 by default. */
  readonly connectTimeoutMs?: number;
  /** HTTP/2 pings, also while the stream is silent; every 30,000 ms, with 10,000 ms for the answer by default. */
  readonly keepalive?: KeepaliveOptions;
}

/** The only sign of life of a silent stream. */
export interface KeepaliveOptions {
  /** Between two pings, in milliseconds. */
  readonly intervalMs?: number;
  /** How long a ping may stay unanswered, in milliseconds. */
  readonly timeoutMs?: number;
}

const keepaliveDefaults = { intervalMs: 30_000, timeoutMs: 10_000 };
const fromDefaults = { orgId: "", teamId: "", maxTrackedOps: 100_000 };
const connectDefaults = { ...fromDefaults, allowInsecure: false, connectTimeoutMs: 10_000 };

/** One check per option that there is: an option without one is a misspelt one. */
type Checks<T> = { readonly [Name in keyof Required<T>]: (name: string, value: unknown) => void };

const keepaliveChecks: Checks<KeepaliveOptions> = {
  intervalMs: checkPositiveMs,
  timeoutMs: checkPositiveMs,
};

const fromChecks: Checks<FromOptions> = {
  orgId: checkString,
  teamId: checkString,
  agentId: checkNonEmptyString,
  maxTrackedOps: (name, value) => {
    check(Number.isSafeInteger(value) && (value as number) > 0, name, "a whole number from 1");
  },
};

const connectChecks: Checks<ConnectOptions> = {
  ...fromChecks,
  credentialToken: (name, value) => {
    check(typeof value === "function" || isSendableToken(value), name, "a function, or a non-empty line of ASCII");
  },
  channelCredentials: (name, value) => {
    check(isChannelCredentials(value), name, "a ChannelCredentials of @grpc/grpc-js");
  },
  allowInsecure: (name, value) => {
    check(typeof value === "boolean", name, "true or false");
  },
  reconnect: (name, value) => {
    check(value === false, name, "false");
  },
  connectTimeoutMs: checkPositiveMs,
  keepalive: (name, value) => {
    checkAll(keepaliveChecks, value, name);
  },
};

/** @internal */
export function resolveFromOptions(options: FromOptions) {
  checkAll(fromChecks, options);
  return { ...fromDefaults, ...given(options) };
}

/** @internal */
export function resolveConnectOptions(endpoint: string, options: ConnectOptions) {
  check(isEndpoint(endpoint), "endpoint", 'a "host:port" (or another gRPC target, without "http://")');
  checkAll(connectChecks, options);
  checkNonEmptyString("agentId", options.agentId);
  const set = { ...connectDefaults, ...given(options) };
  const channelCredentials = gatewayCredentials(endpoint, set);
  check(
    options.credentialToken === undefined || !isReadableOnTheWay(endpoint, channelCredentials),
    "credentialToken",
    "left out where it would go to another machine in clear text",
  );
  return { ...set, channelCredentials, keepalive: { ...keepaliveDefaults, ...given(options.keepalive ?? {}) } };
}

function isEndpoint(endpoint: unknown): boolean {
  return typeof endpoint === "string" && /^[^\s]+$/.test(endpoint) && !/^https?:/i.test(endpoint);
}

function checkAll<T>(checks: Checks<T>, options: unknown, parent?: string): void {
  checkObject(parent ?? "options", options);
  checkOptionNames(options, Object.keys(checks), parent);
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
