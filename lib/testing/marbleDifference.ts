import { inspect } from "node:util";
import { printable } from "../printable.js";

/** A notification as a TestScheduler records it: an inner stream is a value that is a list of these. */
interface Message {
  readonly frame: number;
  readonly notification: { readonly kind: "N" | "E" | "C"; readonly value?: unknown; readonly error?: unknown };
}

/** The same of a subscription. */
interface SubscriptionLog {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

/** A line of what came, of what was drawn, or of both. */
type Row = readonly [sign: " " | "+" | "-", text: string];

/** Where what came is not what was drawn, as lines; and each of the two for itself. */
export interface MarbleDifference {
  readonly text: string;
  readonly actual: string;
  readonly expected: string;
}

/** How many lines that are alike stand around one that is not. */
const CONTEXT = 3;
const MAX_LINES = 100;
/** One of an error that has caused itself would have no end. */
const MAX_CAUSES = 4;

/**
 * What differs between two recordings of a TestScheduler, with a line for each notification or subscription; undefined
 * where they are something else, or read alike.
 *
 * @internal
 */
export function marbleDifference(actual: unknown, expected: unknown): MarbleDifference | undefined {
  const rows = rowsOf(actual, expected);
  if (!rows?.some(([sign]) => sign !== " ")) return undefined;
  const side = (left: "+" | "-"): string =>
    rows
      .filter(([sign]) => sign !== left)
      .map(([, text]) => text)
      .join("\n");
  const text = ["not as drawn (- is what was drawn, + is what came)", "", ...linesOf(rows)].join("\n");
  return { text, actual: side("-"), expected: side("+") };
}

function rowsOf(actual: unknown, expected: unknown): readonly Row[] | undefined {
  if (isListOf(isMessage, actual) && isListOf(isMessage, expected)) {
    const frames = [...new Set([...actual, ...expected].map(({ frame }) => frame))].toSorted((a, b) => a - b);
    const width = String(frames.at(-1)).length;
    const [came, drawn] = [textsByFrame(actual, width), textsByFrame(expected, width)];
    return frames.flatMap((frame) => pairs(came.get(frame) ?? [], drawn.get(frame) ?? []));
  }
  if (isListOf(isSubscription, actual) && isListOf(isSubscription, expected)) {
    return pairs(actual.map(subscriptionText), expected.map(subscriptionText));
  }
  return undefined;
}

function textsByFrame(messages: readonly Message[], width: number): ReadonlyMap<number, readonly string[]> {
  const texts = new Map<number, string[]>();
  for (const message of messages) {
    const others = texts.get(message.frame);
    const text = messageText(message, width);
    if (others) others.push(text);
    else texts.set(message.frame, [text]);
  }
  return texts;
}

/** Of each place in two lists one line, or where they differ one of each. */
function pairs(actual: readonly string[], expected: readonly string[]): Row[] {
  return Array.from({ length: Math.max(actual.length, expected.length) }, (_, index): Row[] => {
    const [came, drawn] = [actual[index], expected[index]];
    if (came !== undefined && came === drawn) return [[" ", came]];
    return [
      ...(drawn === undefined ? [] : [["-", drawn] as const]),
      ...(came === undefined ? [] : [["+", came] as const]),
    ];
  }).flat();
}

function linesOf(rows: readonly Row[]): string[] {
  const isNear = (index: number): boolean =>
    rows.slice(Math.max(index - CONTEXT, 0), index + CONTEXT + 1).some(([sign]) => sign !== " ");
  const lines = rows.flatMap(([sign, text], index) => {
    if (isNear(index)) return [`${sign} ${text}`];
    return index === 0 || isNear(index - 1) ? ["  …"] : [];
  });
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `  … and ${lines.length - MAX_LINES} more lines`];
}

function messageText({ frame, notification }: Message, width: number): string {
  return `frame ${String(frame).padStart(width)}  ${notificationText(notification)}`;
}

function notificationText({ kind, value, error }: Message["notification"]): string {
  if (kind === "C") return "complete";
  return kind === "E" ? `error ${valueText(error)}` : valueText(value);
}

function subscriptionText({ subscribedFrame, unsubscribedFrame }: SubscriptionLog): string {
  const end = unsubscribedFrame === Infinity ? "never unsubscribed" : `unsubscribed at frame ${unsubscribedFrame}`;
  return `subscribed at frame ${subscribedFrame}, ${end}`;
}

/** In one line, and of an error what tells it from others: not where it was made. */
function valueText(value: unknown, causes = 0): string {
  if (value instanceof Error) return causes < MAX_CAUSES ? errorText(value, causes + 1) : "…";
  if (isListOf(isMessage, value) && value.length > 0) {
    return `[${value.map((message) => messageText(message, 0)).join("; ")}]`;
  }
  return printable(inspect(value, { breakLength: Infinity, compact: true, depth: 4 }), Infinity);
}

function errorText(error: Error, causes: number): string {
  const { name, message } = error;
  const fields = Object.entries(error).filter(([key]) => key !== "name" && key !== "message");
  if (error.cause !== undefined) fields.push(["cause", error.cause]);
  const shown = fields.map(([key, field]) => `${key}: ${valueText(field, causes)}`).join(", ");
  return printable(`${name}: ${message}`, Infinity) + (shown === "" ? "" : ` { ${shown} }`);
}

function isListOf<T>(isOne: (value: unknown) => value is T, value: unknown): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isMessage(value: unknown): value is Message {
  const { frame, notification } = Object(value) as Partial<Message>;
  return typeof frame === "number" && typeof notification === "object";
}

function isSubscription(value: unknown): value is SubscriptionLog {
  return typeof (Object(value) as Partial<SubscriptionLog>).subscribedFrame === "number";
}
