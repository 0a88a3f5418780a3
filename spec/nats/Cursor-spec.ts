import type { JsMsg, StreamInfo } from "@nats-io/jetstream";
import { expect } from "chai";
import { Cursor, isSamePosition, positionOf } from "../../lib/nats/Cursor.js";

const message = (seq: number, timestampNanos = 1_000n): JsMsg => ({ seq, timestampNanos }) as JsMsg;

const stream = (first_seq: number, created = "one day"): StreamInfo =>
  ({ created, state: { first_seq } }) as unknown as StreamInfo;

describe("Cursor", () => {
  it("begins with the first", () => {
    expect(new Cursor().positionIn(stream(1), "consumer")).to.be.undefined;
  });

  it("is at the last message, for each consumer", () => {
    const cursor = new Cursor();
    cursor.positionIn(stream(1), "a");
    cursor.advance("a", message(3, 30n));
    cursor.advance("b", message(5, 50n));
    cursor.advance("a", message(4, 40n));
    expect(cursor.positionIn(stream(1), "a")).to.deep.equal({ sequence: 4, timestamp: 40n });
    expect(cursor.positionIn(stream(4), "b")).to.deep.equal({ sequence: 5, timestamp: 50n });
    expect(cursor.positionIn(stream(1), "c")).to.be.undefined;
  });

  it("begins with the first there is, where the last one has become too old", () => {
    const cursor = new Cursor();
    cursor.positionIn(stream(1), "a");
    cursor.advance("a", message(4));
    expect(cursor.positionIn(stream(4), "a")).to.be.an("object");
    expect(cursor.positionIn(stream(5), "a")).to.be.undefined;
  });

  it("begins with the first of a stream that was made anew, whatever it counts", () => {
    const cursor = new Cursor();
    cursor.positionIn(stream(1), "a");
    cursor.advance("a", message(4));
    cursor.advance("b", message(4));
    expect(cursor.positionIn(stream(1, "another day"), "a")).to.be.undefined;
    expect(cursor.positionIn(stream(1, "another day"), "b")).to.be.undefined;
  });

  it("begins with the first after a reset", () => {
    const cursor = new Cursor();
    cursor.positionIn(stream(1), "a");
    cursor.advance("a", message(4));
    cursor.reset();
    expect(cursor.positionIn(stream(1), "a")).to.be.undefined;
  });

  it("knows a message by its sequence and by when it was taken in", () => {
    expect(isSamePosition(positionOf(message(1, 10n)), { sequence: 1, timestamp: 10n })).to.be.true;
    expect(isSamePosition(positionOf(message(1, 11n)), { sequence: 1, timestamp: 10n })).to.be.false;
    expect(isSamePosition(positionOf(message(2, 10n)), { sequence: 1, timestamp: 10n })).to.be.false;
  });
});
