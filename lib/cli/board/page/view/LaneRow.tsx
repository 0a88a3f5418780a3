import type { JSX } from "preact";
import { ScopeKey } from "../../BoardEvent.js";
import { lanesNow, nowBySecond } from "../state/board.js";
import type { LaneState } from "../state/LaneState.js";
import { durationWords, listingWords, scopeWords, stateWords } from "../state/words.js";
import { Buttons } from "./Buttons.js";
import { Glyph } from "./Glyph.js";
import { Track } from "./Track.js";

interface LaneRowProps {
  readonly lane: LaneState;
  readonly rowIndex: number;
  /** Where it is among the ops; a wider scope's stays where it is. */
  readonly top?: number;
  readonly isActive: boolean;
}

/** One swim-lane: what it is called, what it may do and by whose word, its signals, and what can be done about it. */
export function LaneRow({ lane, rowIndex, top, isActive }: LaneRowProps): JSX.Element {
  const { state } = lane.current;
  return (
    <div
      class={`lane ${lane.key <= ScopeKey.channel ? "lane-scope" : ""}`}
      role="row"
      aria-rowindex={rowIndex}
      tabIndex={isActive ? 0 : -1}
      data-key={lane.key}
      data-state={state}
      data-gone={lane.listing?.state === "gone"}
      {...(top === undefined ? {} : { style: { transform: `translateY(${top}px)` } })}
    >
      <div class="who" role="rowheader">
        <span class="name" title={lane.name}>
          {lane.key === ScopeKey.fleet ? (
            "Fleet"
          ) : lane.key === ScopeKey.agent ? (
            "Agent"
          ) : (
            <bdi dir="ltr">{lane.name}</bdi>
          )}
        </span>
        <Status lane={lane} />
      </div>
      <Track lane={lane} />
      <Buttons lane={lane} isActive={isActive} />
    </div>
  );
}

function Status({ lane }: { readonly lane: LaneState }): JSX.Element {
  const now = nowBySecond();
  const { state, scope } = lane.current;
  const since = lane.effective(lanesNow().widerThan(lane)).at(-1)?.since ?? lane.current.since;
  const ownScope = lane.key === ScopeKey.fleet ? "fleet" : lane.key === ScopeKey.agent ? "agent" : "op";
  const whose = state === "running" ? "" : scopeWords(scope, ownScope);
  const listed = listingWords(lane.listing);
  return (
    <span class="status" title={title(lane)}>
      <Glyph kind={state} />
      <span class="state">{stateWords[state]}</span>
      {whose !== "" && <span class="scope">{whose}</span>}
      <span class="soft since">{durationWords(now - since)}</span>
      {listed !== "" && <span class={lane.listing?.disagrees ? "disagrees" : "soft listed"}>{listed}</span>}
    </span>
  );
}

function title({ listing }: LaneState): string | undefined {
  if (!listing?.disagrees) return undefined;
  return `The gateway lists it as ${listing.state}, and no signal that says so was seen: it may have been lost.`;
}
