import { expect } from "chai";
import { EMPTY, map, type Observable, Subject } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import {
  AGENT,
  OP,
  OTHER,
  pause,
  paused,
  resume,
  running,
  signals,
  statuses,
  terminate,
  terminated,
} from "../helpers/opControl.js";
import { record, type Recording } from "../helpers/record.js";
import { throwingSubscriber } from "../helpers/throwingSubscriber.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

/** Every stream that a message can be told on. */
const streams: Readonly<Record<string, (control: OpControlSubscriber) => Observable<unknown>>> = {
  signals$: (control) => control.signals$,
  statuses$: (control) => control.statuses$,
  "status()": (control) => control.status(OP),
  "the status() of an op that its agent changes": (control) => control.status(OTHER),
  ops$: (control) => control.ops$,
  "a group of ops$": (control) => groupOf(control, OP),
  connection$: (control) => control.connection$,
  diagnostics$: (control) => control.diagnostics$,
};

function groupOf(control: OpControlSubscriber, opId: string): Observable<unknown> {
  return record(control.ops$).values.find(({ key }) => key === opId) ?? EMPTY;
}

/** One message for each of the streams, and an end. */
function exercise(signals$: Subject<OpControlMessage>): void {
  signals$.next(resume());
  signals$.next(terminate());
  signals$.next(null as never);
  signals$.next(pause(AGENT));
  signals$.error(new Error("the bus is gone"));
}

describe("OpControlSubscriber is hot", () => {
  it("is connected from its construction on, once, whether anyone listens or not", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("--P--R--P--", signals);
      const subs = "       ^----------";
      const brief = "      ---^!      ";
      const expectedA = "  ---p       ";
      const again = "      ------^---!";
      const expectedB = "  ------r-p  ";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.status(OP), brief).toBe(expectedA, statuses);
      expectObservable(control.status(OP), again).toBe(expectedB, statuses);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("applies signals while nobody is subscribed", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);

    signals$.next(pause());
    expect(control.isPaused(OP)).to.equal(true);
    record(control.status(OP)).subscription.unsubscribe();
    signals$.next(terminate());

    expect(control.isTerminated(OP)).to.equal(true);
  });

  it("takes what a source emits while it is being subscribed", () => {
    const control = OpControlSubscriber.from([pause(), resume(), terminate("a:killed"), pause(OTHER)]);

    expect(control.isPaused(OP)).to.equal(false);
    expect(control.isPaused(OTHER)).to.equal(true);
    expect(control.isTerminated("a:killed")).to.equal(true);
  });

  it("remembers what a watched op was told when its watchers leave", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P----T---", signals);
      const first = "     ^---!      ";
      const expectedA = " r-p        ";
      const second = "    -----^!    ";
      const expectedB = " -----p     ";
      const third = "     ---------^ ";
      const expectedC = " ---------t ";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.status(OP), first).toBe(expectedA, statuses);
      expectObservable(control.status(OP), second).toBe(expectedB, statuses);
      expectObservable(control.status(OP), third).toBe(expectedC, statuses);
    });
  });
});

