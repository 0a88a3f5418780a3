import type { ServerCredentials } from "@grpc/grpc-js";
import type { AgentIdentity } from "../options.js";

/** How a {@link DevGateway} is set up. */
export interface DevGatewayOptions {
  /** Where it listens; `127.0.0.1` by default. */
  readonly host?: string;
  /** The port; by default one that is free. */
  readonly port?: number;
  /** A whole address instead of a host and a port: `unix:/path` for a Unix domain socket. */
  readonly address?: string;
  /** The credential tokens that are valid, each with the agent it was issued to. Without this none is asked for. */
  readonly tokens?: Readonly<Record<string, AgentIdentity>>;
  /** `false` for a gateway that has nothing to broadcast with and refuses subscribers with UNAVAILABLE. */
  readonly publisher?: boolean;
  /** How the server proves itself; plaintext by default. */
  readonly credentials?: ServerCredentials;
  /** The operator's REST API as well, in plaintext; `{}` for one on a free port. Without this there is none. */
  readonly rest?: RestOptions;
  /**
   * The NATS servers of a bus with JetStream, such as `127.0.0.1:4222`: what operators do is published there, and all that
   * is published there is relayed. Its stream is created where there is none. Needs `@nats-io/jetstream` and
   * `@nats-io/transport-node`.
   */
  readonly nats?: string | readonly string[];
}

/** Where the REST API of a {@link DevGateway} listens, and for whom. */
export interface RestOptions {
  /** Where it listens; `127.0.0.1` by default. */
  readonly host?: string;
  /** The port; by default one that is free. */
  readonly port?: number;
  /** The key that every request has to bring, as `Authorization: Bearer …`. Without this none is asked for. */
  readonly apiKey?: string;
}
