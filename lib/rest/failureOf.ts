/**
 * Why a server could not be asked, without what it sent: the errors of Node's parser carry that along, and a server may
 * repeat a key.
 *
 * @internal
 */
export function failureOf(error: unknown, clean: (text: string) => string): Error {
  const { code } = Object(error) as { readonly code?: unknown };
  const message = String(code).startsWith("HPE_")
    ? "it does not speak HTTP/1.1 (nor does the gateway's port for agents)"
    : clean(reasonOf(error));
  return Object.assign(new Error(message), typeof code === "string" ? { code } : {});
}

/** Of a name with several addresses, each has a reason of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message || error.name : String(error);
}
