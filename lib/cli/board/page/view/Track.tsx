import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ScopeKey } from "../../BoardEvent.js";
import { drawLane, type Track as Drawn } from "../drawing/drawLane.js";
import { TimeScale } from "../drawing/TimeScale.js";
import { channel, clock, lanes, lanesNow, nowBySecond } from "../state/board.js";
import type { LaneState } from "../state/LaneState.js";
import { painter, windowMs } from "../state/painter.js";
import { tip } from "../state/tip.js";
import { durationWords, signalWords, timeOfDay } from "../state/words.js";
import { ROW_HEIGHT } from "./rowHeight.js";

const ownScopes: Readonly<Record<number, "fleet" | "agent">> = {
  [ScopeKey.fleet]: "fleet",
  [ScopeKey.agent]: "agent",
};

/** A lane's marble diagram; in words too. */
export function Track({ lane }: { readonly lane: LaneState }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return undefined;
    return painter.add({
      canvas: canvas.current,
      height: ROW_HEIGHT - 1,
      version: () => versionOf(lane),
      draw: (context, height, scale, brushes) => {
        const track: Drawn = {
          segments: lane.effective(lanes.widerThan(lane)),
          marbles: lane.marbles,
          outages: channel.value?.outages ?? [],
          ownScope: ownScopes[lane.key] ?? "op",
        };
        drawLane(context, height, scale, track, brushes);
      },
    });
  }, [lane]);
  return (
    <div class="track" role="gridcell">
      <canvas
        ref={canvas}
        role="img"
        aria-label={describe(lane)}
        onPointerMove={(event) => {
          point(event, lane);
        }}
        onPointerLeave={() => {
          tip.value = undefined;
        }}
      />
    </div>
  );
}

function versionOf(lane: LaneState): string {
  const { since = 0, outages = [] } = channel.value ?? {};
  return [lane.version, ...lanes.widerThan(lane).map(({ version }) => version), since, outages.length].join();
}

function describe({ key }: LaneState): string {
  const { marbles = [], lastMarble } = lanesNow().get(key) ?? {};
  const now = nowBySecond();
  if (!lastMarble) return "no signal seen";
  const { signal, at, sequence } = lastMarble;
  const from = now - windowMs.value;
  const count = marbles.filter((marble) => marble.at > from).length;
  const ago = durationWords(now - at);
  return `${count} signals in sight, the last: ${signalWords[signal]} ${ago} ago, sequence ${sequence}`;
}

const NEAR = 12;

function point({ currentTarget, offsetX, clientY }: TargetedPointerEvent<HTMLCanvasElement>, lane: LaneState): void {
  const box = currentTarget.getBoundingClientRect();
  const scale = new TimeScale(box.width, clock.now, windowMs.value);
  const y = clientY < 100 ? box.bottom : box.top;
  const near = lane.marbles.findLast(({ at }) => Math.abs(scale.x(at) - offsetX) < NEAR);
  if (near) {
    const text = `${signalWords[near.signal]} · ${timeOfDay(near.at, true)} · sequence ${near.sequence}`;
    tip.value = { x: box.left + scale.x(near.at), y, text };
    return;
  }
  const outage = channel.value?.outages.find(
    ({ since, until = Infinity }) => scale.x(since) <= offsetX && offsetX <= scale.x(until),
  );
  const until = outage?.until === undefined ? "now" : timeOfDay(outage.until);
  tip.value = outage && { x: box.left + offsetX, y, text: `channel not live · ${timeOfDay(outage.since)} to ${until}` };
}
