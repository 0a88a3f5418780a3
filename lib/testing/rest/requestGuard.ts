import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { isSecret } from "../../isSecret.js";
import { problem } from "./problem.js";

/** Who may ask. */
interface Guard {
  /** The name or address that is listened on. */
  readonly host: string;
  /** The bearer key that is required, if any is. */
  readonly apiKey: string | undefined;
}

/** Answers a request that must not be served; undefined where it may be. */
export type RequestGuard = (headers: IncomingHttpHeaders) => Response | undefined;

/**
 * Keeps the operator's buttons from everyone else: from a web page of another site, whose browser says so in `Origin`;
 * from one whose own name was made to point here (DNS rebinding), which `Host` tells; and from whoever has no key.
 *
 * @internal
 */
export function requestGuard({ host: ownHost, apiKey }: Guard): RequestGuard {
  const isKey = apiKey === undefined ? undefined : isSecret(apiKey);
  return ({ host = "", origin, authorization = "" }) => {
    if (!isOwnName(host, ownHost)) {
      return problem(403, "The Host header must name an IP address, localhost or the host that is listened on");
    }
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      return problem(403, "Requests from web pages of another origin are refused");
    }
    if (isKey && !isKey(/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "")) {
      return problem(401, "A valid API key is required", { "www-authenticate": "Bearer" });
    }
    return undefined;
  };
}

/** An address cannot be made to point elsewhere, and `localhost` is resolved by no name server. */
function isOwnName(hostAndPort: string, ownHost: string): boolean {
  const host = hostAndPort.toLowerCase().replace(/:\d+$/, "");
  const address = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  return isIP(address) !== 0 || host === "localhost" || host === ownHost.toLowerCase();
}
