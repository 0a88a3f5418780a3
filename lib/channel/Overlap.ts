import { type OpControlSignal, scopeKey, scopeOfId } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";

/**
 * So many words on ops are kept in the short time that two streams overlap, which is 100 MB and more than arrive in a
 * second; of scopes, and of ops known by then, more.
 */
const MAX_WORDS = 400_000;

/** What a stream said of an op last, and how often it said RESUME of it. */
interface Word {
  signal: OpControlSignal;
  readonly message: unknown;
  readonly resumes: number;
}

/**
 * What counts of what two streams say that are open together, a new one and the one that it is to succeed.
 *
 * Neither can be left out: a TERMINATE may be under way on the older one that was sent before its successor was there,
 * and the older one may be what is left when the successor is lost. But each may lag behind the other, and a RESUME must
 * not lift a PAUSE that was sent after it. Nothing in a signal tells which was sent first; so PAUSE and TERMINATE count
 * at once, and a RESUME does when no other stream has said PAUSE of that op last. All that the successor says comes on the
 * older one as well, so one RESUME more than that has said is newer than all of it, and counts too. When the overlap is
 * over, both have said the same, and the successor's word counts.
 *
 * Where more ops are spoken of than there is room for, all that is said of the others counts at once, but for a RESUME of
 * the older stream: one of them may be held then until it is resumed again.
 *
 * @internal
 */
export class Overlap {
  /** By stream, its last word on each op since the overlap began. */
  readonly #words = new Map<object, Map<string, Word>>();
  #successor: object | undefined;
  #size = 0;

  /** Whether there is no room for words on further ops. */
  get isFull(): boolean {
    return this.#size >= MAX_WORDS;
  }

  /** The new stream is live. */
  succeed(stream: object): void {
    this.#successor = stream;
  }

  /** Takes note of what a stream says, and tells whether it counts now. */
  hear(stream: object, message: unknown): boolean {
    const signal = parseSignal(message);
    // What is no signal is worth a diagnostic, but not one per stream.
    if ("malformed" in signal) return !this.#isBehind(stream);
    const key = scopeKey(signal.opId);
    const words = this.#wordsOf(stream);
    const before = words.get(key);
    if (!before) {
      if (!this.#hasRoomFor(key)) return signal.signal !== "RESUME" || !this.#isBehind(stream);
      this.#size++;
    }
    const resumes = (before?.resumes ?? 0) + (signal.signal === "RESUME" ? 1 : 0);
    words.set(key, { signal: signal.signal, message, resumes });
    if (signal.signal !== "RESUME") return true;
    const against = this.#pausedByOthers(stream, key);
    if (against.some((word) => stream !== this.#successor || word.resumes >= resumes)) return false;
    for (const word of against) word.signal = "RESUME";
    return true;
  }

  /** Each RESUME that is the successor's last word on an op, where another stream's is PAUSE. */
  withheld(): unknown[] {
    const successor = this.#successor;
    if (!successor) return [];
    return [...this.#wordsOf(successor)]
      .filter(([key, { signal }]) => signal === "RESUME" && this.#pausedByOthers(successor, key).length > 0)
      .map(([, { message }]) => message);
  }

  /** Whether the successor, too, has spoken of the op that this message is about. */
  isKnownToSuccessor(message: unknown): boolean {
    const signal = parseSignal(message);
    if ("malformed" in signal || !this.#successor) return true;
    return this.#wordsOf(this.#successor).has(scopeKey(signal.opId));
  }

  /** The stream is lost, though what it said counts on. */
  lose(stream: object): void {
    if (this.#successor === stream) this.#successor = undefined;
  }

  /** A stream was lost, and all it said has come on another by now: each RESUME that only its PAUSE stood against. */
  forget(stream: object): unknown[] {
    const lost = this.#words.get(stream);
    this.#words.delete(stream);
    if (!lost) return [];
    this.#size -= lost.size;
    return [...this.#words].flatMap(([other, words]) =>
      [...words]
        .filter(([key, { signal }]) => signal === "RESUME" && lost.get(key)?.signal === "PAUSE")
        .filter(([key]) => this.#pausedByOthers(other, key).length === 0)
        .map(([, { message }]) => message),
    );
  }

  #isBehind(stream: object): boolean {
    return this.#successor !== undefined && stream !== this.#successor;
  }

  #hasRoomFor(key: string): boolean {
    if (!this.isFull || scopeOfId(key) !== "op") return true;
    return [...this.#words.values()].some((words) => words.has(key));
  }

  #wordsOf(stream: object): Map<string, Word> {
    let words = this.#words.get(stream);
    if (!words) this.#words.set(stream, (words = new Map<string, Word>()));
    return words;
  }

  /** What others say of an op who said PAUSE last. */
  #pausedByOthers(stream: object, key: string): Word[] {
    return [...this.#words].flatMap(([other, words]) => {
      const word = other === stream ? undefined : words.get(key);
      return word?.signal === "PAUSE" ? [word] : [];
    });
  }
}
