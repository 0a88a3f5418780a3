import type { AgentIdentity } from "../../options.js";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { Diagnostic } from "../../Diagnostic.js";
import type { OpEvent } from "../../testing/rest/OpEvent.js";
import type { SentSignal } from "../../testing/SentSignal.js";

/** What there is to tell of a gateway. */
export type GatewayEvent =
  | OpEvent
  | Listening
  | { readonly type: "subscribed" | "left"; readonly agent: AgentIdentity }
  | { readonly type: "sent"; readonly sent: SentSignal }
  | { readonly type: "bus"; readonly status: ChannelStatus }
  | { readonly type: "refused"; readonly refused: RefusedEnvelope }
  | { readonly type: "closed" };

/** Where it listens, and what it asks for there. */
export interface Listening {
  readonly type: "listening";
  readonly endpoint: string;
  readonly asksForToken: boolean;
  readonly apiUrl: string;
  readonly asksForKey: boolean;
  /** The NATS servers of its bus, where it has one. */
  readonly nats?: readonly string[] | undefined;
}

/** What came on the bus and is for nobody. */
export type RefusedEnvelope = Extract<Diagnostic, { readonly kind: "refusedEnvelope" }>;
