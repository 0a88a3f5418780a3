import type { BaseEvent, RunAgentInput } from "@ag-ui/client";

export const THREAD = "thread";
export const RUN = "run";

export const input: RunAgentInput = {
  threadId: THREAD,
  runId: RUN,
  state: {},
  messages: [],
  tools: [],
  context: [],
  forwardedProps: {},
};

/** A run that says "ab", as marbles. */
export const events = {
  s: event("RUN_STARTED", { threadId: THREAD, runId: RUN }),
  m: event("TEXT_MESSAGE_START", { messageId: "m", role: "assistant" }),
  a: event("TEXT_MESSAGE_CONTENT", { messageId: "m", delta: "a" }),
  b: event("TEXT_MESSAGE_CONTENT", { messageId: "m", delta: "b" }),
  e: event("TEXT_MESSAGE_END", { messageId: "m" }),
  f: event("RUN_FINISHED", { threadId: THREAD, runId: RUN }),
};

export function event(type: string, fields: object = {}): BaseEvent {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- as it comes over the wire
  return { type, ...fields } as BaseEvent;
}
