import type { Consumer, ConsumerNotification, JsMsg } from "@nats-io/jetstream";
import { Iterator } from "./Iterator.js";

/** What an agent asks of it when it asks for messages. */
interface Asked {
  readonly callback: (message: JsMsg) => void;
  readonly idle_heartbeat: number;
  readonly expires: number;
}

/** A consumer that delivers what a spec has it deliver. */
export class FakeConsumer {
  asked: Asked | undefined;
  isDeleted = false;
  isOver = false;
  /** What the bus knows of it, when it is asked. */
  known = { num_pending: 1, delivered: { consumer_seq: 0 } };
  readonly #notifications = new Iterator<ConsumerNotification>();
  #end: (error: Error | undefined) => void = () => undefined;

  /** As those who are given one see it. */
  get consumer(): Consumer {
    return this as unknown as Consumer;
  }

  consume(asked: Asked): Promise<unknown> {
    this.asked = asked;
    const closed = new Promise((resolve) => (this.#end = resolve));
    return Promise.resolve({
      status: () => this.#notifications,
      closed: () => closed,
      close: () => {
        this.isOver = true;
        this.end();
        return closed;
      },
    });
  }

  info(): Promise<unknown> {
    return Promise.resolve(this.known);
  }

  delete(): Promise<boolean> {
    this.isDeleted = true;
    return Promise.resolve(true);
  }

  deliver(seq: number, deliverySequence: number, pending = 9): void {
    this.asked?.callback({ seq, timestampNanos: BigInt(seq), info: { deliverySequence, pending } } as unknown as JsMsg);
  }

  notify(notification: ConsumerNotification): void {
    this.#notifications.push(notification);
  }

  end(error?: Error): void {
    this.#notifications.stop();
    this.#end(error);
  }
}
