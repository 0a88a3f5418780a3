import { anyAbortSignal } from "../anyAbortSignal.js";
import { isLoopback } from "../channel/isLoopback.js";
import { withoutSecret } from "../channel/withoutSecret.js";
import { check, checkDurationMs } from "../check.js";
import type { AgentIdentity } from "../options.js";
import { MAX_LENGTH, printable } from "../printable.js";
import { exchange, type HttpAnswer } from "./exchange.js";
import { failureOf } from "./failureOf.js";
import { isHaltAck, isOpAck, isOpRecord, isOpRecords } from "./isAnswer.js";
import type { OpAction, OpActionAck, OpHaltAck, OpRecord } from "./OpRecord.js";
import { OpsApiError } from "./OpsApiError.js";
import { parsed } from "./parsed.js";
import { problemIn } from "./problemIn.js";

/** How the API server is reached. */
export interface OpsClientOptions {
  /** Its base URL, such as `http://127.0.0.1:7700`. */
  readonly apiUrl: string;
  /** Sent as a bearer token; never part of an error. It is refused on plaintext to another machine. */
  readonly apiKey?: string | undefined;
  /** How long an answer may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
}

/** What is asked, and how to know the answer. */
interface Question<T> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
  readonly isAnswer: (body: unknown) => body is T;
}

/**
 * The operator's side of the gateway's API server: its routes under `/api/v1/ops`.
 *
 * Every call rejects with an {@link OpsApiError} where it is refused, or where nobody who knows these routes answers in
 * time: what is not the expected answer is never taken for a yes.
 *
 * @internal
 */
export class OpsClient {
  readonly apiUrl: string;
  readonly #server: URL;
  readonly #apiKey: string | undefined;
  readonly #timeoutMs: number;

  /** @throws TypeError naming the option that is wrong. */
  constructor({ apiUrl, apiKey, timeoutMs = 10_000 }: OpsClientOptions) {
    this.#server = httpUrl(apiUrl);
    checkDurationMs("timeoutMs", timeoutMs, 1);
    check(apiKey === undefined || isBearerKey(apiKey), "apiKey", "a non-empty line of ASCII without blanks");
    check(
      apiKey === undefined || this.#server.protocol === "https:" || isLoopback(this.#server.host),
      "apiKey",
      "left out where it would go to another machine in clear text",
    );
    this.apiUrl = this.#server.href.replace(/\/+$/, "");
    this.#apiKey = apiKey;
    this.#timeoutMs = timeoutMs;
  }

  /** The ops that are registered. */
  list({ signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly OpRecord[]> {
    return this.#ask({ method: "GET", path: "", signal, isAnswer: isOpRecords });
  }

  /** Registers an op as running; one that is registered already stays as it is. */
  async register(opId: string, { agentId, teamId, orgId }: Partial<AgentIdentity> = {}): Promise<OpRecord> {
    checkOpId(opId);
    // The gateway itself reads op_id only; a gateway for development takes the op for that agent's.
    const body = { op_id: opId, agent_id: agentId, team_id: teamId, org_id: orgId };
    return this.#ask({ method: "POST", path: "", body, isAnswer: isOpRecord });
  }

  /** Pauses, resumes or terminates one op. */
  async act(opId: string, action: OpAction): Promise<OpActionAck> {
    return this.#ask({ method: "POST", path: `/${pathSegment(opId)}/${action}`, isAnswer: isOpAck(opId, action) });
  }

  /** Does so to every op of the agent that this op belongs to. */
  async haltAgent(opId: string, action: OpAction): Promise<OpHaltAck> {
    const path = `/${pathSegment(opId)}/halt-agent`;
    return this.#ask({ method: "POST", path, body: { action }, isAnswer: isHaltAck("agent", action) });
  }

  /** Does so to every op of every agent. */
  haltFleet(action: OpAction): Promise<OpHaltAck> {
    const isAnswer = isHaltAck("global", action);
    return this.#ask({ method: "POST", path: "/global/halt", body: { action }, isAnswer });
  }

  async #ask<T>({ isAnswer, ...question }: Question<T>): Promise<T> {
    const { status, location, body } = await this.#exchange(question);
    if (status >= 300 && status < 400) {
      throw this.#error(`answered with ${status}, which is not followed, to ${location ?? "nowhere"}`, status);
    }
    if (status < 200 || status >= 300) {
      throw new OpsApiError(this.#clean(problemIn(status, body)), status);
    }
    const answer = parsed(body);
    if (!isAnswer(answer)) throw this.#error(`did not answer as a gateway's API server does (${status})`, status);
    return answer;
  }

  async #exchange({ method, path, body, signal }: Omit<Question<unknown>, "isAnswer">): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    using either = anyAbortSignal(timeout, ...(signal ? [signal] : []));
    try {
      return await exchange(this.#server, {
        method,
        path: `${this.#server.pathname.replace(/\/+$/, "")}/api/v1/ops${path}`,
        headers: {
          accept: "application/json",
          ...(this.#apiKey === undefined ? {} : { authorization: `Bearer ${this.#apiKey}` }),
          ...(body ? { "content-type": "application/json" } : {}),
        },
        body: body && JSON.stringify(body),
        signal: either.signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) throw this.#error(`did not answer within ${this.#timeoutMs} ms`, undefined);
      const cause = failureOf(error, (text) => this.#clean(text));
      throw this.#error(`cannot be reached: ${cause.message}`, undefined, { cause });
    }
  }

  #error(what: string, status: number | undefined, options?: ErrorOptions): OpsApiError {
    return new OpsApiError(this.#clean(`${this.apiUrl} ${what}`), status, options);
  }

  /** A server may repeat what it was sent. */
  #clean(text: string): string {
    if (this.#apiKey === undefined) return printable(text);
    // Before it is cut, or half of a key would be left; of what is shown, that much is enough even if it is all keys.
    const enough = text.slice(0, 64 * (MAX_LENGTH + this.#apiKey.length));
    return printable(withoutSecret(enough, this.#apiKey));
  }
}

function httpUrl(apiUrl: unknown): URL {
  const url = typeof apiUrl === "string" && URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  check(
    url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === "",
    "apiUrl",
    'a URL such as "http://127.0.0.1:7700", without "user:password@", query or fragment',
  );
  return url;
}

function isBearerKey(value: unknown): boolean {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}

function checkOpId(opId: string): void {
  check(typeof opId === "string" && opId.trim() !== "", "opId", "the id of an op");
  check(!/\p{Surrogate}/u.test(opId), "opId", "well-formed Unicode");
}

/** An id of dots alone would be taken for a step in the path by what stands between. */
function pathSegment(opId: string): string {
  checkOpId(opId);
  return encodeURIComponent(opId).replace(/^\.{1,2}$/, (dots) => dots.replaceAll(".", "%2E"));
}
