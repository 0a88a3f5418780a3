import { interval, type Observable, Subject, Subscription } from "rxjs";
import { jsonLine } from "../jsonLine.js";
import { rethrow } from "../rethrow.js";
import type { BoardModel } from "./BoardModel.js";

/** What is sent to a page, as an event of an `EventSource`. */
type EventName = "snapshot" | "changes" | "beat";

/** Often enough to look live; what comes in between is sent together. */
const BATCH_MS = 80;

/** A page that has heard nothing for a few of these knows that it is looking at the past. */
const BEAT_MS = 1_000;

/** The model as server-sent events: changes in batches, and a beat that tells that there were none. */
export class BoardFeed {
  readonly #model: Pick<BoardModel, "snapshot" | "takeChanges">;
  readonly #events$ = new Subject<Uint8Array>();
  readonly #subscription = new Subscription();

  constructor(model: Pick<BoardModel, "snapshot" | "takeChanges">) {
    this.#model = model;
    const flush = (): void => {
      this.#flush();
    };
    const beat = (): void => {
      this.#events$.next(serverSentEvent("beat", { now: Date.now() }));
    };
    this.#subscription.add(interval(BATCH_MS).subscribe({ next: flush, error: rethrow }));
    this.#subscription.add(interval(BEAT_MS).subscribe({ next: beat, error: rethrow }));
  }

  /** All that follows a snapshot, for whoever listens from the moment it was made. */
  get events$(): Observable<Uint8Array> {
    return this.#events$.asObservable();
  }

  /** Everything there is now. What others have not been sent yet is sent to them first, for it is in here. */
  snapshot(): Uint8Array {
    this.#flush();
    return serverSentEvent("snapshot", this.#model.snapshot());
  }

  /** Sends what is left, and ends. */
  close(): void {
    this.#flush();
    this.#subscription.unsubscribe();
    this.#events$.complete();
  }

  #flush(): void {
    const changes = this.#model.takeChanges();
    if (changes) this.#events$.next(serverSentEvent("changes", changes));
  }
}

const encoder = new TextEncoder();

function serverSentEvent(name: EventName, data: object): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${jsonLine(data)}\n`);
}
