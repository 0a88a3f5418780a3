import { check } from "../../check.js";
import { describeError } from "../../printable.js";
import { DevGateway } from "../../testing/DevGateway.js";
import { API_KEY_VARIABLE } from "../api/apiOptions.js";
import { given } from "../given.js";
import { readTokens } from "./readTokens.js";

/** Where a gateway is to listen, and for whom. */
export interface ListenArguments {
  readonly host: string;
  readonly port: number;
  readonly apiPort: number;
  /** A file. */
  readonly tokens?: string;
}

/**
 * Starts a gateway with its REST API; that one requires the key of the environment, if there is one.
 *
 * @throws TypeError for wrong options, and an Error that says who cannot listen where, and why.
 */
export async function listen({ host, port, apiPort, tokens: file }: ListenArguments): Promise<DevGateway> {
  check(port === 0 || port !== apiPort, "--api-port", "another port than --port");
  const apiKey = given(process.env[API_KEY_VARIABLE]);
  check(apiKey === undefined || /^[!-~]+$/.test(apiKey), API_KEY_VARIABLE, "a line of ASCII without blanks");
  const tokens = file === undefined ? {} : { tokens: await readTokens(file) };
  const rest = { host, port: apiPort, ...(apiKey === undefined ? {} : { apiKey }) };
  try {
    return await DevGateway.start({ host, port, ...tokens, rest });
  } catch (error) {
    throw new Error(failureText(error, { host, port, apiPort }), { cause: error });
  }
}

function failureText(error: unknown, { host, port, apiPort }: ListenArguments): string {
  // Of the two only Node's own says which call it was; grpc-js quotes it.
  const isRest = error instanceof Error && "syscall" in error;
  const [what, at, option] = isRest ? ["the REST API", apiPort, "--api-port"] : ["gRPC", port, "--port"];
  const text = describeError(error);
  const why = text.includes("EADDRINUSE") ? `another program listens there; ${option} takes another port` : text;
  return `${what} cannot listen on port ${at} of ${host}: ${why}`;
}
