import { type Command, Option } from "commander";
import { isLoopback } from "../../channel/isLoopback.js";
import { checkEndpoint } from "../../checkEndpoint.js";
import type { AgentIdentity, ConnectOptions, WhenStaleOptions } from "../../options.js";
import { durationMs } from "../durationMs.js";
import { given } from "../given.js";
import { type AgentArguments, withAgentOptions } from "./agentOptions.js";

const DEFAULT_ENDPOINT = "127.0.0.1:50051";
const DEFAULT_STALE_AFTER_MS = 10_000;

/** Somebody watches: what a gateway that comes back is waited for at most. */
const RECONNECT = { initialDelayMs: 500, maxDelayMs: 4_000 };

/** Who one is where nobody said so; for a gateway on this machine only. */
const DEMO_AGENT = { orgId: "demo", teamId: "demo", agentId: "demo-agent" };

/** What the connection options say, as commander gives it. */
export interface ConnectionArguments extends AgentArguments {
  readonly gateway?: string;
  readonly token?: string;
  readonly allowInsecure?: boolean;
  readonly reconnect: boolean;
  readonly whenStale?: WhenStaleOptions["then"];
  readonly staleAfter?: number;
}

/** Which gateway to subscribe to and as whom: what `OpControlSubscriber.connect` takes. */
export interface Connection {
  readonly endpoint: string;
  readonly options: ConnectOptions;
}

/** Gives a command the options that say which gateway it subscribes to, and as which agent. */
export function withConnectionOptions(command: Command, otherwise = DEFAULT_ENDPOINT): Command {
  command.addOption(
    new Option("--gateway <host:port>", `the gateway (default: ${otherwise})`).env("AA_GATEWAY_ENDPOINT"),
  );
  return withAgentOptions(command, "the agent to be (default: demo-agent, on this machine only)")
    .addOption(
      new Option(
        "--token <token>",
        "proves who the agent is; better in the environment, for arguments are seen by others",
      ).env("AA_GATEWAY_CREDENTIAL_TOKEN"),
    )
    .option("--allow-insecure", "allow plaintext to another machine")
    .option("--no-reconnect", "try once, and fail with any fault")
    .addOption(
      new Option(
        "--when-stale <policy>",
        "what to do when the gateway is not heard of for too long (default: proceed)",
      ).choices(["proceed", "hold", "fail"]),
    )
    .option("--stale-after <duration>", "how long that is, such as 10s (default: 10s)", durationMs);
}

/**
 * What these options ask for.
 *
 * @throws TypeError where the agent would be guessed on a gateway of somebody else's: its signals would go elsewhere.
 */
export function connectionOf(args: ConnectionArguments): Connection {
  const endpoint = given(args.gateway) ?? DEFAULT_ENDPOINT;
  checkEndpoint(endpoint);
  const token = given(args.token);
  const { whenStale, staleAfter } = args;
  return {
    endpoint,
    options: {
      ...identityOf(args, endpoint),
      ...(token === undefined ? {} : { credentialToken: token }),
      ...(args.allowInsecure ? { allowInsecure: true } : {}),
      reconnect: args.reconnect && RECONNECT,
      ...((whenStale ?? staleAfter) === undefined
        ? {}
        : { whenStale: { then: whenStale ?? "proceed", graceMs: staleAfter ?? DEFAULT_STALE_AFTER_MS } }),
    },
  };
}

function identityOf({ agent, team, org }: ConnectionArguments, endpoint: string): AgentIdentity {
  const agentId = given(agent);
  if (agentId !== undefined) return { orgId: org ?? "", teamId: team ?? "", agentId };
  if (agent !== undefined || !isLoopback(endpoint)) {
    throw new TypeError(
      "agentId must be a non-empty string: --agent (or AA_GATEWAY_AGENT_ID) says which agent to be, and the gateway " +
        "sends to that one only",
    );
  }
  return { ...DEMO_AGENT, ...(org && { orgId: org }), ...(team && { teamId: team }) };
}
