import { fromEvent, map, merge, type Observable } from "rxjs";

const passedOn = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

/** A signal that is meant for whom we govern. */
export type PassedOn = (typeof passedOn)[number];

/** The signals that we are sent; while this is subscribed they do to us nothing else. */
export function signalsToUs(): Observable<PassedOn> {
  return merge(...passedOn.map((signal) => fromEvent(process, signal).pipe(map(() => signal))));
}

/** Whether a signal asks whoever gets it to end, after a clean-up. */
export function asksToEnd(signal: PassedOn): signal is "SIGTERM" | "SIGHUP" {
  return signal === "SIGTERM" || signal === "SIGHUP";
}
