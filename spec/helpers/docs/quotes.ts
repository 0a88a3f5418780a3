/** The text with every run of blanks as one: a page breaks its lines where it likes. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** What a page quotes as a pattern: an ellipsis stands for whatever is put in there. */
export function patternOf(quoted: string): string {
  return oneLine(quoted).split("…").map(literally).join("[^]*?");
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
