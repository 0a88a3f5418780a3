import { signal } from "@preact/signals";

/** What the pointer is at. */
export interface TipText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export const tip = signal<TipText | undefined>(undefined);
