import type { ObservableInput } from "rxjs";
import type { OpControlMessage } from "../opStatus.js";
import { messageSource } from "./messageSource.js";
import { SignalObservable } from "./SignalObservable.js";
import type { SignalSource } from "./SignalSource.js";

/**
 * What brings signals, as a source: one that tells its state does so, and any other is live until it ends.
 *
 * @internal
 */
export function sourceOf(signals$: ObservableInput<OpControlMessage>): SignalSource {
  return signals$ instanceof SignalObservable ? signals$.events$ : messageSource(signals$);
}
