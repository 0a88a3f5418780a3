import { printable } from "../../printable.js";
import type { OpAction } from "../../rest/OpRecord.js";
import { OpsApiError } from "../../rest/OpsApiError.js";
import type { OpsClient } from "../../rest/OpsClient.js";
import { API_KEY_VARIABLE } from "../api/apiOptions.js";
import { given } from "../given.js";

/** What an operator asked for. */
export interface OperatorRequest {
  readonly action: OpAction;
  readonly scope: "op" | "agent" | "fleet";
  /** The op, or one of the agent's; of no interest where it is the fleet. */
  readonly opId: string;
}

/** What a state means to an action that it did not permit. */
const conflicts: Readonly<Record<string, Readonly<Partial<Record<OpAction, string>>>>> = {
  pending: { pause: "it is pending, and does not run yet", resume: "it is pending, and was not paused" },
  running: { resume: "it is running, so there is nothing to resume" },
  paused: { pause: "it is already paused" },
  completing: { pause: "it has already completed", resume: "it has already completed" },
  terminated: { pause: "it is already terminated", resume: "it is already terminated" },
};

/** A refusal in a sentence, with what can be found out about it. What was asked is a request, or said in words. */
export async function explain(error: unknown, client: OpsClient, asked: OperatorRequest | string): Promise<unknown> {
  if (!(error instanceof OpsApiError)) return error;
  const [what, request] = typeof asked === "string" ? [asked] : [textOf(asked), asked];
  return new Error(`cannot ${what}: ${await reasonOf(error, client, request)}`, { cause: error });
}

function textOf(request: OperatorRequest): string {
  const { action, scope, opId } = request;
  if (scope === "fleet") return `${action} the fleet`;
  return scope === "agent" ? `${action} the agent of ${printable(opId)}` : `${action} ${printable(opId)}`;
}

async function reasonOf(error: OpsApiError, client: OpsClient, request?: OperatorRequest): Promise<string> {
  const { apiUrl } = client;
  switch (error.status) {
    case undefined:
      return request && isPerhapsDone(error) ? `${error.message}; it may have been done all the same` : error.message;
    case 401:
      return given(process.env[API_KEY_VARIABLE]) === undefined
        ? `401: ${apiUrl} asks for a key, and ${API_KEY_VARIABLE} is not set`
        : `401: ${apiUrl} does not accept the key in ${API_KEY_VARIABLE}`;
    case 404:
      // Any server says so of a route that it does not have.
      return request && request.scope !== "fleet" && (await isListing(client))
        ? "404: nobody registered this op (exec does, and register for an agent of your own), or it ended more than a minute ago"
        : `${error.message}: is ${apiUrl} the gateway's API server?`;
    case 409:
      return request ? conflictOf(error, client, request) : error.message;
    case 503:
      // What is on its way to a bus may arrive after all.
      return `${error.message.includes("not configured") ? "" : "perhaps "}nobody was told: ${error.message}`;
    default:
      return error.message;
  }
}

/** No answer is no no, but for a connection that there never was. */
function isPerhapsDone({ cause }: OpsApiError): boolean {
  const { code = "ECONNRESET" } = Object(cause) as { readonly code?: string };
  return code === "ECONNRESET";
}

async function isListing(client: OpsClient): Promise<boolean> {
  return client.list().then(
    () => true,
    () => false,
  );
}

/** The API does not say which conflict it is; the op's state does. */
async function conflictOf(error: OpsApiError, client: OpsClient, request: OperatorRequest): Promise<string> {
  const { action, scope, opId } = request;
  if (scope === "agent") return "409: the gateway does not know of one agent that the op belongs to";
  const ops = await client.list().catch(() => []);
  const state = ops.find(({ op_id }) => op_id.trim() === opId.trim())?.state;
  if (state === undefined || error.message.includes("owning agent")) return error.message;
  return `409: ${conflicts[state]?.[action] ?? `it is ${printable(state)} by now`}`;
}
