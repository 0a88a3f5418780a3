import { concat, concatMap, defer, EMPTY, of } from "rxjs";
import { afterReading$ } from "./afterReading.js";
import type { BackoffBounds } from "./Backoff.js";
import { type ChannelState, channelStatus } from "./ChannelStatus.js";
import { type AttemptConfig, gatewayAttempt } from "./gatewayAttempt.js";
import { reconnecting } from "./reconnecting.js";
import { refusalIn } from "./refusalIn.js";
import type { ChannelEvent, SignalSource } from "./SignalSource.js";

/** What a channel to a gateway takes; every value has been checked. */
export interface GrpcSourceConfig extends AttemptConfig {
  /** False where one attempt is all there is. */
  readonly reconnect: BackoffBounds | false;
  readonly maxStreamAgeMs?: number | undefined;
}

/**
 * The gateway's `OpControlStream` as a source: live when the gateway has sent its initial metadata, and kept so unless
 * `reconnect` is false.
 *
 * @internal
 */
export function grpcSource({ reconnect, maxStreamAgeMs, ...config }: GrpcSourceConfig): SignalSource {
  const attempt$ = gatewayAttempt(config);
  if (reconnect) return reconnecting(attempt$, { reconnect, maxStreamAgeMs, refusalIn, afterReading$ });
  const events$ = attempt$.pipe(
    concatMap((event) => {
      if (event.type === "message") return of(event);
      return event.type === "live" ? of(statusEvent("live")) : EMPTY;
    }),
  );
  return defer(() => concat(of(statusEvent("connecting")), events$));
}

function statusEvent(state: ChannelState): ChannelEvent {
  return { type: "status", status: channelStatus(state) };
}
