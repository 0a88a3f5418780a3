import type { Observable } from "rxjs";
import type { Diagnostic } from "../Diagnostic.js";

/** What comes of one attempt to have a stream, until that stream ends. */
export type StreamEvent =
  /** The gateway has us subscribed. */
  | { readonly type: "live" }
  /** The gateway is about to go, and takes no new streams on this connection; this one goes on for now. */
  | { readonly type: "draining" }
  | { readonly type: "message"; readonly message: unknown }
  /** Something worth knowing that changed no op. */
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic };

/**
 * One attempt to have a stream of signals: cold, opened on subscription and let go on unsubscription. It completes when
 * the gateway ends the stream in order, and errors when it fails.
 */
export type StreamAttempt = Observable<StreamEvent>;
