import type { Observable } from "rxjs";
import type { OpState, OpStatus } from "../opStatus.js";

/**
 * The op's state at this moment, where its status stream has it at hand: `control.status(opId)` does, and so does a
 * BehaviorSubject.
 *
 * While a change is told to one subscriber after the other, a value may come to a gate that has not been told yet.
 *
 * @internal
 */
export function stateNow(status$: Observable<OpStatus>): OpState | undefined {
  return statusNow(status$)?.state;
}

/**
 * The same with all that is known of it.
 *
 * @internal
 */
export function statusNow(status$: Observable<OpStatus>): OpStatus | undefined {
  try {
    return (status$ as Observable<OpStatus> & { readonly value?: OpStatus }).value;
  } catch {
    // A BehaviorSubject that has errored throws its error; the gate is being told of it in this tick.
    return undefined;
  }
}
