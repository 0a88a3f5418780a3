import dns from "node:dns";
import { setImmediate as nextTurn } from "node:timers/promises";

const { promises } = dns;
const lookup = promises.lookup;

const known = new Map<string, boolean>();
let names = 0;

/** A name of this machine that is known to nobody else, and can be forgotten. */
export interface ForgettableName extends AsyncDisposable {
  readonly host: string;
  readonly forget: () => void;
  readonly remember: () => void;
}

/**
 * What the resolver says of our own names is made up: a real one may take many seconds to say that a name is not known,
 * and holds up the file system meanwhile, with which it shares its threads.
 */
export function nameThatResolves(): ForgettableName {
  const host = `host-${++names}.invalid`;
  known.set(host, true);
  promises.lookup = lookUp as typeof lookup;
  return {
    host,
    forget: () => known.set(host, false),
    remember: () => known.set(host, true),
    [Symbol.asyncDispose]: () => {
      known.delete(host);
      if (known.size === 0) promises.lookup = lookup;
      return Promise.resolve();
    },
  };
}

async function lookUp(host: string, options: dns.LookupAllOptions): Promise<dns.LookupAddress[]> {
  const isKnown = known.get(host);
  if (isKnown === undefined) return await lookup(host, options);
  await nextTurn();
  if (isKnown) return [{ address: "127.0.0.1", family: 4 }];
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND", syscall: "getaddrinfo" });
}
