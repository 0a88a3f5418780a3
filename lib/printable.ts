/**
 * How much is shown of a text from outside.
 *
 * @internal
 */
export const MAX_LENGTH = 200;

// C0 and C1 controls, DEL, line and paragraph separators, and the bidirectional overrides that can reorder a log line.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from outside made safe to show: control characters are escaped and long text is cut.
 *
 * Op ids, `grpc-message` and whatever else a peer says may carry newlines and terminal escape codes.
 *
 * @internal
 */
export function printable(text: string, maxLength = MAX_LENGTH): string {
  // Not in the midst of a character that takes two units.
  const cut = text.length > maxLength ? `${text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, "")}…` : text;
  return cut.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * What an error of any kind says, made printable.
 *
 * @internal
 */
export function describeError(error: unknown): string {
  try {
    return printable(error instanceof Error ? error.message || error.name : String(error));
  } catch {
    return "something that cannot be shown";
  }
}
