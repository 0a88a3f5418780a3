import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether a text is the secret; how much of it is right cannot be told from how long that takes.
 *
 * @internal
 */
export function isSecret(secret: string): (text: string) => boolean {
  const expected = digest(secret);
  return (text) => timingSafeEqual(digest(text), expected);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
