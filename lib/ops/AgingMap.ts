/**
 * A Map that also gives up its oldest entry in constant time.
 *
 * `map.keys().next()` does not: it steps over every hole that earlier removals left at the front, which at 100,000
 * entries came to 32 us a removal. An iterator that is kept goes on from where it stopped: 0.4 us. But it also keeps
 * every table that the Map has outgrown since its last step (200,000 ops paused and resumed: 30 MB), so it is let go
 * after as many other removals as there are entries.
 *
 * @internal
 */
export class AgingMap<K, V> extends Map<K, V> {
  #oldestFirst: IterableIterator<K> | undefined;
  #removals = 0;

  override delete(key: K): boolean {
    if (!super.delete(key)) return false;
    if (this.#oldestFirst && ++this.#removals > this.size) this.#oldestFirst = undefined;
    return true;
  }

  /** Removes the entry that was set first and returns its key. */
  removeOldest(): K | undefined {
    const oldest = this.#nextOldest() ?? this.#startOver();
    if (oldest) super.delete(oldest.key);
    return oldest?.key;
  }

  #nextOldest(): { readonly key: K } | undefined {
    const next = this.#oldestFirst?.next();
    return next && !next.done ? { key: next.value } : undefined;
  }

  #startOver(): { readonly key: K } | undefined {
    this.#oldestFirst = this.keys();
    this.#removals = 0;
    return this.#nextOldest();
  }
}
