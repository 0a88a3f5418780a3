import { catchError, defer, exhaustMap, finalize, from, map, type Observable, of, scan, timer } from "rxjs";
import { describeError } from "../../printable.js";
import type { OpRecord } from "../../rest/OpRecord.js";
import type { OpsClient } from "../../rest/OpsClient.js";

/** What an API server has answered. */
export interface OpsNews {
  /** Whether it has ever been there. */
  readonly known: boolean;
  readonly records?: readonly OpRecord[];
  readonly problem?: string;
}

const POLL_MS = 1_000;

/**
 * Asks for the registered ops every second, answer or none.
 *
 * @param isNamed Whether it was named as the API server: one that is only guessed is known when it has answered.
 */
export function pollOps(client: Pick<OpsClient, "list">, isNamed: boolean, pollMs = POLL_MS): Observable<OpsNews> {
  return timer(0, pollMs).pipe(
    exhaustMap(() => answer(client)),
    scan((before, news) => ({ ...news, known: before.known || news.records !== undefined }), { known: isNamed }),
  );
}

function answer(client: Pick<OpsClient, "list">): Observable<Omit<OpsNews, "known">> {
  return defer(() => {
    const abort = new AbortController();
    return from(client.list({ signal: abort.signal })).pipe(
      map((records) => ({ records })),
      catchError((error: unknown) => of({ problem: describeError(error) })),
      finalize(() => {
        abort.abort();
      }),
    );
  });
}
