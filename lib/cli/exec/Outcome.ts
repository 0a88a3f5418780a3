/** How a process ended, or how we are to end: with an exit code, or by a signal. */
export type Outcome = { readonly exitCode: number } | { readonly signal: NodeJS.Signals };
