import { expect } from "chai";
import { asyncScheduler, concat, NEVER, type ObservableInput, of, Subject, throwError } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import type { ChannelEvent } from "../lib/channel/SignalSource.js";
import type { Diagnostic } from "../lib/Diagnostic.js";
import type { Reconcile } from "../lib/options.js";
import { type ReconciledEvent, reconciling } from "../lib/reconciling.js";
import { RecordComparison } from "../lib/RecordComparison.js";
import type { OpRecord } from "../lib/rest/OpRecord.js";
import { channelEvents, message, status } from "./helpers/channelMarbles.js";
import { testScheduler } from "./helpers/marbles.js";
import { OTHER, pause, resume, terminate } from "./helpers/opControl.js";
import { record } from "./helpers/record.js";
import { recordOf } from "./helpers/records.js";
import { aFewTurns } from "./helpers/turns.js";

const found = (signal = pause()): ReconciledEvent => ({ type: "found", signal });
const told = (diagnostic: Diagnostic): ReconciledEvent => ({ type: "diagnostic", diagnostic });
const reconciled = (paused = 0, resumed = 0, terminated = 0) =>
  told({ kind: "reconciled", paused, resumed, terminated });
const failed = (text: string) => told({ kind: "reconcileFailed", message: text });

const comparison = () => new RecordComparison(100, () => false);

/** What the source tells, what is found, and that nothing is. */
const events: Readonly<Record<string, ReconciledEvent>> = {
  ...channelEvents,
  p: found(),
  0: reconciled(),
  1: reconciled(1),
  F: failed("the server is down"),
  S: failed("no end of it after 10000 ms"),
};

/** What is answered: that the op is paused; the list of nothing. */
const answers = { p: [recordOf("paused")], n: [] };

interface Play extends RunHelpers {
  /** Answers in this way, whenever it is asked. */
  readonly answering: (marbles: string, error?: Error) => Asked;
}

/** Who is asked, how often, and which questions were given up. */
interface Asked {
  readonly reconcile: Reconcile;
  readonly signals: AbortSignal[];
  readonly subscriptions: ReturnType<RunHelpers["cold"]>["subscriptions"];
}

function play(draw: (play: Play) => void): void {
  testScheduler().run((helpers) => {
    draw({
      ...helpers,
      answering: (marbles, error = new Error("the server is down")) => {
        const answer = helpers.cold<readonly OpRecord[]>(marbles, answers, error);
        const signals: AbortSignal[] = [];
        const reconcile = (signal: AbortSignal) => {
          signals.push(signal);
          return answer;
        };
        return { reconcile, signals, subscriptions: answer.subscriptions };
      },
    });
  });
}

