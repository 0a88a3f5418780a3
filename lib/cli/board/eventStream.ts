import { Subscription } from "rxjs";
import { rethrow } from "../rethrow.js";
import type { BoardFeed } from "./BoardFeed.js";

/** So much waits for a page at most, besides a snapshot. */
const MOST_WAITING_BYTES = 256 * 1024;

const encoder = new TextEncoder();

/** An `EventSource` that has lost us tries again after so long. */
const RETRY = encoder.encode("retry: 1000\n\n");

/**
 * A page's own stream: a snapshot, then what changes. A page that is too slow for that is sent no changes that would
 * pile up, but a new snapshot when it has caught up.
 *
 * @param onEnd Called once, when either side has ended it.
 */
export function eventStream(
  feed: Pick<BoardFeed, "events$" | "snapshot">,
  onEnd: () => void = () => undefined,
): ReadableStream<Uint8Array> {
  const subscription = new Subscription(onEnd);
  let isBehind = true;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(RETRY);
        subscription.add(
          feed.events$.subscribe({
            next: (event) => {
              isBehind ||= (controller.desiredSize ?? 0) <= 0;
              if (!isBehind) controller.enqueue(event);
            },
            complete: () => {
              controller.close();
              subscription.unsubscribe();
            },
            error: rethrow,
          }),
        );
      },
      pull(controller) {
        if (!isBehind) return;
        const snapshot = feed.snapshot();
        isBehind = false;
        controller.enqueue(snapshot);
      },
      cancel() {
        subscription.unsubscribe();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  );
}
