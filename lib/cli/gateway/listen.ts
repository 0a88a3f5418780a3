import { check } from "../../check.js";
import { AssemblyError } from "../../errors.js";
import { checkServers } from "../../nats/checkServers.js";
import { describeError } from "../../printable.js";
import { DevGateway } from "../../testing/DevGateway.js";
import { API_KEY_VARIABLE } from "../api/apiOptions.js";
import { given } from "../given.js";
import { readTokens } from "./readTokens.js";

/** What only a bus needs, and need not be there. */
const NATS_PACKAGES = ["@nats-io/transport-node", "@nats-io/jetstream"];

/** Where a gateway is to listen, and for whom. */
export interface ListenArguments {
  readonly host: string;
  readonly port: number;
  readonly apiPort: number;
  /** A file. */
  readonly tokens?: string;
  /** The servers of a bus, with commas in between. */
  readonly nats?: string;
}

/**
 * Starts a gateway with its REST API; that one requires the key of the environment, if there is one.
 *
 * @throws TypeError for wrong options, and an Error that says who cannot listen where or that the bus is of no use, and why.
 */
export async function listen({ host, port, apiPort, tokens: file, nats }: ListenArguments): Promise<DevGateway> {
  check(port === 0 || port !== apiPort, "--api-port", "another port than --port");
  const apiKey = given(process.env[API_KEY_VARIABLE]);
  check(apiKey === undefined || /^[!-~]+$/.test(apiKey), API_KEY_VARIABLE, "a line of ASCII without blanks");
  const tokens = file === undefined ? {} : { tokens: await readTokens(file) };
  const servers = serversOf(nats);
  if (servers) checkServers("--nats", servers);
  const rest = { host, port: apiPort, ...(apiKey === undefined ? {} : { apiKey }) };
  try {
    return await DevGateway.start({ host, port, ...tokens, rest, ...(servers && { nats: servers }) });
  } catch (error) {
    throw new Error(failureText(error, { host, port, apiPort }), { cause: error });
  }
}

/** Several are told apart by commas. */
export function serversOf(nats: string | undefined): readonly string[] | undefined {
  return given(nats)
    ?.split(",")
    .map((server) => server.trim());
}

function failureText(error: unknown, { host, port, apiPort }: ListenArguments): string {
  if (error instanceof AssemblyError) {
    return isMissing(error.cause)
      ? `--nats needs two more packages: npm install ${NATS_PACKAGES.join(" ")}`
      : error.message;
  }
  // Of the two only Node's own says which call it was; grpc-js quotes it.
  const isRest = error instanceof Error && "syscall" in error;
  const [what, at, option] = isRest ? ["the REST API", apiPort, "--api-port"] : ["gRPC", port, "--port"];
  const text = describeError(error);
  const why = text.includes("EADDRINUSE") ? `another program listens there; ${option} takes another port` : text;
  return `${what} cannot listen on port ${at} of ${host}: ${why}`;
}

function isMissing(error: unknown): boolean {
  const { code, message = "" } = error as { readonly code?: unknown; readonly message?: string };
  return code === "ERR_MODULE_NOT_FOUND" && NATS_PACKAGES.some((name) => message.includes(name));
}