describe("reconciling", () => {
  it("asks when the channel is live, and adds what is found when that completes", () => {
    play(({ hot, answering, expectObservable, expectSubscriptions }) => {
      const source = hot("  c-l---------R--", channelEvents);
      const asked = answering("--p-|");
      const subs = "        ^--------------";
      const asking = "      --^---!";
      const expected = "    c-l---(p1)--R--";
      expectObservable(source.pipe(reconciling(asked.reconcile, comparison))).toBe(expected, events);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(asked.subscriptions).toBe(asking);
    });
  });

  it("asks each time that it becomes live, and not again while it is", () => {
    play(({ hot, answering, expectObservable, expectSubscriptions }) => {
      const source = hot("  c-l--l--r-r-l--r--l--", channelEvents);
      const asked = answering("n|");
      expectObservable(source.pipe(reconciling(asked.reconcile, comparison))).toBe(
        "                   c-l0-l--r-r-l0-r--l0-",
        events,
      );
      expectSubscriptions(asked.subscriptions).toBe(["--^!", "------------^!", "------------------^!"]);
    });
  });

  it("passes everything on at once meanwhile", () => {
    play(({ hot, answering, expectObservable }) => {
      const source = hot("l-P-RT-------", channelEvents);
      const asked = answering("-------n|");
      const expected = "  l-P-RT--0----";
      expectObservable(source.pipe(reconciling(asked.reconcile, comparison))).toBe(expected, events);
    });
  });

  it("lets what was signalled meanwhile win", () => {
    play(({ hot, answering, expectObservable }) => {
      const asked = answering("----p|");
      expectObservable(hot("l-R----", channelEvents).pipe(reconciling(asked.reconcile, comparison))).toBe(
        "l-R--0-",
        events,
      );
      expectObservable(hot("R-l----", channelEvents).pipe(reconciling(asked.reconcile, comparison))).toBe(
        "R-l----(p1)",
        events,
      );
    });
  });

  describe("when it is to no avail", () => {
    it("says that it failed, and goes on: the next time it is asked again", () => {
      play(({ hot, answering, expectObservable }) => {
        const source = hot("l-----P--r-l----", channelEvents);
        const asked = answering("p-#");
        const expected = "  l-F---P--r-l-F--";
        expectObservable(source.pipe(reconciling(asked.reconcile, comparison))).toBe(expected, events);
      });
    });

    it("gives up after 10,000 ms, however much has come by then, and changes nothing", () => {
      play(({ cold, answering, expectObservable, expectSubscriptions, flush }) => {
        const source = concat(cold("l|", channelEvents), NEVER);
        const asked = answering("p 4999ms p 4999ms p");
        expectObservable(source.pipe(reconciling(asked.reconcile, comparison))).toBe("l 9999ms S", events);
        expectSubscriptions(asked.subscriptions).toBe("^ 9999ms !");
        flush();
        expect(asked.signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
      });
    });

    for (const [what, reconcile, text] of [
      [
        "throws",
        () => {
          throw new Error("no\nway");
        },
        "no\\u000away",
      ],
      ["gives a Promise that rejects", () => Promise.reject(new Error("no way")), "no way"],
      ["errors at once", () => throwError(() => new Error("no way")), "no way"],
      ["gives nothing", () => undefined as never, /^You provided 'undefined' where a stream was expected/],
      ["gives what is no source", () => ({}) as never, /^You provided an invalid object where a stream was expected/],
      ["emits what is no list", () => of(recordOf("paused")) as never, "reconcile must emit lists of ops"],
      [
        "gives a list of records, where lists of them belong",
        () => [recordOf("paused")] as never,
        "reconcile must emit lists of ops",
      ],
      [
        "emits a record that throws",
        () => [
          [
            Object.defineProperty({} as OpRecord, "op_id", {
              get: () => {
                throw new Error("mine");
              },
            }),
          ],
        ],
        "mine",
      ],
    ] as const satisfies readonly (readonly [string, Reconcile, string | RegExp])[]) {
      it(`says so where reconcile ${what}`, async () => {
        const events = record(concat(of(status("live")), NEVER).pipe(reconciling(reconcile, comparison)));
        await aFewTurns();
        expect(events.values).to.have.length(2);
        expect(events.values[1]).to.have.nested.property("diagnostic.kind", "reconcileFailed");
        expect(events.values[1]).to.have.nested.property("diagnostic.message").that.matches(asRegExp(text));
        expect(events.end).to.be.undefined;
        events.subscription.unsubscribe();
      });
    }
  });

  describe("gives the question up, and aborts its signal,", () => {
    const cases = [
      ["when the channel is lost", "l-r-------", "l-r-------"],
      ["when the source completes, which it does not hold up", "l-|", "l-|"],
      ["when the source errors", "l-#", "l-#"],
    ] as const;
    for (const [when, given, expected] of cases) {
      it(when, () => {
        play(({ cold, answering, expectObservable, expectSubscriptions, flush }) => {
          const asked = answering("-----p|");
          expectObservable(cold(given, channelEvents).pipe(reconciling(asked.reconcile, comparison))).toBe(
            expected,
            events,
          );
          expectSubscriptions(asked.subscriptions).toBe("^-!");
          flush();
          expect(asked.signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
        });
      });
    }

    it("when it is unsubscribed", () => {
      play(({ cold, answering, expectObservable, expectSubscriptions, flush }) => {
        const asked = answering("-----p|");
        const source = cold("l-----", channelEvents);
        expectObservable(source.pipe(reconciling(asked.reconcile, comparison)), "^-!").toBe("l", events);
        expectSubscriptions(asked.subscriptions).toBe("^-!");
        expectSubscriptions(source.subscriptions).toBe("^-!");
        flush();
        expect(asked.signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
      });
    });

    it("and not when it was answered, or has failed", () => {
      play(({ cold, answering, expectObservable, flush }) => {
        const [answered, refused] = [answering("n|"), answering("#")];
        for (const { reconcile } of [answered, refused]) {
          expectObservable(cold("l---r-|", channelEvents).pipe(reconciling(reconcile, comparison)));
        }
        flush();
        expect([...answered.signals, ...refused.signals].map(({ aborted }) => aborted)).to.deep.equal([false, false]);
      });
    });
  });

  it("takes a Promise, several lists, or lists that are there at once", async () => {
    const lists = [[recordOf("paused")], [], [recordOf("terminated", 0, OTHER)]];
    const answers: readonly ObservableInput<readonly OpRecord[]>[] = [
      lists,
      of(...lists),
      Promise.resolve(lists.flat()),
    ];
    for (const answer of answers) {
      const events = record(concat(of(status("live")), NEVER).pipe(reconciling(() => answer, comparison)));
      await aFewTurns();
      expect(events.values.slice(1)).to.deep.equal([found(), found(terminate(OTHER)), reconciled(1, 0, 1)]);
      events.subscription.unsubscribe();
    }
  });

  it("looks at each record once what came of those before it is known", () => {
    const source$ = new Subject<ChannelEvent>();
    const lists = [[recordOf("paused"), recordOf("running", Date.now() + 60_000, OTHER)]];
    const seen: ReconciledEvent[] = [];
    source$.pipe(reconciling(() => lists, comparison)).subscribe((event) => {
      seen.push(event);
      if (event.type === "found") source$.next(message(pause(OTHER)));
    });
    source$.next(message(pause(OTHER)));
    source$.next(status("live"));
    expect(seen.slice(2)).to.deep.equal([found(), message(pause(OTHER)), reconciled(1)]);
  });

  it("stops where somebody unsubscribes on being told what was found", () => {
    const source$ = new Subject<ChannelEvent>();
    const seen: ReconciledEvent[] = [];
    const lists = [[recordOf("paused"), recordOf("paused", 0, OTHER)]];
    const subscription = source$.pipe(reconciling(() => lists, comparison)).subscribe((event) => {
      seen.push(event);
      if (event.type === "found") subscription.unsubscribe();
    });
    source$.next(status("live"));
    expect(seen).to.deep.equal([status("live"), found()]);
    expect(source$.observed).to.be.false;
  });

  it("has a rule of its own for each subscription", () => {
    const source$ = new Subject<ChannelEvent>();
    const reconciling$ = source$.pipe(reconciling(() => [[recordOf("paused")]], comparison));
    const [one, other] = [record(reconciling$), record(reconciling$)];
    source$.next(status("live"));
    for (const { values } of [one, other]) expect(values).to.deep.equal([status("live"), found(), reconciled(1)]);
  });

  it("keeps what is signalled in mind for as long as it asks, and no longer", () => {
    play(({ hot, answering, expectObservable, flush }) => {
      const log: [number, string][] = [];
      class Logged extends RecordComparison {
        override ask(): void {
          log.push([asyncScheduler.now(), "ask"]);
          super.ask();
        }
        override stop(): void {
          log.push([asyncScheduler.now(), "stop"]);
          super.stop();
        }
      }
      const asked = answering("-----n|");
      const source = hot("l-------r-l-r-l-|", channelEvents);
      expectObservable(source.pipe(reconciling(asked.reconcile, () => new Logged(100, () => false))));
      flush();
      const spans = [
        [0, 6],
        [10, 12],
        [14, 16],
      ].flatMap(([from, to]) => [
        [from, "ask"],
        [to, "stop"],
      ]);
      expect(log).to.deep.equal(spans);
    });
  });

  it("lifts what was paused when the gateway says that it runs since, and that it ran before lifts nothing", () => {
    play(({ hot, cold, expectObservable }) => {
      const source = hot("l--P-r-l----", channelEvents);
      const expected = "  l0-P-r-l(R2)";
      const answer = cold<readonly OpRecord[]>("-(n|)", { n: [recordOf("running", 4)] });
      const lifted = { ...events, R: found(resume()), 2: reconciled(0, 1) };
      expectObservable(source.pipe(reconciling(() => answer, comparison))).toBe(expected, lifted);
    });
  });
});

function asRegExp(text: string | RegExp): RegExp {
  return typeof text === "string" ? new RegExp(`^${text.replaceAll("\\", "\\\\")}$`) : text;
}
