import { expect } from "chai";
import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { operatorKeys } from "../../../lib/cli/demo/operatorKeys.js";
import { record } from "../../helpers/record.js";

describe("operatorKeys", () => {
  const keys = { p: "PAUSE", r: "RESUME", t: "TERMINATE", q: "quit", "\u0003": "quit" } as const;
  for (const [key, wish] of Object.entries(keys)) {
    it(`takes ${JSON.stringify(key)} for ${wish}`, () => {
      expect(wishesOf(key)).to.deep.equal([wish]);
    });
  }

  it("takes capitals for the same", () => {
    expect(wishesOf("P", "R", "T", "Q")).to.deep.equal(["PAUSE", "RESUME", "TERMINATE", "quit"]);
  });

  it("takes several keys that arrive at once one by one, in their order", () => {
    expect(wishesOf("prt")).to.deep.equal(["PAUSE", "RESUME", "TERMINATE"]);
  });

  it("takes bytes as well as text", () => {
    expect(wishesOf(Buffer.from("pr"))).to.deep.equal(["PAUSE", "RESUME"]);
  });

  it("takes no notice of any other key", () => {
    expect(wishesOf("x", " ", "\r", "\u001b[A", "é", "1", "__o__", "")).to.deep.equal([]);
  });

  it("takes the terminal out of its line mode while it listens, and puts it back", () => {
    const terminal = new FakeTerminal();
    const { subscription } = record(operatorKeys(terminal.asReadStream()));
    expect(terminal.isRaw).to.be.true;
    expect(terminal.isPaused()).to.be.false;
    subscription.unsubscribe();
    expect(terminal.isRaw).to.be.false;
    expect(terminal.isPaused()).to.be.true;
    expect(terminal.listenerCount("data")).to.equal(0);
  });
});

function wishesOf(...input: readonly (string | Buffer)[]): readonly unknown[] {
  const terminal = new FakeTerminal();
  const { values, subscription } = record(operatorKeys(terminal.asReadStream()));
  for (const data of input) terminal.emit("data", data);
  subscription.unsubscribe();
  return values;
}

/** As much of a terminal's input as is needed. */
class FakeTerminal extends PassThrough {
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  asReadStream(): ReadStream {
    return this as unknown as ReadStream;
  }
}
