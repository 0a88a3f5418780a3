/** One line of NDJSON. A bigint is a string, as in the JSON of protobuf: no reader loses digits of it. */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  // As JSON may say them anyway, these would move a terminal's cursor or break lines for a reader that splits on them.
  return `${text.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escaped)}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
