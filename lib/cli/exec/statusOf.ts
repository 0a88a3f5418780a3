import { combineLatest, defaultIfEmpty, map, merge, type Observable, share, takeUntil, timer } from "rxjs";
import type { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { mostSevere, type Verdict } from "../../opStatus.js";
import type { AgentIdentity } from "../../options.js";
import { describeError } from "../../printable.js";
import type { ExecEvent } from "./ExecEvent.js";
import { recordedStatus, RUNNING } from "./recordedStatus.js";
import type { Registration } from "./registration.js";

/** For how long an API server may keep the command waiting; what it says later counts all the same. */
const MOMENT_MS = 1_000;

/** Whose status it is, and who knows it. */
interface StatusSource {
  readonly control: Pick<OpControlSubscriber, "signals$" | "status">;
  readonly opId: string;
  readonly agent: AgentIdentity;
  readonly registration: Registration | undefined;
  readonly tell: (event: ExecEvent) => void;
}

/** The op's status by the gateway's signals and by its record of the op, whichever is more severe. */
export function statusOf({ control, opId, agent, registration, tell }: StatusSource): Observable<Verdict> {
  const told$ = control.status(opId);
  if (!registration) return told$;
  const { client, isNamed } = registration;
  const api = client.apiUrl;
  const recorded$ = recordedStatus({
    opId,
    signals$: control.signals$,
    register: async () => {
      const record = await client.register(opId, agent);
      tell({ type: "registered", api });
      return record;
    },
    onFailure: (error) => {
      tell({ type: "notRegistered", api, isNamed, reason: describeError(error) });
    },
  }).pipe(defaultIfEmpty(RUNNING), share());
  const late$ = timer(MOMENT_MS).pipe(
    map(() => RUNNING),
    takeUntil(recorded$),
  );
  return combineLatest([told$, merge(late$, recorded$)]).pipe(map(([told, recorded]) => mostSevere(told, recorded)));
}
