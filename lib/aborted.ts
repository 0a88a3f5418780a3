import { Observable } from "rxjs";
import { listenForAbort } from "./listenForAbort.js";

/**
 * Emits the reason once the signal is aborted, at once if it is already, and completes; its listener goes with it.
 *
 * @internal
 */
export function aborted(signal: AbortSignal): Observable<unknown> {
  return new Observable((subscriber) => {
    const tell = (): void => {
      subscriber.next(signal.reason);
      subscriber.complete();
    };
    if (signal.aborted) tell();
    else subscriber.add(listenForAbort(signal, tell));
  });
}
