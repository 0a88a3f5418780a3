import { defer, map, type Observable, retry, tap } from "rxjs";
import type { AgentIdentity } from "../../options.js";
import { describeError } from "../../printable.js";
import { isUntouched } from "../../rest/isUntouched.js";
import type { OpRecord } from "../../rest/OpRecord.js";
import type { ExecEvent } from "./ExecEvent.js";
import type { Registration } from "./registration.js";

/** The API server of a gateway that has just come back may be up a moment after it. */
const AGAIN_MS = 1_000;
const TIMES_AGAIN = 8;

/** Which op is registered where, and for whom. */
interface Registered {
  readonly registration: Registration;
  readonly opId: string;
  readonly agent: AgentIdentity;
  readonly tell: (event: ExecEvent) => void;
}

/**
 * What an op is registered by each time the channel becomes live, and asked for the record of it: the gateway repeats no
 * signal, and one that was started anew has forgotten the op.
 */
export function registering({ registration, opId, agent, tell }: Registered): () => Observable<readonly OpRecord[]> {
  const { client, isNamed } = registration;
  const { apiUrl: api } = client;
  let isFirst = true;
  return () => {
    // What waits for the first answer does not wait for a server that is not there.
    const count = isFirst ? 0 : TIMES_AGAIN;
    isFirst = false;
    return defer(() => client.register(opId, agent)).pipe(
      retry({ count, delay: AGAIN_MS }),
      tap({
        next: () => {
          tell({ type: "registered", api });
        },
        error: (error: unknown) => {
          tell({ type: "notRegistered", api, isNamed, reason: describeError(error) });
        },
      }),
      // The server may have trimmed the id.
      map((record) => (isUntouched(record) ? [] : [{ ...record, op_id: opId }])),
    );
  };
}
