import { isIPv6 } from "node:net";
import { check } from "../check.js";

/**
 * Refuses what is not one address of a NATS server or several.
 *
 * @internal
 */
export function checkServers(name: string, servers: unknown): asserts servers is string | readonly string[] {
  const addresses: readonly unknown[] = [servers].flat();
  check(
    addresses.length > 0 && addresses.every(isAddress),
    name,
    'a "host:port" without "user:password@" or other parts, or a list of such',
  );
}

/** NATS leaves out what stands before an "@", which would then be somebody without credentials. */
function isAddress(value: unknown): value is string {
  if (typeof value !== "string" || !/^((nats|tls):\/\/)?[^\s/@?#]+$/i.test(value)) return false;
  const host = value.replace(/^\w+:\/\//, "");
  return isIPv6(host) || URL.canParse(`nats://${host}`);
}
