import { isLoopback } from "../../channel/isLoopback.js";
import type { OpsClient } from "../../rest/OpsClient.js";
import { type ApiArguments, opsClientOf } from "../api/apiOptions.js";
import { given } from "../given.js";

/** Where the op is registered, so that operators see it. */
export interface Registration {
  readonly client: OpsClient;
  /** Whether somebody named it; a guess that is wrong is nobody's mistake. */
  readonly isNamed: boolean;
}

/**
 * The API server that is named, or the usual one where the gateway is on this machine.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function registrationOf(args: ApiArguments, gateway: string): Registration | undefined {
  if (given(args.api) !== undefined) return { client: opsClientOf(args), isNamed: true };
  if (!isLoopback(gateway)) return undefined;
  try {
    return { client: opsClientOf({}), isNamed: false };
  } catch {
    return undefined;
  }
}
