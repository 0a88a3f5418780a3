import { expect } from "chai";
import { EventEmitter } from "node:events";
import picocolors from "picocolors";
import { Subject } from "rxjs";
import { showTable } from "../../../lib/cli/watch/showTable.js";
import type { Told, WatchEvent } from "../../../lib/cli/watch/WatchEvent.js";
import { AGENT, FLEET, paused } from "../../helpers/opControl.js";
import { VirtualTime } from "../../helpers/VirtualTime.js";

const BEGIN_FRAME = "\u001b[?2026h";

class Terminal extends EventEmitter {
  readonly writes: string[] = [];
  columns = 80;
  rows = 24;

  write(text: string): void {
    this.writes.push(text);
  }

  get frames(): readonly string[] {
    return this.writes.filter((text) => text.startsWith(BEGIN_FRAME));
  }
}

const scene = {
  gateway: "127.0.0.1:50051",
  agent: { agentId: "agent-7" },
  pinned: [FLEET, AGENT],
  colours: picocolors.createColors(false),
};

/** A table in virtual time; it is let go of at the end, for it would go on for ever. */
function play(act: (time: VirtualTime, table: ReturnType<typeof shown>) => void): void {
  VirtualTime.run((time) => {
    const table = shown(time);
    try {
      act(time, table);
    } finally {
      table.subscription.unsubscribe();
    }
  });
}

function shown(time: VirtualTime) {
  const terminal = new Terminal();
  const events$ = new Subject<WatchEvent>();
  const subscription = showTable(terminal, scene, events$).subscribe();
  const tell = (told: Told): void => {
    events$.next({ ...told, at: time.now });
  };
  const pause = (opId: string): void => {
    tell({ type: "status", ...paused(opId) });
  };
  return { terminal, events$, subscription, tell, pause };
}

describe("showTable", () => {
  it("draws what is told at once", () => {
    play((_time, { terminal, pause }) => {
      pause("a");
      expect(terminal.frames).to.have.length(1);
      expect(terminal.frames[0]).to.match(/^a +paused +op +0 s +0/m);
    });
  });

  it("draws ten times a second at most, and the last change for certain", () => {
    play((time, { terminal, pause }) => {
      for (let count = 0; count < 500; count++) {
        pause(`op:${count}`);
        time.pass(2);
      }
      expect(terminal.frames.length).to.be.within(8, 11);
      time.pass(100);
      expect(terminal.frames.at(-1)).to.include("op:499");
    });
  });

  it("draws every second, for time passes: how old a status is, and when the gateway is tried again", () => {
    play((time, { terminal, tell }) => {
      tell({ type: "channel", state: "reconnecting", attempt: 1, since: 0, retryInMs: 3_000 });
      for (const countdown of ["attempt 1 in 2 s", "attempt 1 in 1 s"]) {
        time.pass(1_000);
        expect(terminal.frames.at(-1)).to.include(countdown);
      }
      expect(terminal.frames).to.have.length(3);
    });
  });

  it("draws anew, on an empty screen and to its size, when that has changed", () => {
    play((time, { terminal, pause }) => {
      pause("a:b".repeat(20));
      time.pass(500);
      terminal.columns = 40;
      terminal.emit("resize");
      expect(terminal.frames).to.have.length(2);
      expect(terminal.frames[1]).to.include("\u001b[H\u001b[J").and.to.include("…");
    });
  });

  it("leaves the latest table on the screen when it is unsubscribed, with the cursor, and nothing else behind", () => {
    play((time, { terminal, events$, subscription, pause }) => {
      pause("a");
      pause("b");
      subscription.unsubscribe();
      expect(terminal.frames.at(-1)).to.match(/^b +paused/m);
      expect(terminal.writes.at(-1)).to.equal("\u001b[?25h");
      expect(terminal.listenerCount("resize")).to.equal(0);
      expect(events$.observed).to.equal(false);
      expect(time.pending).to.equal(0);
    });
  });
});
