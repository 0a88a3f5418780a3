import { Metadata, status } from "@grpc/grpc-js";
import { Observable, type Subscriber } from "rxjs";
import type { Refusal } from "../../lib/channel/refusalIn.js";
import type { StreamAttempt, StreamEvent } from "../../lib/channel/StreamAttempt.js";
import type { VirtualTime } from "./VirtualTime.js";

/** No message is under way for longer; well within the time that two streams overlap. */
export const MAX_LAG_MS = 400;

/** What an attempt takes at most. */
export const CONNECT_TIMEOUT_MS = 1_000;

/** What goes wrong with a stream, and what the gateway means by it. The texts are as unprintable as a peer may send. */
const faults = {
  unauthenticated: { refusal: "unauthenticated", code: status.UNAUTHENTICATED, contentType: "application/grpc" },
  denied: { refusal: "misconfigured", code: status.PERMISSION_DENIED, contentType: "application/grpc+proto" },
  // A proxy's page with a 403, as grpc-js tells of it.
  page: { refusal: undefined, code: status.PERMISSION_DENIED, contentType: "text/html" },
  unavailable: { refusal: undefined, code: status.UNAVAILABLE, contentType: undefined },
  odd: { refusal: undefined, code: undefined, contentType: undefined },
} as const satisfies Record<string, { refusal: Refusal; code: status | undefined; contentType: string | undefined }>;

export type Fault = keyof typeof faults;
export const FAULTS = Object.keys(faults) as Fault[];

/** What the gateway means by a stream's end. */
export function refusalBy(fault: Fault | undefined): Refusal {
  return fault && faults[fault].refusal;
}

function errorOf(fault: Fault): Error {
  const { code, contentType } = faults[fault];
  const metadata = new Metadata();
  if (contentType !== undefined) metadata.set("content-type", contentType);
  return Object.assign(new Error(`\u001b[31m${fault}\r\n\u202e`), { code, metadata });
}

/**
 * What became of a message on one of the streams that the gateway wrote it to: it is under way, has arrived, was lost
 * with the connection, or would have arrived if we had not let the stream go.
 */
type Fate = "underWay" | "arrived" | "lost" | "letGo";

/** A message that the gateway sent, and its fate on every stream that was subscribed on the gateway at that moment. */
export interface Sent {
  /** Its place among all that was sent. */
  readonly index: number;
  readonly message: unknown;
  readonly fates: Map<FakeStream, Fate>;
}

/** What is told of each attempt: that we make it, and what we are about to be told of it. */
interface Witness {
  begin(stream: FakeStream): void;
  drain(stream: FakeStream): void;
  end(stream: FakeStream, fault: Fault | undefined): void;
}

/**
 * A gateway and the network to it, which a spec plays by hand in virtual time: each subscription of `attempt$` is one
 * attempt to have a stream.
 *
 * What a stream carries is in order and late by the stream's own lag. What the gateway wrote before it ended a stream
 * (in order or with an error) still arrives, and the end after it. What is under way on a connection that is cut is lost,
 * and so is, on either, what is sent until the agent hears of the end.
 */
