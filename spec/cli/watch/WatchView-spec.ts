import { expect } from "chai";
import type { Told } from "../../../lib/cli/watch/WatchEvent.js";
import { WatchView } from "../../../lib/cli/watch/WatchView.js";
import { OP, OTHER, pause, paused, resume, running, terminated } from "../../helpers/opControl.js";

/** The view after these events, each a second after the one before. */
function after(...events: readonly Told[]): WatchView {
  return events.reduce((view, event, index) => view.apply({ ...event, at: 1_000 * index }), new WatchView());
}

const status = (told: ReturnType<typeof paused>): Told => ({ type: "status", ...told });
const lost = { type: "channel", state: "reconnecting", attempt: 1, since: 0 } as const;
const live = { type: "channel", state: "live", attempt: 1, since: 0 } as const;

describe("WatchView", () => {
  it("has a row per op, with since when it has its status", () => {
    const { rows } = after(status(running()), status(paused(OTHER)), status(paused(OP, "fleet", 7n)));
    expect(rows).to.deep.equal([
      { opId: OTHER, label: OTHER, state: "paused", scope: "op", sequence: 0n, since: 1_000, signals: 0 },
      { opId: OP, label: OP, state: "paused", scope: "fleet", sequence: 7n, since: 2_000, signals: 0 },
    ]);
  });

  it("counts the signals that were seen for an op, which changes neither its time nor its place", () => {
    const { rows } = after(
      status(paused()),
      { type: "signal", ...pause() },
      status(paused(OTHER)),
      { type: "signal", ...pause() },
      { type: "signal", ...resume("unknown") },
    );
    expect(rows.map(({ opId, signals, since }) => [opId, signals, since])).to.deep.equal([
      [OP, 2, 0],
      [OTHER, 0, 2_000],
    ]);
  });

  it("goes on counting when the status changes", () => {
    const { rows } = after(status(paused()), { type: "signal", ...pause() }, status(terminated()));
    expect(rows[0]).to.include({ state: "terminated", signals: 1 });
  });

  it("drops the row of an op that is listed no more, and counts those", () => {
    const { rows, unlisted } = after(status(paused()), status(paused(OTHER)), { type: "unlisted", opId: OP });
    expect(rows.map(({ opId }) => opId)).to.deep.equal([OTHER]);
    expect(unlisted).to.equal(1);
  });

  it("makes an id printable, and knows the width of the widest that there was", () => {
    const view = after(status(paused("漢字")), status(paused("a\u001b[2J\n")), {
      type: "unlisted",
      opId: "a\u001b[2J\n",
    });
    expect(view.widestLabel).to.equal("a\\u001b[2J\\u000a".length);
    expect(after(status(paused("漢字"))).widestLabel).to.equal(4);
    expect(after(status(paused("a\n"))).rows[0]?.label).to.equal("a\\u000a");
  });

  describe("channel", () => {
    it("is not known until it is told", () => expect(after().channel).to.equal(undefined));

    it("has a state since it came to that, whatever else is told of it meanwhile", () => {
      const { channel } = after(live, { ...lost, retryInMs: 500 }, lost, { ...lost, attempt: 2, retryInMs: 4_000 });
      expect(channel).to.include({ state: "reconnecting", since: 1_000, attempt: 2 });
    });

    it("has the time of the next try, counted from when it was told, unless it is being tried", () => {
      expect(after(live, { ...lost, retryInMs: 4_000 }).channel?.nextTryAt).to.equal(5_000);
      expect(after(live, { ...lost, retryInMs: 4_000 }, lost).channel?.nextTryAt).to.equal(undefined);
    });

    it("keeps the last error while it is being tried, and forgets it when it is live", () => {
      expect(after({ ...lost, lastError: "gone" }, lost).channel?.lastError).to.equal("gone");
      expect(after({ ...lost, lastError: "gone" }, { ...lost, lastError: "no" }).channel?.lastError).to.equal("no");
      expect(after({ ...lost, lastError: "gone" }, live).channel?.lastError).to.equal(undefined);
      expect(after({ ...lost, lastError: "gone" }, live, lost).channel?.lastError).to.equal(undefined);
    });
  });

  describe("note", () => {
    it("is the last diagnostic", () => {
      const malformed = { type: "diagnostic", kind: "malformedSignal", reason: "emptyOpId", opId: "" } as const;
      const { note } = after({ ...malformed, count: 1 }, { ...malformed, count: 2 });
      expect(note).to.deep.equal({ text: "a message was no signal (emptyOpId); 2 so far", at: 1_000 });
    });

    it("is not about the channel's reconnecting, which the channel tells itself", () => {
      const { note } = after({ type: "diagnostic", kind: "reconnect", attempt: 1, retryInMs: 5, message: "gone" });
      expect(note).to.equal(undefined);
    });
  });
});
