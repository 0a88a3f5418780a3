import type { JSX } from "preact";
import { dismiss, notices } from "../state/notices.js";

const words = { accepted: "Done", warning: "Careful", problem: "Problem" } as const;

/** What came of what was asked for; problems stay until they are dismissed. */
export function Notices(): JSX.Element {
  return (
    <div class="notices" role="log" aria-live="polite" aria-label="Answers of the gateway">
      {notices.value.map(({ id, kind, text }) => (
        <p key={id} class={`notice notice-${kind}`}>
          <strong>{words[kind]}</strong>
          <span class="notice-text">{text}</span>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              dismiss(id);
            }}
          >
            Dismiss
          </button>
        </p>
      ))}
    </div>
  );
}
