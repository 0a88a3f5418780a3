import { expect } from "chai";
import { Subject } from "rxjs";
import { type ChannelStatus, channelStatus } from "../../../lib/channel/ChannelStatus.js";
import { coloursFor } from "../../../lib/cli/colours.js";
import type { ExecEvent } from "../../../lib/cli/exec/ExecEvent.js";
import { Narrator } from "../../../lib/cli/exec/Narrator.js";

const started: ExecEvent = { type: "started", pid: 42, command: "sleep \u001b[2J 1" };
const missing: ExecEvent = { type: "cannotRun", command: "slep", reason: "command not found" };

describe("Narrator", () => {
  it("says sentences, each in a line that says whose it is, without control characters", () => {
    const { narrator, written } = start();
    narrator.tell(started);
    narrator.tell({ type: "stopped", scope: "fleet", processes: 3 });
    narrator.tell({ type: "ending", reason: "terminated", detail: "op", processes: 1, graceMs: 1_500 });
    expect(written()).to.equal(
      "rx-op-control: started sleep \\u001b[2J 1 (pid 42)\n" +
        "rx-op-control: paused (scope: fleet): 3 processes stopped\n" +
        "rx-op-control: the op was terminated (scope: op): SIGTERM sent to 1 process, SIGKILL follows in 1.5 s\n",
    );
  });

  it("says what is of interest to a reader only", () => {
    const { narrator, written } = start();
    narrator.tell({ type: "registered", api: "http://127.0.0.1:7700" });
    narrator.tell({ type: "notRegistered", api: "http://127.0.0.1:7700", isNamed: false, reason: "refused" });
    narrator.tell({ type: "ended", exitCode: 0 });
    expect(written()).to.equal("");
    narrator.tell({ type: "notRegistered", api: "http://api", isNamed: true, reason: "refused" });
    expect(written()).to.match(/could not be registered at http:\/\/api.*: refused\n$/);
  });

  it("tells a machine everything, a line of JSON each, with its time", () => {
    const { narrator, written } = start({ isJson: true });
    narrator.tell(started);
    narrator.tell({ type: "ended", exitCode: 7 });
    const [first, second] = written()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(first).to.deep.include(started).and.to.have.property("at").that.is.closeTo(Date.now(), 5_000);
    expect(second).to.include({ type: "ended", exitCode: 7 });
    expect(written()).to.not.include("\u001b");
  });

  it("is quiet if asked to, but for what went wrong", () => {
    for (const isJson of [false, true]) {
      const { narrator, written } = start({ isQuiet: true, isJson });
      const connection$ = new Subject<ChannelStatus>();
      narrator.showChannel(connection$);
      connection$.next(channelStatus("live"));
      narrator.tell(started);
      expect(written()).to.equal("");
      narrator.tell(missing);
      expect(written()).to.include("command not found");
    }
  });

  it("tells how the channel is doing, but not that we close it", () => {
    for (const isJson of [false, true]) {
      const { narrator, written } = start({ isJson });
      const connection$ = new Subject<ChannelStatus>();
      narrator.showChannel(connection$);
      connection$.next(channelStatus("live"));
      connection$.next(channelStatus("closed"));
      expect(written()).to.match(
        isJson ? /^\{"type":"channel","state":"live".*\}\n$/ : /^rx-op-control: channel live\n$/,
      );
    }
  });

  function start(options: { readonly isJson?: boolean; readonly isQuiet?: boolean } = {}) {
    let written = "";
    const write = (lines: string): void => {
      written += lines;
    };
    const colours = coloursFor({ isTTY: false });
    const narrator = new Narrator({ write, isJson: false, isQuiet: false, colours, ...options });
    return { narrator, written: () => written };
  }
});
