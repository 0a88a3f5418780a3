import { printable } from "../../printable.js";

/** The gateway's signals carry ids of up to 1 KiB; what the API server lists may be longer. */
const MAX_LENGTH = 1_100;

// Format characters (zero width, marks and overrides of direction, tags), lone surrogates and private ones; and what is
// drawn as nothing though it is none of these.
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\u00a0]/gu;

/**
 * An op id to be shown on a page beside a button: two ids that differ look different, as far as characters that nobody
 * can see go.
 */
export function displayName(opId: string): string {
  return printable(opId, MAX_LENGTH).replace(INVISIBLE, escaped);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`;
}
