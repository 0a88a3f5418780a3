import type { JSX } from "preact";
import type { ChannelState } from "../../../../channel/ChannelStatus.js";
import type { OpState } from "../../../../opStatus.js";
import type { OpAction } from "../../../../rest/OpRecord.js";

type Kind = OpState | ChannelState | OpAction | "lost" | "keys";

/** A shape for what colour alone must not tell. */
export function Glyph({ kind }: { readonly kind: Kind }): JSX.Element {
  return (
    <svg class={`glyph glyph-${kind}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {shapes[kind]}
    </svg>
  );
}

const play = <path d="M4.5 2.8v10.4l8.5-5.2z" fill="currentColor" />;
const bars = <path d="M4 3h2.8v10H4zm5.2 0H12v10H9.2z" fill="currentColor" />;
const stop = <path d="M3.5 3.5h9v9h-9z" fill="currentColor" />;
const cross = <path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />;
const ring = (
  <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-dasharray="5 2.8" />
);

const shapes: Readonly<Record<Kind, JSX.Element>> = {
  running: play,
  resume: play,
  paused: bars,
  pause: bars,
  terminated: stop,
  terminate: stop,
  live: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  connecting: ring,
  reconnecting: <path d="M8 2 15 14H1z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />,
  failed: cross,
  lost: cross,
  closed: <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" />,
  keys: (
    <path
      d="M1.5 4h13v8.5h-13zM4 6.5h1m2.5 0h1m2.5 0h1M4.5 10h7"
      fill="none"
      stroke="currentColor"
      stroke-width="1.3"
    />
  ),
};
