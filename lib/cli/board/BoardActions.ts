import { AGENT_ID_PREFIX } from "../../opStatus.js";
import { describeError, printable } from "../../printable.js";
import type { OpsClient } from "../../rest/OpsClient.js";
import type { ApiView, BoardAction, BoardAnswer } from "./BoardEvent.js";
import { displayName } from "./displayName.js";

/** The gateway's API server, for as much as is known of it. */
export interface BoardApi {
  readonly client: Pick<OpsClient, "act" | "haltAgent" | "haltFleet"> | undefined;
  readonly view: ApiView;
}

interface Outcome {
  readonly status: 200 | 400 | 502 | 503;
  readonly answer: BoardAnswer;
}

const ACTIONS: ReadonlySet<unknown> = new Set(["pause", "resume", "terminate"]);

/** What an operator asks for on the page, passed on to the gateway's API server; the key for it stays here. */
export class BoardActions {
  readonly #api: () => BoardApi;
  readonly #agentId: string;

  constructor(api: () => BoardApi, agentId: string) {
    this.#api = api;
    this.#agentId = agentId;
  }

  /** Never rejects: what went wrong is an answer too. */
  async perform(asked: unknown): Promise<Outcome> {
    if (!isAction(asked)) return refused(400, "this is not an action of the board");
    const { client, view } = this.#api();
    if (!client || !view.known) return refused(503, view.problem ?? "no API server of the gateway is known");
    try {
      return { status: 200, answer: await this.#ask(client, asked) };
    } catch (error) {
      return refused(502, describeError(error));
    }
  }

  async #ask(client: NonNullable<BoardApi["client"]>, asked: BoardAction): Promise<BoardAnswer> {
    const { action } = asked;
    if (asked.scope === "fleet") {
      await client.haltFleet(action);
      return { accepted: `${action} of the whole fleet` };
    }
    if (asked.scope === "op") {
      await client.act(asked.op, action);
      return { accepted: `${action} of ${displayName(asked.op)}` };
    }
    const { target } = await client.haltAgent(asked.op, action);
    const agentId = target.startsWith(AGENT_ID_PREFIX) ? target.slice(AGENT_ID_PREFIX.length) : target;
    const accepted = `${action} of agent ${printable(agentId)}`;
    if (agentId === this.#agentId) return { accepted };
    return { accepted, warning: `that is another agent than ${printable(this.#agentId)}, whose board this is` };
  }
}

function isAction(asked: unknown): asked is BoardAction {
  if (typeof asked !== "object" || asked === null) return false;
  const { scope, action, op } = asked as Record<string, unknown>;
  if (!ACTIONS.has(action)) return false;
  return scope === "fleet" || ((scope === "op" || scope === "agent") && typeof op === "string" && op !== "");
}

function refused(status: 400 | 502 | 503, problem: string): Outcome {
  return { status, answer: { problem } };
}
