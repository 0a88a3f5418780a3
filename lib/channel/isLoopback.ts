import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Whether a gRPC target never leaves this machine, so that plaintext to it is safe: `localhost`, `127.0.0.0/8`, `::1`
 * (with or without brackets, port and resolver scheme) and unix sockets.
 *
 * When in doubt, no: `127.0.0.1@example.com` and `localhost.example.com` are names of somebody else's, and what is not
 * exactly a scheme of grpc-js's is looked up as a name.
 *
 * @internal
 */
export function isLoopback(endpoint: string): boolean {
  if (endpoint.startsWith("unix:")) return true;
  const addresses = endpoint.replace(/^(dns:(\/\/\/)?|ipv[46]:)/, "");
  return addresses.split(",").every((address) => isLoopbackHost(hostOf(address)));
}

/** The host of `host`, `host:port`, `[host]`, `[host]:port` or a bare IPv6 address. */
function hostOf(address: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(address);
  if (bracketed) return bracketed[1] ?? "";
  return isIP(address) === 6 ? address : address.replace(/:\d+$/, "");
}

function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === "localhost";
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}
