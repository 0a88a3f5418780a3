import type { Observable } from "rxjs";
import type { Diagnostic } from "../Diagnostic.js";
import type { ChannelStatus } from "./ChannelStatus.js";

/** What a source of signals has to tell: how its channel is doing, and each message in the order of arrival. */
export type ChannelEvent =
  | { readonly type: "status"; readonly status: ChannelStatus }
  /** Not yet looked at: what the message says, and whether it is a signal at all, is for the core to find. */
  | { readonly type: "message"; readonly message: unknown }
  /** Something worth knowing that changed no op. */
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic };

/**
 * Where signals come from: the seam between the subscriber and gRPC, a marble diagram or a message bus.
 *
 * Cold: it connects on subscription and lets go on unsubscription. It never gives up a paused or terminated op, it only
 * reports. An error means that it has failed for good, completion that the other side has closed it in order; a source
 * that reconnects does so within and says so by its statuses.
 */
export type SignalSource = Observable<ChannelEvent>;
