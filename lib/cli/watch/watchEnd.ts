import { asapScheduler, defer, mergeMap, type Observable, observeOn, take } from "rxjs";
import { ExitCode } from "../ExitCode.js";
import { isEnd, type WatchEvent } from "./WatchEvent.js";

/**
 * With which exit code watching ends of its own accord: when the channel is over, for nobody can tell anything any
 * more, and when all of the ops that were asked for are terminated, for that is final.
 *
 * Not before all is told that belongs to it: the signal that has terminated the last of them comes after its status.
 */
export function watchEnd(events$: Observable<WatchEvent>, opIds: readonly string[]): Observable<ExitCode> {
  return defer(() => {
    const left = new Set(opIds);
    return events$.pipe(
      mergeMap((event): ExitCode[] => {
        if (isEnd(event)) return [ExitCode.channelFailed];
        const isLast =
          event.type === "status" && event.state === "terminated" && left.delete(event.opId) && left.size === 0;
        return isLast ? [ExitCode.opTerminated] : [];
      }),
      take(1),
      observeOn(asapScheduler),
    );
  });
}
