import { signal } from "@preact/signals";

const TOGETHER_MS = 600;

/** What a screen reader is to say next; it takes its time, so that not everything is said. */
export const announcement = signal("");

let waiting: string[] = [];

export function announce(text: string): void {
  if (waiting.length === 0) setTimeout(say, TOGETHER_MS);
  waiting.push(text);
}

function say(): void {
  const most = 4;
  const rest = waiting.length - most;
  announcement.value = [...waiting.slice(0, most), ...(rest > 0 ? [`and ${rest} more changes`] : [])].join(". ");
  waiting = [];
}
