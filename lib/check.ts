import { printable } from "./printable.js";

/**
 * The longest delay a timer keeps; a longer one would fire at once.
 *
 * @internal
 */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Refuses a wrong argument at once, by name; the value itself is not repeated, for it may be secret.
 *
 * @internal
 */
export function check(ok: boolean, name: string, expected: string): asserts ok {
  if (!ok) throw new TypeError(`${name} must be ${expected}`);
}

/** @internal */
export function checkDurationMs(name: string, value: unknown, leastMs = 0): asserts value is number {
  const ok = typeof value === "number" && value >= leastMs && value <= MAX_DELAY_MS;
  check(ok, name, `a number of milliseconds from ${leastMs} to ${MAX_DELAY_MS}`);
}

/** @internal */
export function checkObject(name: string, value: unknown): asserts value is object {
  check(typeof value === "object" && value !== null && !Array.isArray(value), name, "an object");
}

/**
 * Refuses what is no object of options, and an option that there is not: it is a misspelt one, and what it was meant to
 * do would not be done.
 *
 * @internal
 */
export function checkOptions(options: unknown, known: readonly string[], parent?: string): asserts options is object {
  checkObject(parent ?? "options", options);
  for (const key of Object.keys(options)) {
    const name = parent === undefined ? key : `${parent}.${key}`;
    check(known.includes(key), printable(name), `spelt as one of the options that there are: ${known.join(", ")}`);
  }
}

/** @internal */
export function checkSignal(name: string, value: unknown): asserts value is AbortSignal {
  check(value instanceof AbortSignal, name, "an AbortSignal");
}

/**
 * Refuses what cannot be asked for what it is needed for; it need be no more than what can.
 *
 * @internal
 */
export function checkMethods(name: string, value: unknown, methods: readonly string[], expected: string): void {
  const given = Object(value) as Readonly<Record<string, unknown>>;
  check(
    methods.every((method) => typeof given[method] === "function"),
    name,
    expected,
  );
}

/**
 * Refuses what a callback has returned for the id of an op, by the callback's name.
 *
 * @internal
 */
export function checkReturnedId(callback: string, value: unknown): asserts value is string {
  check(typeof value === "string", callback, "a function that returns a string, the id of an op");
}
