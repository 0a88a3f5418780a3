import { expect } from "chai";
import { LiveText } from "../../../lib/cli/watch/LiveText.js";

const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";

function drawnOn(): { readonly text: LiveText; readonly writes: string[] } {
  const writes: string[] = [];
  return { text: new LiveText({ write: (written) => writes.push(written) }), writes };
}

describe("LiveText", () => {
  it("hides the cursor while it draws, and shows it again at the end, below the lines", () => {
    const { text, writes } = drawnOn();
    text.draw(["a"]);
    text.end();
    expect(writes[0]).to.equal("\u001b[?25l");
    expect(writes.at(-1)).to.equal("\u001b[?25h");
    expect(writes.join("")).to.match(/a\u001b\[K\n[^\n]*$/);
  });

  it("writes each frame at once, over the one before it, and erases only what stands behind and below", () => {
    const { text, writes } = drawnOn();
    text.draw(["a", "b"]);
    text.draw(["c"]);
    text.draw(["d", "e"]);
    expect(writes.slice(1)).to.deep.equal([
      `${BEGIN}a\u001b[K\nb\u001b[K\n\u001b[J${END}`,
      `${BEGIN}\u001b[2Ac\u001b[K\n\u001b[J${END}`,
      `${BEGIN}\u001b[1Ad\u001b[K\ne\u001b[K\n\u001b[J${END}`,
    ]);
  });

  it("starts on an empty screen after its size has changed, once", () => {
    const { text, writes } = drawnOn();
    text.draw(["a", "b"]);
    text.startOver();
    text.draw(["c"]);
    text.draw(["d"]);
    expect(writes.slice(2)).to.deep.equal([
      `${BEGIN}\u001b[H\u001b[Jc\u001b[K\n\u001b[J${END}`,
      `${BEGIN}\u001b[1Ad\u001b[K\n\u001b[J${END}`,
    ]);
  });
});
