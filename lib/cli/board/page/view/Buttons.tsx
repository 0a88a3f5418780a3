import type { JSX } from "preact";
import { ScopeKey } from "../../BoardEvent.js";
import type { OpAction } from "../../../../rest/OpRecord.js";
import { hindrance, nameOf, request, underWay } from "../state/actions.js";
import type { LaneState } from "../state/LaneState.js";
import { Glyph } from "./Glyph.js";

const actions: readonly OpAction[] = ["pause", "resume", "terminate"];

interface ButtonsProps {
  readonly lane: LaneState;
  readonly isActive: boolean;
}

/** What can be done about a lane. A button that is not to be had says why, which a disabled one could not. */
export function Buttons({ lane, isActive }: ButtonsProps): JSX.Element {
  const isBusy = underWay.value.has(`${lane.key}`);
  const reach = lane.key <= ScopeKey.channel ? " all" : "";
  return (
    <div class="actions" role="gridcell" aria-busy={isBusy}>
      {actions.map((action) => {
        const why = hindrance(lane, action);
        const name = `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;
        return (
          <button
            key={action}
            type="button"
            class={`button action action-${action}`}
            tabIndex={isActive ? 0 : -1}
            aria-label={`${name} ${nameOf(lane)}`}
            aria-disabled={why !== undefined || isBusy}
            title={why === undefined ? `${name}${reach} (${action.slice(0, 1)})` : `${name}: ${why}`}
            onClick={() => {
              if (!isBusy) request(lane, action);
            }}
          >
            <Glyph kind={action} />
            <span class="action-word">{name}</span>
          </button>
        );
      })}
    </div>
  );
}
