import { type MonoTypeOperatorFunction, Observable } from "rxjs";
import { check, checkMethods } from "../check.js";
import { type HoldByOpOptions, resolveHoldByOpOptions } from "./HoldByOpOptions.js";
import { Lanes, type StatusLookup } from "./Lanes.js";
import { untilClosed } from "./untilClosed.js";

/**
 * Holds each value while its own op is paused, in a source that carries many ops; a paused op never holds up another.
 *
 * Per op it does what {@link holdWhilePaused} does: order is kept, a new pause stops a flush, at most `limit` values are
 * held per op and `totalLimit` in all, and the source's completion waits for everything that is held. Nothing is kept of
 * an op that has nothing held. A terminate drops that op's values and tells `onDrop` of each, or errors the whole stream
 * with an {@link OpTerminatedError} where `onTerminated` is `"error"`. It errors with a {@link HoldOverflowError} when a
 * value finds no room, and with an {@link OpControlUnavailableError} when the channel has failed, or the statuses
 * complete while values are held. What `opIdOf` or `onDrop` throws errors the stream,
 * and so does, with a TypeError, an `opIdOf` that returns no string.
 *
 * ```
 * -a-x-b-y---z-   source; a and b are of one op, x, y and z of another
 * --p------r---   the signals to the first
 * -a-x---y-b-z-   holdByOp(control, opIdOf)
 * ```
 *
 * @example
 * ```ts
 * import { of } from "rxjs";
 * import { holdByOp, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * of({ op: "trace:1", text: "one" }, { op: "trace:2", text: "two" })
 *   .pipe(holdByOp(control, ({ op }) => op, { onDrop: ({ text }, error) => console.warn(text, error.message) }))
 *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
 * ```
 *
 * @param control Who knows the ops' statuses.
 * @param opIdOf Which op a value belongs to.
 * @param options How much may be held, and what a terminate does.
 * @throws TypeError naming the argument that is wrong.
 */
export function holdByOp<T>(
  control: StatusLookup,
  opIdOf: (value: T) => string,
  options: HoldByOpOptions<T> = {},
): MonoTypeOperatorFunction<T> {
  checkMethods("control", control, ["status"], "an OpControlSubscriber, or have a status method like one");
  check(typeof opIdOf === "function", "opIdOf", "a function");
  const resolved = resolveHoldByOpOptions(options);
  return (source) =>
    new Observable((subscriber) => {
      const lanes = new Lanes(control, opIdOf, subscriber, resolved);
      subscriber.add(() => {
        lanes.close();
      });
      subscriber.add(
        source.pipe(untilClosed(subscriber)).subscribe({
          next: (value) => {
            lanes.next(value);
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            lanes.complete();
          },
        }),
      );
    });
}
