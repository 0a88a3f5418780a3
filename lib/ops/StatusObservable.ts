import { Observable, type Subscriber, type TeardownLogic } from "rxjs";
import type { OpStatus } from "../opStatus.js";

/**
 * An op's statuses, with the one of this moment at hand, as a BehaviorSubject has it; it can only be read.
 *
 * A gate needs both: while a change is being told to its subscribers one after the other, a value may come to a gate
 * whose turn has not come yet, and must not pass by the status of a moment ago.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber, type StatusObservable } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * const status$: StatusObservable = control.status("4bf92f35:00f067aa");
 * console.log(status$.value.state);
 * ```
 */
// eslint-disable-next-line rxjs-x/no-subclass -- nothing of Observable is overridden, a getter is added
export class StatusObservable extends Observable<OpStatus> {
  readonly #current: () => OpStatus;

  /** @internal */
  constructor(current: () => OpStatus, subscribe: (subscriber: Subscriber<OpStatus>) => TeardownLogic) {
    super(subscribe);
    this.#current = current;
  }

  /** The op's status now. */
  get value(): OpStatus {
    return this.#current();
  }
}
