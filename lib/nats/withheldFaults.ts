import type { Authenticator, NodeConnectionOptions } from "@nats-io/transport-node";

/**
 * Credentials whose faults can be shown: what an authenticator throws may have them in it.
 *
 * @internal
 */
export function withheldFaults<T extends Pick<NodeConnectionOptions, "authenticator">>(options: T): T {
  const { authenticator } = options;
  if (authenticator === undefined) return options;
  return { ...options, authenticator: [authenticator].flat().map(withheldFault) };
}

function withheldFault(authenticator: Authenticator): Authenticator {
  return (nonce) => {
    try {
      return authenticator(nonce);
    } catch {
      throw new Error("the authenticator has failed; its error is withheld, since it may be secret");
    }
  };
}