describe("OpControlSubscriber and a subscriber that throws", () => {
  const unhandled = collectUnhandledErrors();

  /** What everyone is told in `exercise`, without and with somebody in front who throws. */
  function toldBehind(
    streamOf: (control: OpControlSubscriber) => Observable<unknown>,
    subscribe: (stream$: Observable<unknown>) => void,
  ): { readonly [Name in keyof typeof streams]: unknown[] } {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    record(control.status(OTHER));
    subscribe(streamOf(control));
    const seen = Object.entries(streams).map(([name, other]) => [name, record(other(control))] as const);
    exercise(signals$);
    const told = ({ values, end }: Recording<unknown>) => [
      values.filter((value) => (value as { kind?: string }).kind !== "subscriberThrew").map((value) => key(value)),
      String(end),
    ];
    return Object.fromEntries(seen.map(([name, recording]) => [name, told(recording)]));
  }

  const key = (value: unknown): unknown => (value as { key?: string }).key ?? { ...(value as object), since: 0 };

  for (const [name, streamOf] of Object.entries(streams)) {
    const undisturbed = toldBehind(streamOf, (stream$) => {
      record(stream$);
    });

    it(`tells the others of everything when a handler of ${name} throws, and RxJS of the error`, async () => {
      const thrown = new Error("thrown by a handler");

      const told = toldBehind(streamOf, (stream$) => {
        stream$.subscribe({
          next: () => {
            throw thrown;
          },
          error: () => {
            throw thrown;
          },
        });
      });

      expect(told).to.deep.equal(undisturbed);
      await unhandled.reported(1);
      expect(new Set(unhandled.errors)).to.deep.equal(new Set([thrown]));
    });

    it(`tells the others of everything when an operator on ${name} throws, which ends that stream only`, () => {
      const thrown = new Error("thrown by a projection");
      let end: unknown;

      const told = toldBehind(streamOf, (stream$) => {
        const project = map((): never => {
          throw thrown;
        });
        stream$.pipe(project).subscribe({
          error: (error: unknown) => {
            end = error;
          },
        });
      });

      expect(told).to.deep.equal(undisturbed);
      expect(end).to.equal(thrown);
    });

    it(`tells the others of everything when a Subscriber of one's own on ${name} throws past RxJS`, () => {
      const told = toldBehind(streamOf, (stream$) => {
        try {
          stream$.subscribe(throwingSubscriber("thrown past RxJS"));
        } catch {
          // Whoever throws while subscribing gets it back.
        }
      });

      expect(told).to.deep.equal(undisturbed);
    });
  }

  it("does not go on tracking an op for a Subscriber that threw on its first status", () => {
    const control = OpControlSubscriber.from(new Subject<OpControlMessage>());

    expect(() => control.status(OP).subscribe(throwingSubscriber("thrown past RxJS"))).to.throw("thrown past RxJS");

    expect(record(control.ops$).values).to.deep.equal([]);
  });

  it("tells on diagnostics$ what RxJS could not catch", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const diagnostics = record(control.diagnostics$);
    control.signals$.subscribe(throwingSubscriber("thrown\npast RxJS"));
    control.statuses$.subscribe(throwingSubscriber("thrown\npast RxJS"));

    signals$.next(pause());

    const threw = { kind: "subscriberThrew", message: "thrown\\u000apast RxJS" };
    expect(diagnostics.values).to.deep.equal([threw, threw]);
  });
});

