const PLACEHOLDER = "[credential token]";

const CHARACTER = /./gs;
const CHARACTER_OR_ESCAPE = /%[0-9a-f]{2}|./gis;

/**
 * A peer's text with a secret replaced that it repeats: as it is, in another case, or escaped as in a URL, wholly or
 * where some encoder sees need.
 *
 * No regular expression of the secret: of one of 8,000 characters the engine throws, at a length that nobody promises.
 *
 * @internal
 */
export function withoutSecret(text: string, secret: string): string {
  return around(secret, text, CHARACTER)
    .flatMap((part) => around(secret, part, CHARACTER_OR_ESCAPE))
    .join(PLACEHOLDER);
}

/** The parts of a text that a secret stands between. */
function around(secret: string, text: string, unit: RegExp): string[] {
  const sought = inLowerCase(secret);
  // Unit by unit, so that what is found is at the same place in both.
  const units = text.match(unit) ?? [];
  const plain = units.map((unit) => inLowerCase(unescaped(unit))).join("");
  const parts: string[] = [];
  let from = 0;
  for (let at = plain.indexOf(sought); at >= 0; at = plain.indexOf(sought, from)) {
    parts.push(units.slice(from, at).join(""));
    from = at + sought.length;
  }
  return [...parts, units.slice(from).join("")];
}

function unescaped(unit: string): string {
  return unit.length === 1 ? unit : String.fromCharCode(parseInt(unit.slice(1), 16));
}

/** Of ASCII only, as a secret is: in other alphabets a letter may become two. */
function inLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
