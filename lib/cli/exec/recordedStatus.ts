import { catchError, EMPTY, filter, from, map, type Observable, of, startWith, switchMap, takeWhile } from "rxjs";
import type { OpControlMessage, Verdict } from "../../opStatus.js";
import type { OpRecord } from "../../rest/OpRecord.js";

/** What a record says that says nothing against running. */
export const RUNNING: Verdict = { state: "running", scope: "op", sequence: 0n };
const PAUSED: Verdict = { ...RUNNING, state: "paused" };

/** What the record needs to be asked for, and heard of. */
interface RecordedOp {
  readonly opId: string;
  /** Registers the op, or says what is recorded of it if it is registered already. */
  readonly register: () => Promise<OpRecord>;
  readonly signals$: Observable<OpControlMessage>;
  /** The registration failed: nothing is known then, and nothing is lost. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Registers an op, and tells what was recorded of it before we subscribed: the gateway repeats no signal, so that its
 * record alone tells of a PAUSE or a TERMINATE that came earlier. Completes once that says nothing against running.
 *
 * A recorded pause is lifted by the op's own RESUME. One of a wider scope may lift it too, which the record does not say
 * beforehand, so it is asked again. Subscribe when the channel is live: RESUMEs are heard from before the first question.
 */
export function recordedStatus({ opId, register, signals$, onFailure }: RecordedOp): Observable<Verdict> {
  const ask = (otherwise: Verdict): Observable<Verdict> =>
    from(register()).pipe(
      map(({ state }): Verdict => ({ ...RUNNING, ...(isHeld(state) && { state }) })),
      catchError((error: unknown) => {
        onFailure(error);
        return of(otherwise);
      }),
    );
  return signals$.pipe(
    filter(({ signal }) => signal === "RESUME"),
    startWith(undefined),
    switchMap((resume) => {
      if (resume === undefined) return ask(RUNNING);
      return resume.opId === opId ? of(RUNNING) : ask(PAUSED);
    }),
    takeWhile(({ state }) => state === "paused", true),
    // That the channel has failed is told by the statuses themselves.
    catchError(() => EMPTY),
  );
}

function isHeld(state: OpRecord["state"]): state is "paused" | "terminated" {
  return state === "paused" || state === "terminated";
}
