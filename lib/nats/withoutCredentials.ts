import type { NodeConnectionOptions } from "@nats-io/transport-node";
import { withoutSecret } from "../channel/withoutSecret.js";
import { printable } from "../printable.js";

/**
 * An error of an attempt, safe to show: a server that repeats what it was sent is not repeated.
 *
 * @internal
 */
export function withoutCredentials(
  error: unknown,
  { pass, token }: Pick<NodeConnectionOptions, "pass" | "token">,
): Error {
  const secrets = [pass, token].filter((secret) => secret !== undefined && secret !== "") as string[];
  const clean = (text: string): string => secrets.reduce(withoutSecret, text);
  const isClean = (given: unknown): boolean =>
    !(given instanceof Error) ||
    ([given.message, given.stack ?? ""].every((text) => clean(text) === text) && isClean(given.cause));
  if (error instanceof Error && isClean(error)) return error;
  // Not the one that has it in its stack and in its causes as well.
  return new Error(printable(error instanceof Error ? clean(error.message) : "what was thrown is no error"));
}
