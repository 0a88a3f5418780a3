import type { JSX } from "preact";
import type { OpState } from "../../../../opStatus.js";
import { lanesNow } from "../state/board.js";
import { areKeysShown, SEARCH_ID } from "../state/keyboard.js";
import { isHeld, order, search, type SortBy, sortBy, stateFilter } from "../state/order.js";
import { windowMs, windows } from "../state/painter.js";
import { stateWords } from "../state/words.js";
import { Glyph } from "./Glyph.js";

const states = ["running", "paused", "terminated"] as const;

/** Which lanes are shown, in which order, and how much of their past. */
export function Toolbar(): JSX.Element {
  return (
    <div class="toolbar" role="toolbar" aria-label="Which ops are shown">
      <input
        id={SEARCH_ID}
        class="search"
        type="search"
        placeholder="Search by op id   /"
        aria-label="Search by op id"
        autocomplete="off"
        spellcheck={false}
        value={search.value}
        onInput={({ currentTarget }) => {
          search.value = currentTarget.value;
        }}
      />
      <StateFilter />
      <select
        aria-label="Order"
        value={sortBy.value}
        onChange={({ currentTarget }) => {
          sortBy.value = currentTarget.value as SortBy;
        }}
      >
        <option value="id">Sorted by id</option>
        <option value="recent">Last change first</option>
      </select>
      <Shown />
      <fieldset class="segmented windows">
        <legend class="hidden">Window of time</legend>
        {windows.map(({ ms, label }) => (
          <label key={ms} class="segment">
            <input
              type="radio"
              name="window"
              checked={windowMs.value === ms}
              onChange={() => {
                windowMs.value = ms;
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        class="button quiet"
        title="What the keys do (?)"
        aria-label="Show what the keys do"
        onClick={() => {
          areKeysShown.value = true;
        }}
      >
        <Glyph kind="keys" />
      </button>
    </div>
  );
}

function StateFilter(): JSX.Element {
  const { counts, ops } = lanesNow();
  return (
    <fieldset class="segmented">
      <legend class="hidden">State</legend>
      <StateChoice state="all" label="All" count={ops.size} />
      {states.map((state) => (
        <StateChoice key={state} state={state} label={stateWords[state]} count={counts[state]} />
      ))}
    </fieldset>
  );
}

interface StateChoiceProps {
  readonly state: OpState | "all";
  readonly label: string;
  readonly count: number;
}

function StateChoice({ state, label, count }: StateChoiceProps): JSX.Element {
  return (
    <label class={`segment state-${state}`}>
      <input
        type="radio"
        name="state"
        checked={stateFilter.value === state}
        onChange={() => {
          stateFilter.value = state;
        }}
      />
      <span>
        {state !== "all" && <Glyph kind={state} />}
        {label} <b class="count">{count}</b>
      </span>
    </label>
  );
}

function Shown(): JSX.Element {
  const { ops } = lanesNow();
  const isOrderOfInterest = sortBy.value === "recent" || stateFilter.value !== "all";
  return (
    <span class="shown">
      {order.value.length} of {ops.size} shown
      {isHeld.value && isOrderOfInterest && <em title="No lane moves while you point at them"> · order held</em>}
    </span>
  );
}
