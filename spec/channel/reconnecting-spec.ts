import { expect } from "chai";
import { asyncScheduler, concat, defer, merge, mergeMap, NEVER, of, Subject, takeUntil, throwError, timer } from "rxjs";
import { type RunHelpers, TestScheduler } from "rxjs/testing";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { type ReconnectPolicy, reconnecting } from "../../lib/channel/reconnecting.js";
import type { StreamAttempt, StreamEvent } from "../../lib/channel/StreamAttempt.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { marbleMatcher } from "../../lib/testing/marbleMatcher.js";
import { OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { pendingTimers } from "../helpers/timers.js";

/** What a stream does: it is live, drains, and brings signals to one op, and to another. */
const stream = {
  l: { type: "live" },
  d: { type: "draining" },
  P: { type: "message", message: pause() },
  R: { type: "message", message: resume() },
  T: { type: "message", message: terminate() },
  p: { type: "message", message: pause(OTHER) },
  e: { type: "diagnostic", diagnostic: { kind: "refusedEnvelope", reason: "otherAgent", subject: "s", count: 1 } },
} as const satisfies Record<string, StreamEvent>;

const gone = new Error("gone");
const misconfigured = new Error("misconfigured");
const unauthenticated = new Error("unauthenticated");

/** Half of what the jitter allows: waits of 5, 10 and 20 ms, and 30 ms at the slow end. */
const policy: ReconnectPolicy = {
  reconnect: { initialDelayMs: 10, maxDelayMs: 40 },
  refusalIn: (error) => {
    if (error === misconfigured) return "misconfigured";
    return error === unauthenticated ? "unauthenticated" : undefined;
  },
  random: () => 0.5,
};

/** The draw of a stream that is refused, or lost, at its end. */
type Draw = (marbles: string, error?: Error) => StreamAttempt;

interface Play {
  readonly draw: Draw;
  /** What the source of those attempts tells within so many ms, each line with its time; later attempts hang. */
  readonly told: (
    attempts: readonly StreamAttempt[],
    options?: Partial<ReconnectPolicy> & { readonly until?: number },
  ) => readonly string[];
  readonly expectSubscriptions: RunHelpers["expectSubscriptions"];
  readonly cold: RunHelpers["cold"];
}

/** Plays in virtual time; what was told is looked at once all is over. */
function play(act: (play: Play) => (() => void) | undefined): void {
  const scheduler = new TestScheduler(marbleMatcher);
  let check: (() => void) | undefined;
  scheduler.run(({ cold, expectSubscriptions }) => {
    check = act({
      cold,
      expectSubscriptions,
      draw: (marbles, error) => cold<StreamEvent>(marbles, stream, error),
      told: (attempts, { until = 100, ...given } = {}) => {
        const lines: string[] = [];
        const left = [...attempts];
        const attempt$ = defer(() => left.shift() ?? cold<StreamEvent>("-"));
        reconnecting(attempt$, { ...policy, ...given })
          .pipe(takeUntil(timer(until)))
          .subscribe({
            next: (event) => lines.push(`${asyncScheduler.now()} ${shown(event)}`),
            error: (error: unknown) => lines.push(`${asyncScheduler.now()} error: ${(error as Error).message}`),
          });
        return lines;
      },
    });
  });
  check?.();
}

/** One event in a word: `connecting 1`, `reconnecting 2 in 10: gone`, `PAUSE`, `handover draining`. */
function shown(event: ChannelEvent): string {
  if (event.type === "message") {
    const { opId, signal } = event.message as OpControlMessage;
    return opId === OTHER ? `${signal} other` : signal;
  }
  if (event.type === "diagnostic") {
    const { diagnostic } = event;
    if (diagnostic.kind === "handover") return `handover ${diagnostic.reason}`;
    if (diagnostic.kind !== "handoverFailed") return diagnostic.kind;
    return `handoverFailed in ${diagnostic.retryInMs}: ${diagnostic.message}`;
  }
  const { state, attempt, retryInMs, lastError } = event.status;
  const wait = retryInMs === undefined ? "" : ` in ${retryInMs}`;
  return `${state} ${attempt}${wait}${lastError === undefined ? "" : `: ${lastError}`}`;
}

describe("reconnecting", () => {
  it("is connecting, then live when the stream is, and passes its messages on", () => {
    play(({ draw, told }) => {
      const lines = told([draw("--l-P-R-T--")]);
      return () => {
        expect(lines).to.deep.equal(["0 connecting 1", "2 live 1", "4 PAUSE", "6 RESUME", "8 TERMINATE"]);
      };
    });
  });

  it("passes on what else a stream has to tell, before it is live and when another takes over from it", () => {
    play(({ draw, told }) => {
      const lines = told([draw("-el-d---e"), draw("---l")], { until: 10 });
      return () => {
        expect(lines).to.deep.equal([
          "0 connecting 1",
          "1 refusedEnvelope",
          "2 live 1",
          "7 handover draining",
          "8 refusedEnvelope",
        ]);
      };
    });
  });

  it("says at once that it has lost the stream, and opens the next after the wait", () => {
    play(({ cold, told, expectSubscriptions }) => {
      const first = cold<StreamEvent>("-l-#", stream, gone);
      const second = cold<StreamEvent>("-l-P", stream);
      const lines = told([first, second], { until: 20 });
      expectSubscriptions(first.subscriptions).toBe("^--!");
      expectSubscriptions(second.subscriptions).toBe("--------^-----------!");
      return () => {
        expect(lines).to.deep.equal([
          "0 connecting 1",
          "1 live 1",
          "3 reconnecting 1 in 5: gone",
          "8 reconnecting 1: gone",
          "9 live 1",
          "11 PAUSE",
        ]);
      };
    });
  });

  it("backs off after a clean end as well", () => {
    play(({ draw, told }) => {
      const lines = told([draw("-l|")]);
      return () => {
        expect(lines).to.deep.equal([
          "0 connecting 1",
          "1 live 1",
          "2 reconnecting 1 in 5: the gateway ended the stream",
          "7 reconnecting 1: the gateway ended the stream",
        ]);
      };
    });
  });

  it("waits longer from attempt to attempt, up to the longest wait, and counts them", () => {
    play(({ draw, told }) => {
      const lines = told([draw("#", gone), draw("#", gone), draw("-#", gone), draw("#", gone), draw("-l")]);
      return () => {
        expect(lines).to.deep.equal([
          "0 connecting 1",
          "0 reconnecting 2 in 5: gone",
          "5 reconnecting 2: gone",
          "5 reconnecting 3 in 10: gone",
          "15 reconnecting 3: gone",
          "16 reconnecting 4 in 20: gone",
          "36 reconnecting 4: gone",
          "36 reconnecting 5 in 20: gone",
          "56 reconnecting 5: gone",
          "57 live 5",
        ]);
      };
    });
  });

  it("begins to wait and to count anew when the channel has been live, without any message", () => {
    play(({ draw, told }) => {
      const lines = told([draw("#", gone), draw("#", gone), draw("l-#", gone), draw("#", gone)], { until: 35 });
      return () => {
        expect(lines.slice(4)).to.deep.equal([
          "15 reconnecting 3: gone",
          "15 live 3",
          "17 reconnecting 1 in 5: gone",
          "22 reconnecting 1: gone",
          "22 reconnecting 2 in 10: gone",
          "32 reconnecting 2: gone",
        ]);
      };
    });
  });

  it("says since when it is reconnecting, and not only since the last attempt", () => {
    play(({ draw }) => {
      const seen: (readonly [string, number])[] = [];
      const attempts = [draw("--l-#", gone), draw("#", gone), draw("--l")];
      reconnecting(
        defer(() => attempts.shift() ?? of()),
        policy,
      )
        .pipe(takeUntil(timer(30)))
        .subscribe((event) => {
          if (event.type === "status") seen.push([event.status.state, event.status.since]);
        });
      return () => {
        expect(seen).to.deep.equal([
          ["connecting", 0],
          ["live", 2],
          ["reconnecting", 4],
          ["reconnecting", 4],
          ["reconnecting", 4],
          ["reconnecting", 4],
          ["live", 21],
        ]);
      };
    });
  });

  it("draws its waits at random where it is not told how", () => {
    const { refusalIn } = policy;
    const waits = Array.from({ length: 20 }, () => {
      const { values, subscription } = record(
        reconnecting(
          throwError(() => gone),
          { refusalIn, reconnect: { initialDelayMs: 1e6, maxDelayMs: 1e6 } },
        ),
      );
      subscription.unsubscribe();
      return values.map(shown).at(-1);
    });
    expect(new Set(waits).size).to.be.greaterThan(2);
  });

  describe("when the gateway refuses us", () => {
    it("as misconfigured, before it was ever live: errors with it, at once", () => {
      play(({ draw, told }) => {
        const lines = told([draw("-#", gone), draw("-#", misconfigured)]);
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "1 reconnecting 2 in 5: gone",
            "6 reconnecting 2: gone",
            "7 error: misconfigured",
          ]);
        };
      });
    });

    it("as unauthenticated, before it was ever live: asks once more, and errors the second time", () => {
      play(({ draw, told }) => {
        const lines = told([draw("#", unauthenticated), draw("#", gone), draw("#", unauthenticated)]);
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 reconnecting 2 in 5: unauthenticated",
            "5 reconnecting 2: unauthenticated",
            "5 reconnecting 3 in 10: gone",
            "15 reconnecting 3: gone",
            "15 error: unauthenticated",
          ]);
        };
      });
    });

    it("once it has been live: goes on at the slow end of the backoff, for as long as it takes", () => {
      play(({ draw, told }) => {
        const refused = Array.from({ length: 3 }, () => draw("#", misconfigured));
        const lines = told([draw("l#", gone), ...refused, draw("l")], { until: 200 });
        return () => {
          expect(lines.slice(3)).to.deep.equal([
            "6 reconnecting 1: gone",
            "6 reconnecting 2 in 30: misconfigured",
            "36 reconnecting 2: misconfigured",
            "36 reconnecting 3 in 30: misconfigured",
            "66 reconnecting 3: misconfigured",
            "66 reconnecting 4 in 30: misconfigured",
            "96 reconnecting 4: misconfigured",
            "96 live 4",
          ]);
        };
      });
    });

    it("as unauthenticated, once it has been live: soon asks for a fresh token, and is slow from the second time on", () => {
      play(({ draw, told }) => {
        const refused = Array.from({ length: 3 }, () => draw("#", unauthenticated));
        const lines = told([draw("l#", gone), ...refused, draw("l#", gone), draw("#", unauthenticated)], {
          until: 120,
        });
        return () => {
          expect(lines.slice(3)).to.deep.equal([
            "6 reconnecting 1: gone",
            "6 reconnecting 2 in 10: unauthenticated",
            "16 reconnecting 2: unauthenticated",
            "16 reconnecting 3 in 30: unauthenticated",
            "46 reconnecting 3: unauthenticated",
            "46 reconnecting 4 in 30: unauthenticated",
            "76 reconnecting 4: unauthenticated",
            "76 live 4",
            "77 reconnecting 1 in 5: gone",
            "82 reconnecting 1: gone",
            "82 reconnecting 2 in 10: unauthenticated",
            "92 reconnecting 2: unauthenticated",
          ]);
        };
      });
    });
  });

  describe("when the gateway drains", () => {
    it("opens a new stream at once, stays live, and lets the old one go half a second later", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("l--d--P---p", stream);
        const next = cold<StreamEvent>("-----l--R", stream);
        const lines = told([old, next], { until: 1_100 });
        expectSubscriptions(old.subscriptions).toBe("^ 507ms !");
        expectSubscriptions(next.subscriptions).toBe("---^ 1096ms !");
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 live 1",
            "6 PAUSE",
            "8 handover draining",
            "10 PAUSE other",
            "11 RESUME",
          ]);
        };
      });
    });

    it("does not let what lags behind on the old stream undo what came on the new one, but for a TERMINATE", () => {
      play(({ draw, told }) => {
        // The new stream has brought PAUSE, RESUME, PAUSE already when the old one brings the RESUME.
        const lines = told([draw("ld-----RpT"), draw("lPRP---")]);
        return () => {
          expect(lines.slice(2)).to.deep.equal([
            "1 handover draining",
            "2 PAUSE",
            "3 RESUME",
            "4 PAUSE",
            "8 PAUSE other",
            "9 TERMINATE",
          ]);
        };
      });
    });

    it("goes on with the old stream where the new one cannot be opened, and tries again after the wait", () => {
      play(({ draw, told }) => {
        const lines = told([draw("l-d---P----P---P"), draw("-#", gone), draw("-#", misconfigured), draw("-l")]);
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 live 1",
            "3 handoverFailed in 5: gone",
            "6 PAUSE",
            "9 handoverFailed in 30: misconfigured",
            "11 PAUSE",
            "15 PAUSE",
            "40 handover draining",
          ]);
        };
      });
    });

    it("is reconnecting when the old stream ends while the new one is being opened, and opens no other", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const next = cold<StreamEvent>("------l", stream);
        const lines = told([cold<StreamEvent>("l-d-#", stream, gone), next], { until: 20 });
        expectSubscriptions(next.subscriptions).toBe("--^-----------------!");
        return () => {
          expect(lines).to.deep.equal(["0 connecting 1", "0 live 1", "4 reconnecting 1: gone", "8 live 1"]);
        };
      });
    });

    it("waits anew when the old stream ends between two attempts to open the new one", () => {
      play(({ draw, told }) => {
        const lines = told([draw("l-d-#", gone), draw("-#", new Error("busy")), draw("l")], { until: 60 });
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 live 1",
            "3 handoverFailed in 5: busy",
            "4 reconnecting 2 in 10: gone",
            "14 reconnecting 2: gone",
            "14 live 2",
          ]);
        };
      });
    });

    it("lets go of an old stream that ends by itself, and forgets it", () => {
      play(({ draw, told }) => {
        const lines = told([draw("ld--#", gone), draw("-l----P")], { until: 1_100 });
        return () => {
          expect(lines).to.deep.equal(["0 connecting 1", "0 live 1", "2 handover draining", "7 PAUSE"]);
        };
      });
    });

    it("keeps two streams at the most: a third waits until the first has said all, and the second as much", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const streams = ["ld---- 300ms T", "---ld-----", "-l--"].map((marbles) => cold<StreamEvent>(marbles, stream));
        const lines = told(streams, { until: 1_100 });
        const [first, second, third] = streams.map(({ subscriptions }) => subscriptions);
        expectSubscriptions(first!).toBe("^ 503ms !");
        expectSubscriptions(second!).toBe("-^ 1098ms !");
        expectSubscriptions(third!).toBe("1004ms ^ 95ms !");
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 live 1",
            "4 handover draining",
            "306 TERMINATE",
            "1005 handover draining",
          ]);
        };
      });
    });

    it("keeps the old stream where the new one is lost, until another is live and has been so for half a second", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld----P---- 800ms T", stream);
        const lines = told([old, cold<StreamEvent>("lR-#", stream, gone), cold("- 700ms l", stream)], { until: 1_300 });
        expectSubscriptions(old.subscriptions).toBe("^ 1209ms !");
        return () => {
          expect(lines.slice(2)).to.deep.equal([
            "1 handover draining",
            "2 RESUME",
            "4 reconnecting 1 in 5: gone",
            "6 PAUSE",
            "9 reconnecting 1: gone",
            "710 live 1",
            "811 TERMINATE",
          ]);
        };
      });
    });

    it("lets no RESUME of a new stream that lags behind lift a PAUSE of the old one", () => {
      play(({ draw, told }) => {
        // The old one has brought PAUSE, RESUME, PAUSE already when the new one brings the same, and a RESUME to both.
        const lines = told([draw("ldPRP-------R"), draw("---l--PRP---R")]);
        return () => {
          expect(lines.slice(2)).to.deep.equal([
            "2 PAUSE",
            "3 RESUME",
            "4 PAUSE",
            "4 handover draining",
            "7 PAUSE",
            "9 PAUSE",
            "13 RESUME",
          ]);
        };
      });
    });

    it("tells when the overlap is over the RESUME that the new one said last, where the old one did not come to it", () => {
      play(({ draw, told }) => {
        const lines = told([draw("ld-RP"), draw("----lR")], { until: 1_100 });
        return () => {
          expect(lines.slice(2)).to.deep.equal(["3 RESUME", "4 PAUSE", "5 handover draining", "1005 RESUME"]);
        };
      });
    });

    it("counts what an old stream has said no more once that has ended, nor before its successor was asked for", () => {
      play(({ draw, told }) => {
        const ended = told([draw("ld--RP#", gone), draw("--l----#", gone), draw("lR")]);
        const failed = told([draw("ld-RP"), draw("-#", gone), draw("-lR")]);
        return () => {
          expect(ended.slice(2)).to.deep.equal([
            "3 handover draining",
            "4 RESUME",
            "5 PAUSE",
            "8 reconnecting 1 in 5: gone",
            "13 reconnecting 1: gone",
            "13 live 1",
            "14 RESUME",
          ]);
          expect(failed.slice(2)).to.deep.equal([
            "2 handoverFailed in 5: gone",
            "3 RESUME",
            "4 PAUSE",
            "8 handover draining",
            "9 RESUME",
          ]);
        };
      });
    });

    it("lets no RESUME of an old stream that lags behind lift the PAUSE of a new one that is lost, nor the next", () => {
      play(({ draw, told }) => {
        const lines = told([draw("ld--------------R"), draw("--lP---#", gone), draw("-#", gone)], { until: 20 });
        return () => {
          expect(lines.slice(2)).to.deep.equal([
            "3 handover draining",
            "4 PAUSE",
            "8 reconnecting 1 in 5: gone",
            "13 reconnecting 1: gone",
            "14 reconnecting 2 in 10: gone",
          ]);
        };
      });
    });

    const flood = Array.from({ length: 400_001 }, (_, index): StreamEvent => {
      return { type: "message", message: pause(`op:${index}`) };
    });

    it("listens to the old stream for half a second, of however many ops it has spoken", () => {
      play(({ told, expectSubscriptions, cold }) => {
        const old = cold<StreamEvent>("ld--------p", stream);
        const flooding = merge(old, timer(2).pipe(mergeMap(() => flood)));
        const lines = told([flooding, cold<StreamEvent>("-----l", stream)], { until: 600 });
        expectSubscriptions(old.subscriptions).toBe("^ 505ms !");
        return () => {
          expect(lines.slice(-3)).to.deep.equal(["2 PAUSE", "6 handover draining", "10 PAUSE other"]);
        };
      });
    });

    it("keeps the old stream, with however many ops, where it is all that is left", () => {
      play(({ told, draw }) => {
        const old = merge(draw("ld- 27ms p"), timer(20).pipe(mergeMap(() => flood)));
        const lines = told([old, draw("l-#", gone)], { until: 40 });
        return () => {
          expect(lines.at(-1)).to.equal("30 PAUSE other");
        };
      });
    });

    it("hears the old stream though the new one has spoken of more ops than can be kept in mind, and says so", () => {
      play(({ told, expectSubscriptions, cold }) => {
        const old = cold<StreamEvent>("ld----(pT)", stream);
        const lines = told([old, concat([stream.l, ...flood], NEVER)], { until: 600 });
        expectSubscriptions(old.subscriptions).toBe("^ 500ms !");
        return () => {
          expect(lines).to.have.lengthOf(400_007);
          expect(lines.filter((line) => line.includes("overlapSaturated"))).to.have.lengthOf(1);
          expect(lines.slice(-2)).to.deep.equal(["6 PAUSE other", "6 TERMINATE"]);
        };
      });
    });

    it("listens to an old stream that lags for as long as it brings news, though half a second has passed", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld 448ms p 400ms T", stream);
        const lines = told([old, cold<StreamEvent>("l", stream)], { until: 3_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 1000ms !");
        return () => {
          expect(lines.slice(3)).to.deep.equal(["450 PAUSE other", "851 TERMINATE"]);
        };
      });
    });

    it("listens on where the new stream, too, has news meanwhile, of another op", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld 448ms p", stream);
        told([old, cold<StreamEvent>("l 458ms P", stream)], { until: 3_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 1000ms !");
        return undefined;
      });
    });

    it("takes for lag what is new in the last tenth of a second, and nothing before", () => {
      for (const [brings, isHeard] of [
        ["ld 399ms p", "^ 500ms !"],
        ["ld 400ms p", "^ 1000ms !"],
      ] as const) {
        play(({ cold, told, expectSubscriptions }) => {
          const old = cold<StreamEvent>(brings, stream);
          told([old, cold<StreamEvent>("l", stream)], { until: 3_000 });
          expectSubscriptions(old.subscriptions).toBe(isHeard);
          return undefined;
        });
      }
    });

    it("takes for lag of the old stream nothing that the new one says, of however many ops", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld", stream);
        const next = concat([stream.l, ...flood], cold<StreamEvent>("450ms p", stream));
        const lines = told([old, next], { until: 600 });
        expectSubscriptions(old.subscriptions).toBe("^ 500ms !");
        return () => {
          expect(lines.at(-1)).to.equal("451 PAUSE other");
        };
      });
    });

    it("lets go of an old stream that is ahead of the new one, which says the same a little later", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld 448ms p", stream);
        told([old, cold<StreamEvent>("l 450ms p", stream)], { until: 3_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 500ms !");
        return undefined;
      });
    });

    it("listens on where the event loop stood still when it was to let go: what came meanwhile is yet to be read", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld 600ms T", stream);
        const now = asyncScheduler.now.bind(asyncScheduler);
        // The clock runs ahead of what is scheduled, as where timers are late.
        timer(400).subscribe(() => (asyncScheduler.now = () => now() + 150));
        timer(550).subscribe(() => (asyncScheduler.now = now));
        const lines = told([old, cold<StreamEvent>("l", stream)], { until: 3_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 1000ms !");
        return () => {
          expect(lines.at(-1)).to.equal("602 TERMINATE");
        };
      });
    });

    it("takes a timer that is a tenth of a second late for no standstill", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ld", stream);
        const now = asyncScheduler.now.bind(asyncScheduler);
        timer(400).subscribe(() => (asyncScheduler.now = () => now() + 100));
        timer(550).subscribe(() => (asyncScheduler.now = now));
        told([old, cold<StreamEvent>("l", stream)], { until: 3_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 500ms !");
        return undefined;
      });
    });

    it("errors where it cannot be told that what has arrived is read", () => {
      play(({ draw, told }) => {
        const lines = told([draw("ld"), draw("l")], { afterReading$: throwError(() => gone), until: 600 });
        return () => {
          expect(lines.slice(2)).to.deep.equal(["1 handover draining", "501 error: gone"]);
        };
      });
    });

    it("gives an old stream ten seconds to catch up", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>(`ld${"-p 98ms ".repeat(120)}`, stream);
        told([old, cold<StreamEvent>("l", stream)], { until: 20_000 });
        expectSubscriptions(old.subscriptions).toBe("^ 10000ms !");
        return undefined;
      });
    });

    it("lets a RESUME of the old stream count, half a second late, when the new one is lost that had said PAUSE", () => {
      play(({ draw, told }) => {
        const lines = told([draw("ld--P----R"), draw("l--P-#", gone)], { until: 2_000 });
        return () => {
          expect(lines.filter((line) => /PAUSE|RESUME/.test(line))).to.deep.equal(["4 PAUSE", "4 PAUSE", "506 RESUME"]);
        };
      });
    });

    it("takes it from no stream but the current one, and not twice", () => {
      play(({ cold, told, expectSubscriptions }) => {
        const old = cold<StreamEvent>("ldd-d", stream);
        const next = cold<StreamEvent>("--l--", stream);
        const none = cold<StreamEvent>("-");
        told([old, next, none], { until: 1_100 });
        expectSubscriptions(next.subscriptions).toBe("-^ 1098ms !");
        expectSubscriptions(none.subscriptions).toBe([]);
        return undefined;
      });
    });
  });

  describe("where streams are replaced for their age", () => {
    it("opens the new one shortly before the old one is too old, and goes on so", () => {
      play(({ draw, told }) => {
        const lines = told([draw("--l"), draw("--l"), draw("--l")], { maxStreamAgeMs: 2_000, until: 5_000 });
        return () => {
          expect(lines).to.deep.equal(["0 connecting 1", "2 live 1", "1904 handover age", "3806 handover age"]);
        };
      });
    });

    it("replaces none, and waits for nothing, where no age is given", () => {
      const before = pendingTimers();
      const { subscription } = record(reconnecting(concat([stream.l], NEVER), policy));
      expect(pendingTimers()).to.equal(before);
      subscription.unsubscribe();
    });

    it("replaces at no age a stream that has ended before, nor one that drains", () => {
      play(({ draw, told }) => {
        const lines = told([draw("l--#", gone), draw("l--d"), draw("l")], { maxStreamAgeMs: 100, until: 105 });
        return () => {
          expect(lines).to.deep.equal([
            "0 connecting 1",
            "0 live 1",
            "3 reconnecting 1 in 5: gone",
            "8 reconnecting 1: gone",
            "8 live 1",
            "11 handover draining",
          ]);
        };
      });
    });
  });

  describe("on unsubscription", () => {
    for (const [when, marbles, until] of [
      ["while it connects", ["---l"], 2],
      ["while it is live", ["l"], 5],
      ["while it waits", ["#"], 3],
      ["while a new stream is being opened", ["ld", "---l"], 3],
      ["while two streams overlap", ["ld", "l"], 50],
    ] as const) {
      it(`lets go of everything ${when}`, () => {
        play(({ cold, told, expectSubscriptions }) => {
          const streams = marbles.map((drawn) => cold<StreamEvent>(drawn, stream, gone));
          told(streams, { until, maxStreamAgeMs: 10_000 });
          for (const [index, { subscriptions }] of streams.entries()) {
            const began = index === 0 ? "" : "-";
            const ended = marbles[index] === "#" ? "(^!)" : `${began}^ ${until - began.length - 1}ms !`;
            expectSubscriptions(subscriptions).toBe(ended);
          }
          return undefined;
        });
      });
    }

    for (const state of ["connecting", "live", "reconnecting"] as const) {
      it(`within the handler of ${state}: opens and tells nothing more`, () => {
        let opened = 0;
        const lines: string[] = [];
        const attempt$: StreamAttempt = defer(() => {
          opened++;
          return of<StreamEvent>({ type: "live" });
        });
        const closed$ = new Subject<void>();
        reconnecting(attempt$, { ...policy, maxStreamAgeMs: 1 })
          .pipe(takeUntil(closed$))
          .subscribe((event) => {
            lines.push(shown(event));
            if (event.type === "status" && event.status.state === state) closed$.next();
          });
        expect(opened).to.equal(state === "connecting" ? 0 : 1);
        expect(lines.at(-1)).to.match(new RegExp(`^${state}`));
      });
    }
  });

  it("keeps its state per subscription", () => {
    play(({ draw, told }) => {
      const attempts = () => [draw("l-#", gone)];
      const [one, two] = [told(attempts()), told(attempts())];
      return () => {
        expect(one).to.deep.equal(two);
      };
    });
  });
});
