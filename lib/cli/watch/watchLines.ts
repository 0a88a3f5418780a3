import { map, mergeMap, type Observable, scan } from "rxjs";
import { printable } from "../../printable.js";
import { agentText } from "../connection/agentText.js";
import { type ChannelStory, NO_STORY, tellChannel } from "../connection/ChannelStory.js";
import { jsonLine } from "../jsonLine.js";
import { describeDiagnostic } from "./describeDiagnostic.js";
import type { WatchEvent } from "./WatchEvent.js";
import { MAX_ID_LENGTH } from "./WatchView.js";

interface Line {
  readonly story: ChannelStory;
  readonly text: string | undefined;
  readonly at: number;
}

const NO_LINE: Line = { story: NO_STORY, text: undefined, at: 0 };

/** A readable line for each change, with its time in front. */
export function watchLines(events$: Observable<WatchEvent>): Observable<string> {
  return events$.pipe(
    scan(toLine, NO_LINE),
    mergeMap(({ text, at }) => (text === undefined ? [] : [`${timeText(at)} ${text}\n`])),
  );
}

/** One line of NDJSON for all that is told; its times are written as in RFC 3339. */
export function watchJsonLines(events$: Observable<WatchEvent>): Observable<string> {
  return events$.pipe(
    map((event) => {
      const at = timeText(event.at);
      return jsonLine(event.type === "channel" ? { ...event, since: timeText(event.since), at } : { ...event, at });
    }),
  );
}

function toLine({ story }: Line, event: WatchEvent): Line {
  const { at } = event;
  if (event.type === "channel") {
    const next = tellChannel(story, event);
    return { story: next, text: next.text === undefined ? undefined : `channel ${next.text}`, at };
  }
  return { story, text: textOf(event), at };
}

function textOf(event: Exclude<WatchEvent, { readonly type: "channel" }>): string | undefined {
  switch (event.type) {
    case "watching":
      return `watching ${printable(event.gateway)} as agent ${agentText(event)}, and nothing that is for another agent`;
    case "status":
      return `${event.state} ${printable(event.opId, MAX_ID_LENGTH)} (scope: ${event.scope})`;
    case "unlisted":
      return `unlisted ${printable(event.opId, MAX_ID_LENGTH)} (there are too many ops)`;
    case "diagnostic":
      // The channel has told of that itself.
      return event.kind === "reconnect" ? undefined : `note ${describeDiagnostic(event)}`;
    case "signal":
      return undefined;
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
