import type { Changes, Snapshot } from "../../BoardEvent.js";
import { begin, change, clock, link, lose } from "./board.js";

/** The server tells once a second that it is there. */
const SILENT_MS = 3_000;
const CHECK_MS = 500;

/** After a server that answered, but not with events. */
const REOPEN_MS = 2_000;

/** Listens to the server for as long as the page is there, and says so when it hears nothing. */
export function listen(): void {
  let heardAt = Date.now();
  let source = open();

  setInterval(() => {
    const isSilent = Date.now() - heardAt > SILENT_MS;
    if (!isSilent || link.value.state !== "live") return;
    lose(heardAt);
    // Nobody tells a socket whose other end is frozen or unplugged.
    source.close();
    source = open();
  }, CHECK_MS);

  function open(): EventSource {
    const opened = new EventSource("events");
    clock.forget();
    for (const [name, tell] of Object.entries(tellers)) {
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => {
        heardAt = Date.now();
        tell(data);
      });
    }
    opened.onerror = () => {
      lose(heardAt);
      if (opened.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        if (opened === source) source = open();
      }, REOPEN_MS);
    };
    return opened;
  }
}

/** What is told by the events of the server. */
const tellers: Readonly<Record<string, (data: string) => void>> = {
  snapshot: (data) => {
    begin(JSON.parse(data) as Snapshot);
  },
  changes: (data) => {
    change(JSON.parse(data) as Changes);
  },
  beat: (data) => {
    const { now } = JSON.parse(data) as Pick<Changes, "now">;
    if (link.value.state === "live") clock.hear(now);
  },
};
