/** An empty option or variable of the environment counts as one that is not set. */
export function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
