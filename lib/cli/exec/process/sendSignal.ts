/** Sends a signal to a process or, by a negative number, to a group; says what came of it. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): "sent" | "gone" | "forbidden" {
  try {
    process.kill(pid, signal);
    return "sent";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "forbidden" : "gone";
  }
}
