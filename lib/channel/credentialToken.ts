import { Metadata } from "@grpc/grpc-js";

/** A credential token, or a function that fetches one; it is asked again before every attempt. */
export type CredentialToken = string | (() => string | PromiseLike<string>);

const HEADER = "x-aa-credential-token";

/** Visible ASCII, spaces within: what a header can carry. */
const SENDABLE = /^[!-~]([ -~]*[!-~])?$/;

/**
 * Whether a token can be sent at all.
 *
 * @internal
 */
export function isSendableToken(token: unknown): token is string {
  return typeof token === "string" && SENDABLE.test(token);
}

/**
 * The metadata of one attempt, with a token asked for it.
 *
 * Neither the token nor what its provider throws is ever part of an error: both may be secret.
 *
 * @internal
 */
export async function credentialMetadata(credentialToken: CredentialToken | undefined): Promise<Metadata> {
  const metadata = new Metadata();
  if (credentialToken !== undefined) metadata.set(HEADER, await askForToken(credentialToken));
  return metadata;
}

async function askForToken(credentialToken: CredentialToken): Promise<string> {
  if (typeof credentialToken === "string") return credentialToken;
  let token: unknown;
  try {
    token = await credentialToken();
  } catch {
    throw new Error("the credentialToken function threw; its error is withheld, since it may contain the token");
  }
  if (isSendableToken(token)) return token;
  throw new Error("the credentialToken function gave no token that can be sent (a non-empty line of ASCII)");
}

/**
 * The token that such metadata carries.
 *
 * @internal
 */
export function tokenIn(metadata: Metadata): string | undefined {
  return metadata.get(HEADER)[0]?.toString();
}
