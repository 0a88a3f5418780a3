import {
  BehaviorSubject,
  combineLatest,
  distinctUntilChanged,
  filter,
  groupBy,
  map,
  mergeMap,
  type Observable,
  scan,
  Subject,
  take,
} from "rxjs";

type State = "running" | "paused" | "terminated";

interface Status {
  readonly opId: string;
  readonly state: State;
}

interface Signal {
  readonly opId: string;
  readonly signal: number;
}

const states: readonly State[] = ["running", "running", "paused", "terminated"];
const SEVERITY: Readonly<Record<State, number>> = { running: 0, paused: 1, terminated: 2 };

function next(state: State, signal: number): State {
  if (state === "terminated" || signal === 3) return "terminated";
  return signal === 1 ? "paused" : "running";
}

/** The obvious composition: a group per op, its latest state in a BehaviorSubject. */
export function naiveStatuses(signals$: Observable<Signal>): Observable<Status> {
  return signals$.pipe(
    groupBy(({ opId }) => opId),
    mergeMap((signalsOfOp$) => {
      const status$ = new BehaviorSubject<Status>({ opId: signalsOfOp$.key, state: "running" });
      const statusOfOp$ = signalsOfOp$.pipe(
        scan((state, { signal }) => next(state, signal), "running" as State),
        distinctUntilChanged(),
        map((state) => ({ opId: signalsOfOp$.key, state })),
      );
      // eslint-disable-next-line rxjs-x/no-subscribe-in-pipe -- the recipe as it is found
      statusOfOp$.subscribe(status$);
      return status$;
    }),
  );
}

/** The obvious table: a BehaviorSubject per op, and for each waiter a combination with those of the wider scopes. */
export class NaiveTable {
  readonly #signals = new Subject<Signal>();
  readonly #ops = new Map<string, BehaviorSubject<State>>();

  constructor() {
    this.#signals.subscribe({
      next: ({ opId, signal }) => {
        const state$ = this.#stateOf(opId);
        state$.next(next(state$.value, signal));
      },
      error: () => undefined,
    });
  }

  signal(opId: string, signal: number): void {
    this.#signals.next({ opId, signal });
  }

  awaitOp(opId: string): Observable<State> {
    return combineLatest([this.#stateOf(opId), this.#stateOf("agent:a"), this.#stateOf("*")]).pipe(
      map((all) => all.reduce((worst, state) => (SEVERITY[state] > SEVERITY[worst] ? state : worst))),
      filter((state) => state !== states[2]),
      take(1),
      map((state) => {
        if (state === "terminated") throw new Error("terminated");
        return state;
      }),
    );
  }

  // eslint-disable-next-line rxjs-x/no-exposed-subjects -- it is private, which the rule cannot see
  #stateOf(opId: string): BehaviorSubject<State> {
    let state$ = this.#ops.get(opId);
    if (!state$) this.#ops.set(opId, (state$ = new BehaviorSubject<State>("running")));
    return state$;
  }
}
