import picocolors from "picocolors";

/** Colours where somebody looks: on a terminal, unless NO_COLOR is set. FORCE_COLOR wants them anywhere. */
export function coloursFor(out: { readonly isTTY?: boolean }): ReturnType<typeof picocolors.createColors> {
  const { NO_COLOR = "", FORCE_COLOR = "" } = process.env;
  if (NO_COLOR !== "") return picocolors.createColors(false);
  return picocolors.createColors((FORCE_COLOR !== "" && FORCE_COLOR !== "0") || out.isTTY === true);
}