export class FakeTransport {
  readonly attempt$: StreamAttempt = new Observable((subscriber) => this.#open(subscriber));
  readonly sent: Sent[] = [];
  /** All streams that are subscribed by us, from the attempt on, the oldest first. */
  readonly ours: FakeStream[] = [];
  /** How much of it is scheduled. */
  pending = 0;
  /** How long the gateway takes to answer an attempt. */
  answersAfterMs = 0;
  /** What looks on. */
  witness: Witness | undefined;
  readonly #answers: (Fault | "hang")[] = [];
  #isUp = true;

  constructor(readonly time: VirtualTime) {}

  send(message: unknown): void {
    const sent: Sent = { index: this.sent.length, message, fates: new Map() };
    this.sent.push(sent);
    for (const stream of this.ours) stream.carry(sent);
  }

  goDown(): void {
    this.#isUp = false;
    for (const stream of [...this.ours]) stream.cut("unavailable");
  }

  comeUp(): void {
    this.#isUp = true;
  }

  /** The next attempts come to nothing in that way. */
  answerNext(times: number, answer: Fault | "hang"): void {
    for (let time = 0; time < times; time++) this.#answers.push(answer);
  }

  /** From here on all goes well. */
  heal(): void {
    this.comeUp();
    this.#answers.length = 0;
    this.answersAfterMs = 0;
    for (const stream of this.ours) stream.lagMs = 0;
  }

  later(act: () => void, delayMs: number): void {
    this.pending++;
    this.time.schedule(() => {
      this.pending--;
      act();
    }, delayMs);
  }

  #open(subscriber: Subscriber<StreamEvent>): () => void {
    const stream = new FakeStream(this, subscriber);
    this.ours.push(stream);
    this.witness?.begin(stream);
    const answer = this.#answers.shift();
    this.later(() => stream.giveUp(), CONNECT_TIMEOUT_MS);
    if (answer !== "hang") {
      this.later(() => {
        if (answer !== undefined) stream.end(answer);
        else if (this.#isUp) stream.accept();
        else stream.cut("unavailable");
      }, this.answersAfterMs);
    }
    return () => {
      this.ours.splice(this.ours.indexOf(stream), 1);
      stream.letGo();
    };
  }
}

export class FakeStream {
  lagMs = 0;
  /** Since when we know that it is live. */
  liveSince: number | undefined;
  /** How much had been sent when the gateway subscribed us by it. */
  acceptedAt = 0;
  /** Whether the gateway has us subscribed by it. */
  isSubscribed = false;
  readonly #transport: FakeTransport;
  readonly #subscriber: Subscriber<StreamEvent>;
  readonly #underWay = new Set<Sent>();
  readonly #queue: (() => void)[] = [];
  #lastArrival = 0;
  #isCut = false;
  #isEnded = false;

  constructor(transport: FakeTransport, subscriber: Subscriber<StreamEvent>) {
    this.#transport = transport;
    this.#subscriber = subscriber;
  }

  get isLive(): boolean {
    return this.liveSince !== undefined;
  }

  accept(): void {
    if (this.#isCut || this.#isEnded || this.#subscriber.closed) return;
    this.isSubscribed = true;
    this.acceptedAt = this.#transport.sent.length;
    this.#arrive(() => {
      this.liveSince = this.#transport.time.now;
      this.#subscriber.next({ type: "live" });
    });
  }

  carry(sent: Sent): void {
    if (!this.isSubscribed) return;
    if (this.#isCut || this.#isEnded) {
      sent.fates.set(this, "lost");
      return;
    }
    this.#underWay.add(sent);
    sent.fates.set(this, "underWay");
    this.#arrive(() => {
      this.#underWay.delete(sent);
      sent.fates.set(this, "arrived");
      this.#subscriber.next({ type: "message", message: sent.message });
    });
  }

  /** The channel's state tells, beside the stream. */
  drain(): void {
    if (!this.isLive || this.#isCut) return;
    this.#transport.witness?.drain(this);
    this.#subscriber.next({ type: "draining" });
  }

  /** The gateway ends it, in order or with an error. */
  end(fault?: Fault): void {
    if (this.#isCut || this.#isEnded) return;
    this.#isEnded = true;
    this.#arrive(() => this.#tellEnd(fault));
  }

  /** The connection is cut, of which we hear later. */
  cut(fault: Fault, heardAfterMs = 0): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#settle("lost");
    if (heardAfterMs === 0) this.#tellEnd(fault);
    else this.#transport.later(() => this.#tellEnd(fault), heardAfterMs);
  }

  giveUp(): void {
    if (!this.isLive) this.cut("odd");
  }

  letGo(): void {
    this.isSubscribed = false;
    this.#settle("letGo");
  }

  #settle(fate: Fate): void {
    for (const sent of this.#underWay) sent.fates.set(this, fate);
    this.#underWay.clear();
  }

  #tellEnd(fault: Fault | undefined): void {
    if (this.#subscriber.closed) return;
    this.#transport.witness?.end(this, fault);
    if (fault === undefined) this.#subscriber.complete();
    else this.#subscriber.error(errorOf(fault));
  }

  /** In the order of what was written to it, and no sooner than the lag has it. */
  #arrive(act: () => void): void {
    const { time } = this.#transport;
    this.#lastArrival = Math.max(this.#lastArrival, time.now + this.lagMs);
    this.#queue.push(act);
    this.#transport.later(() => {
      const next = this.#queue.shift()!;
      if (!this.#isCut && !this.#subscriber.closed) next();
    }, this.#lastArrival - time.now);
  }
}
