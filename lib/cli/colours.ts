import picocolors from "picocolors";

/** The means to colour a text, or to leave it as it is. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours where somebody looks: on a terminal, unless NO_COLOR is set. FORCE_COLOR wants them anywhere. */
export function coloursFor(out: { readonly isTTY?: boolean }): Colours {
  const { NO_COLOR = "", FORCE_COLOR = "" } = process.env;
  if (NO_COLOR !== "") return picocolors.createColors(false);
  return picocolors.createColors((FORCE_COLOR !== "" && FORCE_COLOR !== "0") || out.isTTY === true);
}
