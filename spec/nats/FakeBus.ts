import type { NatsConnection, Status } from "@nats-io/transport-node";
import { Iterator } from "./Iterator.js";

/** A connection that says what a spec has it say. */
export class FakeBus {
  readonly #listeners = new Set<Iterator<Status>>();
  /** What becomes of the next question whether it is there. */
  rtt: () => Promise<number> = () => Promise.resolve(1);
  #isClosed = false;

  /** As those who are given one see it. */
  get connection(): NatsConnection {
    return this as unknown as NatsConnection;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  status(): AsyncIterable<Status> {
    const statuses = new Iterator<Status>(() => this.#listeners.delete(statuses));
    this.#listeners.add(statuses);
    return statuses;
  }

  /** Only an agent that is subscribed to uses it. */
  subscribe(): never {
    throw new Error("nobody subscribes to a fake");
  }

  say(status: Status): void {
    for (const listener of this.#listeners) listener.push(status);
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.say({ type: "close" });
    for (const listener of this.#listeners) listener.stop();
  }
}
