import type { Observable } from "rxjs";

/** What comes of one attempt to have a stream, until that stream ends. */
export type StreamEvent =
  /** The gateway has us subscribed. */
  | { readonly type: "live" }
  /** The gateway is about to go, and takes no new streams on this connection; this one goes on for now. */
  | { readonly type: "draining" }
  | { readonly type: "message"; readonly message: unknown };

/**
 * One attempt to have a stream of signals: cold, opened on subscription and let go on unsubscription. It completes when
 * the gateway ends the stream in order, and errors when it fails.
 */
export type StreamAttempt = Observable<StreamEvent>;
