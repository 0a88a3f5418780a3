import { concatMap, EMPTY, Observable, of } from "rxjs";
import type { OpControlMessage } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";
import type { SignalSource } from "./SignalSource.js";

/**
 * Signals that also say how the channel is doing that brings them: what `OpControlSubscriber.from` takes for a source
 * with a state of its own.
 *
 * Each subscription opens a channel. As an Observable it emits the well-formed signals in the order of arrival; what the
 * channel has to say besides is in {@link events$}.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- nothing of Observable is overridden, what it is made of is added
export class SignalObservable extends Observable<OpControlMessage> {
  /** Everything there is to tell: the messages as they came, the channel's statuses, and diagnostics. */
  readonly events$: SignalSource;

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