describe("OpControlSubscriber and a subscriber that reacts", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
  });

  for (const [name, streamOf, order] of [
    ["signals$", () => control.signals$.pipe(map(({ signal }) => signal)), ["PAUSE", "TERMINATE"]],
    ["statuses$", () => control.statuses$.pipe(map(({ state }) => state)), ["paused", "terminated"]],
    ["status()", () => control.status(OP).pipe(map(({ state }) => state)), ["running", "paused", "terminated"]],
  ] as const) {
    it(`has everyone on ${name} see the same order when a handler of PAUSE causes a TERMINATE`, () => {
      const stream$: Observable<string> = streamOf();
      const before = record(stream$);
      stream$.subscribe((told) => {
        if (told === "PAUSE" || told === "paused") signals$.next(terminate());
      });
      const behind = record(stream$);

      signals$.next(pause());

      expect(before.values).to.deep.equal(order);
      expect(behind.values).to.deep.equal(order);
      expect(control.isTerminated(OP)).to.equal(true);
    });
  }

  it("tells a status and answers isPaused alike, also within a chain of reactions", () => {
    const seen: unknown[] = [];
    control.status(OP).subscribe(({ state }) => {
      if (state === "paused") signals$.next(resume());
      seen.push([state, control.isPaused(OP), control.isTerminated(OP)]);
    });
    control.status(OP).subscribe(({ state }) => {
      if (state === "running" && seen.length > 1) signals$.next(terminate());
      seen.push([state, control.isPaused(OP), control.isTerminated(OP)]);
    });

    signals$.next(pause());

    const each = [
      ["running", false, false],
      ["paused", true, false],
      ["running", false, false],
      ["terminated", false, true],
    ];
    expect(seen).to.deep.equal(each.flatMap((line) => [line, line]));
  });

  it("applies a wider scope's change to every op before it tells of it to anyone", () => {
    const seen: boolean[][] = [];
    for (const opId of [OP, OTHER]) {
      control.status(opId).subscribe(() => {
        seen.push([control.isPaused(OP), control.isPaused(OTHER), control.isPaused("never:seen")]);
      });
    }
    seen.length = 0;

    signals$.next(pause(AGENT));

    expect(seen).to.deep.equal([
      [true, true, true],
      [true, true, true],
    ]);
  });

  it("tells whoever subscribes in a handler the status that everyone is being told, once", () => {
    let inner: Recording<unknown> | undefined;
    let innerSignals: Recording<unknown> | undefined;
    control.status(OP).subscribe(({ state }) => {
      if (state === "paused") inner ??= record(control.status(OP));
    });
    control.signals$.subscribe(() => {
      innerSignals ??= record(control.signals$);
    });

    signals$.next(pause());
    signals$.next(terminate());

    expect(inner?.values).to.deep.equal([paused(), terminated()]);
    expect(innerSignals?.values).to.deep.equal([terminate()]);
  });

  it("lets nobody through who waits in a handler of the PAUSE", () => {
    let waiter: Recording<unknown> | undefined;
    control.status(OTHER).subscribe(({ state }) => {
      if (state === "paused") waiter ??= record(control.awaitOp(OP));
    });
    control.status(OP).subscribe();

    signals$.next(pause(AGENT));

    expect(waiter).to.deep.include({ values: [], end: undefined });
    signals$.next(resume(AGENT));
    expect(waiter?.values).to.deep.equal([running()]);
  });

  it("tells nothing more to whoever is unsubscribed in a handler, and everything to the others", () => {
    const leaving: Recording<unknown>[] = [];
    const leave = () => {
      for (const { subscription } of leaving) subscription.unsubscribe();
    };
    const streamsToLeave = [() => control.signals$, () => control.statuses$, () => control.status(OP)] as const;
    control.status(OP).subscribe(({ state }) => {
      if (state === "paused") leave();
    });
    leaving.push(...streamsToLeave.map((streamOf) => record<unknown>(streamOf())));
    const staying = streamsToLeave.map((streamOf) => record<unknown>(streamOf()));

    signals$.next(pause());
    signals$.next(resume());

    expect(leaving.map(({ values }) => values)).to.deep.equal([[], [], [running()]]);
    expect(staying.map(({ values }) => values)).to.deep.equal([
      [pause(), resume()],
      [paused(), running()],
      [running(), paused(), running()],
    ]);
  });

  it("takes an unsubscription of oneself in a handler", () => {
    const values: unknown[] = [];
    const subscription = control.signals$.subscribe((signal) => {
      values.push(signal);
      subscription.unsubscribe();
    });
    const behind = record(control.signals$);

    signals$.next(pause());
    signals$.next(resume());

    expect(values).to.deep.equal([pause()]);
    expect(behind.values).to.deep.equal([pause(), resume()]);
  });

  it("tells everyone what is being told, and then the end, when a handler calls close", () => {
    const ends: string[] = [];
    control.status(OP).subscribe(({ state }) => {
      if (state === "paused") control.close();
    });
    const seen = [control.status(OP), control.statuses$, control.signals$].map((stream$) => record<unknown>(stream$));
    const connection = record(control.connection$);
    control.connection$.subscribe({ complete: () => ends.push("connection$") });

    signals$.next(pause());
    signals$.next(terminate());

    expect(seen.map(({ values }) => values)).to.deep.equal([[running(), paused()], [paused()], [pause()]]);
    expect(seen.map(({ end }) => end)).to.deep.equal(["completed", "completed", "completed"]);
    expect(connection.values.map(({ state }) => state)).to.deep.equal(["live", "closed"]);
    expect(ends).to.deep.equal(["connection$"]);
    expect(control.isPaused(OP)).to.equal(true);
    expect(control.isTerminated(OP)).to.equal(false);
  });

  it("is closed at once for whoever asks in that handler", () => {
    const answers: unknown[] = [];
    control.signals$.subscribe(() => {
      control.close();
      answers.push(control.streamAlive(), record(control.awaitOp(OTHER)).values, record(control.awaitOp(OTHER)).end);
    });

    signals$.next(pause());

    expect(answers).to.deep.equal([false, [], "completed"]);
  });

  it("loses no TERMINATE that arrived before a handler called close", () => {
    control.signals$.subscribe(({ signal }) => {
      if (signal !== "PAUSE") return;
      signals$.next(terminate());
      control.close();
    });

    signals$.next(pause());

    expect(control.isTerminated(OP)).to.equal(true);
  });

  it("does not let a waiter stop the release of those behind it", () => {
    signals$.next(pause());
    const waiters: Recording<unknown>[] = [];
    control.awaitOp(OP).subscribe(() => {
      waiters[1]?.subscription.unsubscribe();
      signals$.next(pause());
    });
    waiters.push(...[0, 1, 2].map(() => record(control.awaitOp(OP))));

    signals$.next(resume());

    expect(waiters.map(({ values }) => values)).to.deep.equal([[running()], [], [running()]]);
    expect(control.isPaused(OP)).to.equal(true);
  });
});
