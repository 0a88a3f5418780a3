import { signal } from "@preact/signals";

/** What came of something that was asked for. */
export interface Notice {
  readonly id: number;
  readonly kind: "accepted" | "warning" | "problem";
  readonly text: string;
}

const ACCEPTED_MS = 4_000;
const MOST = 4;

export const notices = signal<readonly Notice[]>([]);

let nextId = 0;

/** Shows it; good news goes by itself. */
export function notify(kind: Notice["kind"], text: string): void {
  const notice = { id: nextId++, kind, text };
  notices.value = [...notices.value.slice(1 - MOST), notice];
  if (kind === "accepted") setTimeout(dismiss, ACCEPTED_MS, notice.id);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
