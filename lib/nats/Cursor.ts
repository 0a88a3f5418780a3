import type { JsMsg, StreamInfo } from "@nats-io/jetstream";

/** A message as the stream has it: no other has both. */
export interface Position {
  readonly sequence: number;
  /** When the stream took it in, in nanoseconds since the epoch. */
  readonly timestamp: bigint;
}

/**
 * How far a subscriber has come in the stream, by consumer, so that after an outage it gets what it has missed and
 * nothing twice.
 *
 * A stream can go back behind that: one that is deleted and made anew counts from 1 again, and one whose server went
 * down with its machine has lost what was not on the disk yet, and gives the same sequences to what comes next. So a
 * consumer begins with the very message that came last, where the stream is to have it still; if it is another one, all
 * is read anew.
 *
 * @internal
 */
export class Cursor {
  readonly #positions = new Map<string, Position>();
  #created: string | undefined;

  /** The last message of a consumer if the stream is to have it still, or undefined where it has to begin with the first. */
  positionIn({ created, state }: StreamInfo, consumer: string): Position | undefined {
    if (created !== this.#created) this.reset();
    this.#created = created;
    const position = this.#positions.get(consumer);
    // What has become too old is gone, and all that came after it has not been seen.
    return position && position.sequence >= state.first_seq ? position : undefined;
  }

  advance(consumer: string, message: JsMsg): void {
    this.#positions.set(consumer, positionOf(message));
  }

  /** The stream is not what it was. */
  reset(): void {
    this.#positions.clear();
  }
}

/** @internal */
export function positionOf({ seq: sequence, timestampNanos: timestamp }: JsMsg): Position {
  return { sequence, timestamp };
}

/** @internal */
export function isSamePosition(a: Position, b: Position): boolean {
  return a.sequence === b.sequence && a.timestamp === b.timestamp;
}
