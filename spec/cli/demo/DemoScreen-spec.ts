import { expect } from "chai";
import { DemoScreen, type Screen } from "../../../lib/cli/demo/DemoScreen.js";

const ERASE = "\r\u001b[K";

describe("DemoScreen", () => {
  describe("without a terminal", () => {
    it("writes one plain line per event: the label, and the text in the twelfth column", () => {
      const out = new Out();
      const screen = new DemoScreen(out, { live: false });
      screen.line("gateway", "127.0.0.1:50051");
      screen.line("terminated", "demo:1 (scope: op)");
      expect(out.written).to.equal("gateway    127.0.0.1:50051\nterminated demo:1 (scope: op)\n");
    });

    it("draws no marbles", () => {
      const out = new Out();
      const screen = new DemoScreen(out, { live: false });
      screen.mark("p");
      screen.tick(true);
      screen.end();
      expect(out.written).to.equal("");
    });

    it("cuts a long text, so that a line stays a line", () => {
      const out = new Out();
      new DemoScreen(out, { live: false }).line("called", "x".repeat(1_000));
      expect(out.written.length).to.be.lessThan(140);
      expect(out.written).to.match(/x…\n$/);
    });
  });

  describe("on a terminal", () => {
    it("keeps the marble line below the lines: it is erased for each, and drawn again", () => {
      const out = new Out(80);
      const screen = new DemoScreen(out, { live: true });
      screen.tick(false);
      screen.mark("p");
      screen.line("paused", "demo:1");
      screen.tick(true);
      expect(out.written).to.equal(`${ERASE}op -${ERASE}paused     demo:1\nop -p${ERASE}op -p`);
    });

    it("draws dots while the op is paused", () => {
      const out = new Out(80);
      const screen = new DemoScreen(out, { live: true });
      screen.tick(true);
      screen.tick(true);
      expect(out.written).to.equal(`${ERASE}op .${ERASE}op ..`);
    });

    it("fits the lines and the marbles into the columns there are", () => {
      const out = new Out(40);
      const screen = new DemoScreen(out, { live: true });
      for (let tick = 0; tick < 100; tick++) screen.tick(false);
      screen.line("called", "x".repeat(100));
      for (const line of out.written.split(/\n|\r\u001b\[K/)) expect(line.length).to.be.at.most(40);
    });

    it("follows the width as the window changes", () => {
      const out = new Out(40);
      const screen = new DemoScreen(out, { live: true });
      screen.line("called", "x".repeat(100));
      out.columns = 100;
      out.written = "";
      screen.line("called", "x".repeat(80));
      expect(out.written).to.include("x".repeat(80));
    });

    it("cuts nothing where the terminal says that it has 0 columns, as one does that does not know", () => {
      const out = new Out(0);
      const screen = new DemoScreen(out, { live: true });
      screen.tick(false);
      screen.tick(false);
      out.written = "";
      screen.line("channel", "live");
      expect(out.written).to.equal(`${ERASE}channel    live\nop --`);
    });

    it("leaves the marble line as it is at the end; what follows stands below it, on lines of its own", () => {
      const out = new Out(80);
      const screen = new DemoScreen(out, { live: true });
      screen.tick(false);
      screen.end();
      expect(out.written).to.equal(`${ERASE}op -\n`);
      out.written = "";
      screen.line("channel", "closed");
      expect(out.written.replaceAll(ERASE, "")).to.equal("channel    closed\n");
    });
  });

  it("makes texts from outside printable", () => {
    const out = new Out(200);
    new DemoScreen(out, { live: false }).line("called", 'line 1/1: "\u001b[2J\nchannel    live\u202e"');
    expect(out.written).to.equal('called     line 1/1: "\\u001b[2J\\u000achannel    live\\u202e"\n');
  });
});

class Out implements Screen {
  written = "";

  constructor(public columns = 132) {}

  write(text: string): void {
    this.written += text;
  }
}
