import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { lanes, lanesNow } from "../state/board.js";
import { activeKey } from "../state/focus.js";
import { request } from "../state/actions.js";
import { isHeld, order, search, stateFilter } from "../state/order.js";
import { painter } from "../state/painter.js";
import { tip } from "../state/tip.js";
import { Axis } from "./Axis.js";
import { LaneRow } from "./LaneRow.js";
import { ROW_HEIGHT } from "./rowHeight.js";

/** Above the ops: the axis, the fleet and the agent. */
const HEAD_ROWS = 3;
const OVERSCAN = 4;

const actions: Readonly<Record<string, "pause" | "resume" | "terminate">> = { p: "pause", r: "resume", t: "terminate" };

/** The lanes, of which only those in sight are there. */
export function LaneGrid(): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const scrollTop = useSignal(0);
  const height = useSignal(600);
  const focusNext = useRef<number | undefined>(undefined);

  useEffect(() => {
    const element = grid.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
      painter.width = element.querySelector(".axis canvas")?.clientWidth ?? 0;
    });
    observer.observe(element);
    const track = element.querySelector(".axis canvas");
    if (track) observer.observe(track);
    return () => {
      observer.disconnect();
    };
  }, []);

  const { fleet, agent } = lanesNow();
  const keys = order.value;
  const headKeys = [fleet, agent].flatMap((lane) => lane?.key ?? []);
  const active =
    lanes.get(activeKey.value) && [...headKeys, ...keys].includes(activeKey.value) ? activeKey.value : headKeys[0];
  const first = Math.max(0, Math.floor(scrollTop.value / ROW_HEIGHT) - OVERSCAN);
  const last = Math.min(keys.length, Math.ceil((scrollTop.value + height.value) / ROW_HEIGHT) + OVERSCAN);
  const inSight = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  const activeIndex = active === undefined ? -1 : keys.indexOf(active);
  // What has the focus must stay there, also where it has been scrolled out of sight.
  if (activeIndex >= 0 && activeIndex < first) inSight.unshift(activeIndex);
  if (activeIndex >= last) inSight.push(activeIndex);

  useLayoutEffect(() => {
    const key = focusNext.current;
    if (key === undefined) return;
    const row = grid.current?.querySelector<HTMLElement>(`[data-key="${key}"]`);
    if (!row) return;
    focusNext.current = undefined;
    row.focus({ preventScroll: true });
  });

  function goTo(position: number): void {
    const all = [...headKeys, ...keys];
    const key = all[Math.min(Math.max(position, 0), all.length - 1)];
    const element = grid.current;
    if (key === undefined || !element) return;
    const top = keys.indexOf(key) * ROW_HEIGHT;
    const visible = element.clientHeight - (head.current?.clientHeight ?? 0);
    if (top >= 0 && top < element.scrollTop) element.scrollTop = top;
    if (top >= 0 && top + ROW_HEIGHT > element.scrollTop + visible) element.scrollTop = top + ROW_HEIGHT - visible;
    focusNext.current = key;
    activeKey.value = key;
    scrollTop.value = element.scrollTop;
    element.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = (event.target as Element).closest<HTMLElement>("[data-key]");
    if (!row) return;
    const key = Number(row.dataset["key"]);
    const all = [...headKeys, ...keys];
    const at = all.indexOf(key);
    const page = Math.max(1, Math.floor(height.value / ROW_HEIGHT) - HEAD_ROWS);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: all.length - 1,
    };
    const next = steps[event.key];
    const action = actions[event.key.toLowerCase()];
    const lane = lanes.get(key);
    if (next !== undefined) goTo(next);
    else if (action && lane && !event.repeat) request(lane, action);
    else return;
    event.preventDefault();
  }

  const hold = (): void => {
    const element = grid.current;
    isHeld.value = element !== null && (element.matches(":hover") || element.querySelector(":focus-visible") !== null);
  };

  return (
    <div
      ref={grid}
      class="grid"
      role="grid"
      aria-label="Ops"
      aria-rowcount={keys.length + HEAD_ROWS}
      aria-colcount={3}
      onScroll={({ currentTarget }) => {
        scrollTop.value = currentTarget.scrollTop;
        tip.value = undefined;
      }}
      onKeyDown={onKeyDown}
      onPointerEnter={hold}
      onPointerLeave={() => {
        tip.value = undefined;
        hold();
      }}
      onFocusIn={({ target }) => {
        const key = (target as Element).closest<HTMLElement>("[data-key]")?.dataset["key"];
        if (key !== undefined) activeKey.value = Number(key);
        hold();
      }}
      onFocusOut={() => {
        setTimeout(hold);
      }}
    >
      <div ref={head} class="grid-head" role="rowgroup">
        <Axis />
        {[fleet, agent].map(
          (lane, index) =>
            lane && <LaneRow key={lane.key} lane={lane} rowIndex={index + 2} isActive={lane.key === active} />,
        )}
      </div>
      <div class="grid-body" role="rowgroup" style={{ height: `${keys.length * ROW_HEIGHT}px` }}>
        {inSight.map((index) => {
          const lane = lanes.ops.get(keys[index] ?? -1);
          if (!lane) return null;
          return (
            <LaneRow
              key={lane.key}
              lane={lane}
              rowIndex={index + HEAD_ROWS + 1}
              top={index * ROW_HEIGHT}
              isActive={lane.key === active}
            />
          );
        })}
      </div>
      {keys.length === 0 && fleet && <Emptiness />}
    </div>
  );
}

function Emptiness(): JSX.Element {
  const isFiltered = search.value !== "" || stateFilter.value !== "all";
  return (
    <p class="emptiness">
      {isFiltered
        ? "No op is like that."
        : "No op yet. One gets a lane when it is registered at the gateway, or with the first signal to it."}
    </p>
  );
}
