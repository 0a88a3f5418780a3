import type { Changes } from "./BoardEvent.js";
import type { Lane } from "./Lane.js";

type News = Pick<Changes, "api" | "channel" | "dropped" | "warnings">;

/** What has changed since a page was told last. */
export class Unsent {
  readonly #added = new Set<Lane>();
  readonly #changed = new Set<Lane>();
  readonly #removed = new Set<number>();
  #news: News = {};
  #isEmpty = true;

  added(lane: Lane): void {
    this.#added.add(lane);
    this.#isEmpty = false;
  }

  changed(lane: Lane): void {
    if (!this.#added.has(lane)) this.#changed.add(lane);
    this.#isEmpty = false;
  }

  removed(lane: Lane): void {
    this.#changed.delete(lane);
    if (!this.#added.delete(lane)) this.#removed.add(lane.key);
    this.#isEmpty = false;
  }

  tell(news: News): void {
    this.#news = { ...this.#news, ...news };
    this.#isEmpty = false;
  }

  /** Everything so far, which counts as sent from now on; undefined where that is nothing. */
  take(now: number): Changes | undefined {
    if (this.#isEmpty) return undefined;
    const changes: Changes = {
      now,
      ...this.#news,
      ...(this.#added.size > 0 && { added: [...this.#added].map((lane) => lane.view()) }),
      ...(this.#changed.size > 0 && { changed: [...this.#changed].map((lane) => lane.patch()) }),
      ...(this.#removed.size > 0 && { removed: [...this.#removed] }),
    };
    for (const lane of this.#added) lane.sent();
    for (const lane of this.#changed) lane.sent();
    this.#added.clear();
    this.#changed.clear();
    this.#removed.clear();
    this.#news = {};
    this.#isEmpty = true;
    return changes;
  }
}
