/** How many timers keep the process going, mocha's own included. */
export function pendingTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
