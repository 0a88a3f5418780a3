import { expect } from "chai";
import type { ObservableNotification } from "rxjs";
import type { ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import { MergedChannel } from "../../lib/channel/MergedChannel.js";
import { MergedWords } from "../../lib/channel/MergedWords.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { message, status } from "../helpers/channelMarbles.js";
import { OP, OTHER, pause, resume } from "../helpers/opControl.js";
import { VirtualTime } from "../helpers/VirtualTime.js";

type Told = ObservableNotification<ChannelEvent>;

const next = (value: ChannelEvent): Told => ({ kind: "N", value });
const connecting = next(status("connecting"));
const live = next(status("live"));
const reconnecting = (details: Partial<ChannelStatus> = {}) => next(status("reconnecting", details));
const completed: Told = { kind: "C" };
const failed = (text: string): Told => ({ kind: "E", error: new Error(text) });

/** What is told in a word: `live 1`, `reconnecting 2 in 10: gone`, `PAUSE`, `sourceEnded: gone`, `completed`. */
function shown(told: Told): string {
  if (told.kind === "C") return "completed";
  if (told.kind === "E") return `failed: ${(told.error as Error).message}`;
  const event = told.value;
  if (event.type === "message") return (event.message as { signal: string }).signal;
  const { kind, state, attempt, retryInMs, message, lastError } = (event.type === "status"
    ? event.status
    : event.diagnostic) as unknown as Record<string, string | undefined>;
  const wait = retryInMs === undefined ? "" : ` in ${retryInMs}`;
  const why = lastError ?? message;
  const what = kind ?? state ?? "";
  return `${what}${attempt === undefined ? "" : ` ${attempt}`}${wait}${why === undefined ? "" : `: ${why}`}`;
}

/** What a channel of so many sources tells of each of these, one line each. */
function told(size: number, ...given: readonly (readonly [source: number, told: Told])[]): string[] {
  const channel = new MergedChannel(size);
  return given.map(([source, notification]) => channel.take(source, notification).map(shown).join(", "));
}

describe("MergedChannel", () => {
  describe("is connecting", () => {
    it("while all that have said anything are, and says so once", () => {
      expect(told(2, [0, connecting], [1, connecting])).to.deep.equal(["connecting 1", ""]);
    });
  });

  describe("is live", () => {
    it("when one of them is, whatever becomes of the others", () => {
      const given = [
        [0, connecting],
        [1, connecting],
        [1, live],
        [0, live],
        [1, reconnecting()],
      ] as const;
      expect(told(2, ...given)).to.deep.equal(["connecting 1", "", "live 1", "", ""]);
    });

    it("with the attempt of the first, and tells nothing of another's", () => {
      const given = [
        [0, next(status("live", { attempt: 7 }))],
        [1, next(status("live", { attempt: 3 }))],
      ] as const;
      expect(told(2, ...given, [0, reconnecting()], [0, live])).to.deep.equal(["live 7", "", "", ""]);
    });

    it("still, and tells of the loss of one as a diagnostic, once for each wait", () => {
      const lost = { attempt: 2, retryInMs: 10, lastError: "gone" };
      expect(
        told(2, [0, live], [1, live], [0, reconnecting(lost)], [0, reconnecting({ attempt: 2, lastError: "gone" })]),
      ).to.deep.equal(["live 1", "", "reconnect 2 in 10: gone", ""]);
    });
  });

  describe("is reconnecting", () => {
    it("when none is live any more, by the one that tries soonest, and one that is at it before all", () => {
      const lines = told(
        3,
        ...([0, 1, 2] as const).map((source) => [source, live] as const),
        [0, reconnecting({ attempt: 3, retryInMs: 30, lastError: "one" })],
        [1, reconnecting({ attempt: 2, retryInMs: 20, lastError: "two" })],
        [2, reconnecting({ attempt: 1, retryInMs: 25, lastError: "three" })],
        [0, reconnecting({ attempt: 3, lastError: "one" })],
        [1, reconnecting({ attempt: 2, lastError: "two" })],
      );
      expect(lines.slice(3)).to.deep.equal([
        "reconnect 3 in 30: one",
        "reconnect 2 in 20: two",
        "reconnecting 2 in 20: two",
        "reconnecting 3: one",
        "",
      ]);
    });

    it("and not connecting, where one has failed to be live, and says why though another is still at it", () => {
      const lines = told(
        2,
        [0, connecting],
        [1, connecting],
        [0, reconnecting({ attempt: 2, retryInMs: 5, lastError: "no" })],
      );
      expect(lines.at(-1)).to.equal("reconnecting 1: no");
    });

    it("and not connecting, where it was live before", () => {
      expect(told(2, [0, live], [0, completed], [1, connecting])).to.deep.equal([
        "live 1",
        "sourceEnded: it was closed, reconnecting 1",
        "",
      ]);
    });

    it("since the last of them was lost, and tells it once", () => {
      VirtualTime.run((time) => {
        const channel = new MergedChannel(2);
        const sinces: number[] = [];
        const take = (source: number, given: Told) => {
          for (const told of channel.take(source, given)) {
            if (told.kind === "N" && told.value.type === "status") sinces.push(told.value.status.since);
          }
        };
        take(0, live);
        time.pass(5);
        take(0, reconnecting({ retryInMs: 5 }));
        time.pass(5);
        take(0, reconnecting());
        time.pass(5);
        take(1, live);
        expect(sinces).to.deep.equal([0, 5, 5, 15]);
      });
    });
  });

  describe("when a source is over", () => {
    it("goes on with the others, and says which one it was by its error", () => {
      expect(told(2, [0, live], [1, live], [0, failed("wrong\nport")])).to.deep.equal([
        "live 1",
        "",
        "sourceEnded: wrong\\u000aport",
      ]);
    });

    it("goes by the others' state only", () => {
      expect(told(2, [0, live], [1, reconnecting({ attempt: 4 })], [0, completed])).to.deep.equal([
        "live 1",
        "",
        "sourceEnded: it was closed, reconnecting 4",
      ]);
    });

    it("is over when all are: closed where all were closed, and failed where one has", () => {
      expect(told(2, [0, completed], [1, completed]).at(-1)).to.equal("completed");
      expect(told(3, [0, failed("first")], [1, completed], [2, failed("second")]).at(-1)).to.equal("failed: first");
      expect(told(1, [0, live], [0, failed("only")]).at(-1)).to.equal("failed: only");
    });
  });

  it("passes a diagnostic on, and a message where it counts", () => {
    const diagnostic = next({ type: "diagnostic", diagnostic: { kind: "handover", reason: "age" } });
    const given = [
      [0, diagnostic],
      [0, next(message(pause()))],
      [1, next(message(pause()))],
      [0, next(message(resume()))],
    ] as const;
    expect(told(2, ...given, [1, next(message(resume()))])).to.deep.equal(["handover", "PAUSE", "PAUSE", "", "RESUME"]);
  });

  it("tells what counts when a lost source is forgotten", () => {
    const channel = new MergedChannel(2);
    channel.take(0, next(message(pause())));
    channel.take(1, next(message(resume())));
    expect(channel.lose(1)).to.equal(0);
    channel.take(1, next(message(resume())));
    expect([...channel.forget(0, channel.lose(0)!)].map(shown)).to.deep.equal(["RESUME"]);
  });

  it("says that there is no room for more, once until half of it is free", () => {
    const channel = new MergedChannel(2, new MergedWords(2));
    const take = (...signals: { opId: string }[]) =>
      signals.flatMap((signal) => channel.take(0, next(message(signal)))).map(shown);
    expect(take(pause(OP), pause(OTHER), pause("third"))).to.deep.equal(["PAUSE", "PAUSE", "mergeSaturated", "PAUSE"]);
    expect(take(resume(OP), pause(OP))).to.deep.equal(["RESUME", "PAUSE", "mergeSaturated"]);
  });

  it("knows no other sources than it was made for", () => {
    expect(told(1, [1, live], [-1, completed])).to.deep.equal(["", ""]);
  });
});
