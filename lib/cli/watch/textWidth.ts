const graphemes = new Intl.Segmenter();

const ASCII = /^[\u0020-\u007e]*$/;
const INVISIBLE = /^[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]+$/u;
// What Unicode calls East Asian wide or fullwidth, by its blocks, and what is shown as a picture.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** How many columns of a terminal a printable text takes; no two terminals agree on every picture. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return characters(text).reduce((sum, character) => sum + characterWidth(character), 0);
}

/** The text within so many columns: what is too long loses its end. */
export function cutEnd(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  return columns < 1 ? "" : `${take(characters(text), columns - 1)}…`;
}

/** The text within so many columns: what is too long loses its middle, for ids of one trace differ at their ends. */
export function cutMiddle(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return "";
  const all = characters(text);
  const end = take([...all].reverse(), Math.floor((columns - 1) / 2));
  return `${take(all, columns - 1 - textWidth(end))}…${characters(end).reverse().join("")}`;
}

function characters(text: string): string[] {
  return ASCII.test(text) ? text.split("") : Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function characterWidth(character: string): number {
  if (WIDE.test(character)) return 2;
  return INVISIBLE.test(character) ? 0 : 1;
}

/** As many of the first characters as have room. */
function take(all: readonly string[], columns: number): string {
  let taken = "";
  let width = 0;
  for (const character of all) {
    width += characterWidth(character);
    if (width > columns) break;
    taken += character;
  }
  return taken;
}
