/**
 * An error of commander's without what it repeats of the command line beyond the name of an option: a misspelt
 * `--token=…` or `-t…` is quoted as a whole otherwise, and so is one that was taken for another option's value.
 */
export function withoutValues(text: string): string {
  return text.replace(/((?:unknown (?:option|command)|argument) )'(.*)'/s, (_all, what: string, quoted: string) => {
    const name = nameIn(quoted);
    return `${what}'${name}${name === quoted ? "" : "…"}'`;
  });
}

/** `--token` of `--tokenSECRET`, `--tok` of `--tok=SECRET` and `--tokSECRET`, `-t` of `-tSECRET`; else all before a `=`. */
function nameIn(quoted: string): string {
  const [name = ""] = /^-+token/i.exec(quoted) ?? /^--[A-Z]*[a-z-]*|^-[^-]|^[^-][^=]*/.exec(quoted) ?? [];
  return name;
}
