import { check } from "./check.js";
import { listenForAbort } from "./listenForAbort.js";

/** An AbortSignal that lets go of the signals it follows once it is disposed of. */
export interface CombinedAbortSignal extends Disposable {
  /** Aborted as soon as one of them is, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * One signal that is aborted as soon as any of the given ones is, with that one's reason.
 *
 * `AbortSignal.any` does that too, but on Node 20 each call leaves 57 bytes at each signal it follows, for as long as
 * that lives, which for the signal of a long run is for good; and on Node 22.23 what it makes of something that it made
 * itself is lost, listeners and all, once nobody holds the one between. This one leaves nothing and is not lost: its
 * listeners go when it is aborted or disposed of, whichever is first.
 *
 * @example
 * ```ts
 * import { anyAbortSignal, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * const impatience = new AbortController();
 * {
 *   using either = anyAbortSignal(control.abortSignal("4bf92f35:00f067aa"), impatience.signal);
 *   await fetch("http://127.0.0.1:8080/", { signal: either.signal });
 * }
 * ```
 *
 * @throws TypeError when an argument is no AbortSignal.
 */
export function anyAbortSignal(...signals: readonly AbortSignal[]): CombinedAbortSignal {
  check(
    signals.every((signal) => signal instanceof AbortSignal),
    "signals",
    "AbortSignals",
  );
  const controller = new AbortController();
  const listening: (() => void)[] = [];
  const letGo = (): void => {
    for (const stop of listening.splice(0)) stop();
  };
  const follow = ({ reason }: AbortSignal): void => {
    letGo();
    controller.abort(reason);
  };

  const first = signals.find(({ aborted }) => aborted);
  if (first) follow(first);
  else
    for (const signal of new Set(signals))
      listening.push(
        listenForAbort(signal, () => {
          follow(signal);
        }),
      );
  return { signal: controller.signal, [Symbol.dispose]: letGo };
}
