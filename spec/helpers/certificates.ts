import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testPair } from "./gateways.js";

/** A certificate and its private key. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const read = (name: string): Buffer => readFileSync(join(import.meta.dirname, `../fixtures/tls/test-only-${name}.pem`));

const pair = (name: string): KeyPair => ({ cert: read(`${name}-cert`), key: read(`${name}-key`) });

/** The authority that has signed every pair here. */
export const caCert = read("ca-cert");

/** What servers and clients prove themselves with. */
export const pairs = {
  /** A server's at localhost or 127.0.0.1. */
  server: pair("server"),
  /** The same, but it was valid in 2020 only. */
  expired: pair("expired"),
  /** A server's somewhere else. */
  wrongName: pair("wrong-name"),
  client: pair("client"),
} as const;

/** How a server proves itself; `mutual` where it asks its clients for a certificate of the same authority. */
export function serverTls(name: keyof typeof pairs = "server", { mutual = false } = {}): ServerCredentials {
  const { cert, key } = pairs[name];
  return ServerCredentials.createSsl(caCert, [{ cert_chain: cert, private_key: key }], mutual);
}

/** How an agent trusts and proves itself. */
export interface AgentTls {
  /** The authority of the pairs here by default, else one that has signed nothing. */
  readonly trusts?: "ours" | "another";
  /** Whether it has a certificate of its own. */
  readonly proves?: boolean;
}

/** What an agent connects with over TLS. */
export function agentTls({ trusts = "ours", proves = false }: AgentTls = {}): ChannelCredentials {
  const { cert, key } = pairs.client;
  return ChannelCredentials.createSsl(trusts === "ours" ? caCert : testPair.cert, ...(proves ? [key, cert] : []));
}
