import type { JSX } from "preact";
import { tip } from "../state/tip.js";

/** Names the marble under the pointer. What it says is part of the lane's description too. */
export function Tip(): JSX.Element | null {
  if (!tip.value) return null;
  const { x, y, text } = tip.value;
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${x}px`, top: `${y}px` }}>
      {text}
    </div>
  );
}
