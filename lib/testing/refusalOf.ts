import { type Metadata, status } from "@grpc/grpc-js";
import type { AgentId } from "../../codegen/gen/common.js";
import type { AgentIdentity } from "../options.js";

/** Why a subscriber is refused. */
export interface Refusal {
  readonly code: status;
  readonly details: string;
}

/** What the gateway checks a subscriber against. */
interface Admission {
  /** The agent that each valid token was issued to; undefined where no token is asked for. */
  readonly tokens: Readonly<Record<string, AgentIdentity>> | undefined;
  readonly publisher: boolean;
}

/**
 * The gateway's checks of a subscribe request, in the gateway's order; undefined when it is admitted.
 *
 * @internal
 */
export function refusalOf(
  agent: AgentId | undefined,
  metadata: Metadata,
  { tokens, publisher }: Admission,
): Refusal | undefined {
  if (!agent?.agentId) return { code: status.INVALID_ARGUMENT, details: "agent_id is required" };
  if (tokens) {
    const token = tokenOf(metadata);
    const owner = token !== undefined && Object.hasOwn(tokens, token) ? tokens[token] : undefined;
    if (!owner) return { code: status.UNAUTHENTICATED, details: "a valid credential token is required" };
    if (!isSameAgent(agent, owner)) {
      return { code: status.PERMISSION_DENIED, details: "the credential token belongs to another agent" };
    }
  }
  return publisher ? undefined : { code: status.UNAVAILABLE, details: "op control is not available" };
}

/**
 * Whether two agents are one: the whole triple counts.
 *
 * @internal
 */
export function isSameAgent(a: AgentIdentity, b: AgentIdentity): boolean {
  return a.agentId === b.agentId && (a.teamId ?? "") === (b.teamId ?? "") && (a.orgId ?? "") === (b.orgId ?? "");
}

function tokenOf(metadata: Metadata): string | undefined {
  const own = metadata.get("x-aa-credential-token")[0];
  if (own !== undefined) return own.toString();
  return /^Bearer (.+)$/i.exec(metadata.get("authorization")[0]?.toString() ?? "")?.[1];
}
