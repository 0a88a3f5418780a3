import type { Server, ServerCredentials } from "@grpc/grpc-js";
import type { DevGatewayOptions } from "./DevGatewayOptions.js";

/** Where a server listens. */
export interface Bound {
  readonly endpoint: string;
  readonly port: number;
}

/**
 * Lets a server listen; rejects where it cannot.
 *
 * @internal
 */
export async function bind(
  server: Server,
  { host = "127.0.0.1", port = 0, address }: Pick<DevGatewayOptions, "host" | "port" | "address">,
  credentials: ServerCredentials,
): Promise<Bound> {
  const at = (boundPort: number) => address ?? (host.includes(":") ? `[${host}]:${boundPort}` : `${host}:${boundPort}`);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(at(port), credentials, (error, boundPort) => {
      if (error) reject(error);
      else resolve(boundPort);
    });
  });
  return { endpoint: at(bound), port: address === undefined ? bound : 0 };
}
