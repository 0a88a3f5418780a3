import { concatMap, EMPTY, Observable, of } from "rxjs";
import type { OpControlMessage } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";
import type { SignalSource } from "./SignalSource.js";

/**
 * Signals that also say how the channel is doing that brings them: a source for `OpControlSubscriber.from` that has a
 * state of its own.
 *
 * Each subscription opens a channel. As an Observable it emits the well-formed signals in the order of arrival; all that
 * the channel has to say is on {@link events$}, and that is what `from` and `mergeSources` go by.
 *
 * What `pipe` makes of it is a plain Observable, whose channel counts as live from the start until it ends: to alter what
 * a source says and keep its state, make one of its events.
 *
 * @example
 * ```ts
 * import { tap } from "rxjs";
 * import { gatewaySignals, OpControlSubscriber, SignalObservable } from "rx-op-control";
 *
 * const gateway$ = gatewaySignals("127.0.0.1:50051", { agentId: "agent-7" });
 * const logged$ = new SignalObservable(gateway$.events$.pipe(tap(({ type }) => console.log(type))));
 * const control = OpControlSubscriber.from(logged$);
 * control.close();
 * ```
 */
// eslint-disable-next-line rxjs-x/no-subclass -- nothing of Observable is overridden, what it is made of is added
export class SignalObservable extends Observable<OpControlMessage> {
  /** Everything there is to tell: the messages as they came, the channel's statuses, and diagnostics. */
  readonly events$: SignalSource;

  /** @param events$ Cold: a channel for each subscription; see {@link SignalSource} for what its end means. */
  constructor(events$: SignalSource) {
    super((subscriber) =>
      events$
        .pipe(
          concatMap((event) => {
            if (event.type !== "message") return EMPTY;
            const signal = parseSignal(event.message);
            return "malformed" in signal ? EMPTY : of(signal);
          }),
        )
        .subscribe(subscriber),
    );
    this.events$ = events$;
  }
}
