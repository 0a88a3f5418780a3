import { signal } from "@preact/signals";
import { question } from "./actions.js";

export const SEARCH_ID = "search";

export const areKeysShown = signal(false);

/** What the keys do, for whoever asks. */
export const keys: readonly (readonly [string, string])[] = [
  ["/", "search by op id"],
  ["↑ ↓", "from lane to lane; Home, End, Page Up and Page Down go further"],
  ["p", "pause the lane that has the focus"],
  ["r", "resume it"],
  ["t", "terminate it, after a confirmation"],
  ["Tab", "from the lane to its buttons, and on"],
  ["Esc", "close a dialog, empty the search"],
  ["?", "these keys"],
];

/** The keys that work wherever the focus is, except where one types. */
export function listenForKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || question.value || areKeysShown.value) return;
    if (isTyping(event.target)) return;
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById(SEARCH_ID)?.focus();
    }
    if (event.key === "?") areKeysShown.value = true;
  };
  document.addEventListener("keydown", onKey);
  return () => {
    document.removeEventListener("keydown", onKey);
  };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement ? target.type !== "radio" : target instanceof HTMLSelectElement;
}
