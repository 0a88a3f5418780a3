import { isLoopback } from "../channel/isLoopback.js";
import { check, checkDurationMs } from "../check.js";
import type { AgentIdentity } from "../options.js";
import { describeError, printable } from "../printable.js";
import type { OpAction, OpActionAck, OpHaltAck, OpRecord } from "./OpRecord.js";
import { OpsApiError } from "./OpsApiError.js";

/** How the API server is reached. */
export interface OpsClientOptions {
  /** Its base URL, such as `http://127.0.0.1:7700`. */
  readonly apiUrl: string;
  /** Sent as a bearer token; never part of an error. It is refused on plaintext to another machine. */
  readonly apiKey?: string | undefined;
  /** How long an answer may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
}

/**
 * The operator's side of the gateway's API server: its routes under `/api/v1/ops`.
 *
 * Every call rejects with an {@link OpsApiError} where it is refused or nobody answers in time.
 *
 * @internal
 */
export class OpsClient {
  readonly apiUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** @throws TypeError naming the option that is wrong. */
  constructor({ apiUrl, apiKey, timeoutMs = 10_000 }: OpsClientOptions) {
    const url = httpUrl(apiUrl);
    checkDurationMs("timeoutMs", timeoutMs, 1);
    check(apiKey === undefined || isHeaderValue(apiKey), "apiKey", "a non-empty line of ASCII");
    check(
      apiKey === undefined || url.protocol === "https:" || isLoopback(url.host),
      "apiKey",
      "left out where it would go to another machine in clear text",
    );
    this.apiUrl = url.href.replace(/\/+$/, "");
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#timeoutMs = timeoutMs;
  }

  /** The ops that are registered. */
  async list({ signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly OpRecord[]> {
    const records = await this.#ask("GET", "", undefined, signal);
    if (!Array.isArray(records)) throw new OpsApiError(`${this.apiUrl} did not answer with a list of ops`, 200);
    return records as readonly OpRecord[];
  }

  /** Registers an op as running; one that is registered already stays as it is. */
  async register(opId: string, { agentId, teamId, orgId }: Partial<AgentIdentity> = {}): Promise<OpRecord> {
    // The gateway itself reads op_id only; a gateway for development takes the op for that agent's.
    const body = { op_id: opId, agent_id: agentId, team_id: teamId, org_id: orgId };
    return (await this.#ask("POST", "", body)) as OpRecord;
  }

  /** Pauses, resumes or terminates one op. */
  async act(opId: string, action: OpAction): Promise<OpActionAck> {
    return (await this.#ask("POST", `/${pathSegment(opId)}/${action}`)) as OpActionAck;
  }

  /** Does so to every op of the agent that this op belongs to. */
  async haltAgent(opId: string, action: OpAction): Promise<OpHaltAck> {
    return (await this.#ask("POST", `/${pathSegment(opId)}/halt-agent`, { action })) as OpHaltAck;
  }

  /** Does so to every op of every agent. */
  async haltFleet(action: OpAction): Promise<OpHaltAck> {
    return (await this.#ask("POST", "/global/halt", { action })) as OpHaltAck;
  }

  async #ask(method: "GET" | "POST", path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await fetch(`${this.apiUrl}/api/v1/ops${path}`, {
        method,
        // A key goes to no other address than the one that was named.
        redirect: "error",
        headers: {
          ...this.#headers,
          accept: "application/json",
          ...(body ? { "content-type": "application/json" } : {}),
        },
        body: body ? JSON.stringify(body) : null,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      if (!response.ok) throw new OpsApiError(await problemOf(response), response.status);
      return await response.json();
    } catch (error) {
      if (error instanceof OpsApiError || signal?.aborted) throw error;
      const why = timeout.aborted
        ? `did not answer within ${this.#timeoutMs} ms`
        : `cannot be reached: ${reasonOf(error)}`;
      throw new OpsApiError(`${this.apiUrl} ${why}`, undefined, { cause: error });
    }
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

/** An id of dots alone would be taken for a step in the path. */
function pathSegment(opId: string): string {
  check(opId !== "", "opId", "the id of an op");
  return encodeURIComponent(opId).replace(/^\.{1,2}$/, (dots) => dots.replaceAll(".", "%2E"));
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** The detail of an RFC 7807 problem; else the status. */
async function problemOf(response: Response): Promise<string> {
  const { status, statusText } = response;
  const problem: unknown = await response.json().catch(() => undefined);
  const { detail, title } = (typeof problem === "object" && problem !== null ? problem : {}) as Record<string, unknown>;
  const said = [detail, title].filter((text): text is string => typeof text === "string" && text !== "");
  return `${status} ${printable(said[0] ?? statusText)}`.trim();
}

/** fetch says "fetch failed" and keeps the reason in `cause`. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return describeError(cause ?? error);
}
