import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const fixtures = join(import.meta.dirname, "../../fixtures/tls");
const cert = readFileSync(join(fixtures, "test-only-cert.pem"));
const key = readFileSync(join(fixtures, "test-only-key.pem"));

/** The specs' own pair; not by way of their gateways, which take for granted that mocha runs. */
export const serverTls = ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
export const clientTls = ChannelCredentials.createSsl(cert);
