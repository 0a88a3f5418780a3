import { signal } from "@preact/signals";
import { type BoardAction, type BoardAnswer, ScopeKey } from "../../BoardEvent.js";
import type { OpAction } from "../../../../rest/OpRecord.js";
import { api, lanesNow, link } from "./board.js";
import type { LaneState } from "./LaneState.js";
import { notify } from "./notices.js";

const ANSWER_MS = 15_000;

/** What the operator is asked to confirm before it is done. */
export interface Question {
  readonly lane: LaneState;
  readonly action: OpAction;
}

export const question = signal<Question | undefined>(undefined);

/** What has been asked for and not answered yet. */
export const underWay = signal<ReadonlySet<string>>(new Set());

/** Why an action is not to be had now; undefined where it is. */
export function hindrance(lane: LaneState, action: OpAction): string | undefined {
  const { ops } = lanesNow();
  if (link.value.state !== "live") return "the connection to the board's server is lost";
  if (!api.value.known) return api.value.problem ?? "no API server of the gateway is known";
  if (lane.key === ScopeKey.agent && ops.size === 0) return "the gateway knows an agent by its ops: there is none";
  const { own, current } = lane;
  if (own.state === "terminated") return "it is terminated, and nothing lifts that";
  if (current.state === "terminated") return `the ${current.scope} is terminated, and nothing lifts that`;
  if (action === "pause" && own.state === "paused") return "it is paused already";
  if (action !== "resume" || own.state === "paused") return undefined;
  if (current.state !== "paused") return "it is running already";
  return current.scope === "channel"
    ? "it is held until the channel is live again"
    : `the ${current.scope} is paused: resume the ${current.scope}`;
}

/** Does it, or asks first where it cannot be undone or reaches further than one op. */
export function request(lane: LaneState, action: OpAction): void {
  const why = hindrance(lane, action);
  if (why !== undefined) {
    notify("problem", `Cannot ${action} ${nameOf(lane)}: ${why}.`);
    return;
  }
  if (action === "terminate" || lane.key <= ScopeKey.channel) question.value = { lane, action };
  else void perform({ scope: "op", op: lane.opId, action }, `${lane.key}`);
}

export async function perform(asked: BoardAction, about: string): Promise<void> {
  underWay.value = new Set([...underWay.value, about]);
  try {
    const response = await fetch("actions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(asked),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer = (await response.json()) as BoardAnswer;
    if ("problem" in answer) notify("problem", `The gateway did not ${asked.action}: ${answer.problem}`);
    else notify("accepted", `The gateway accepted: ${answer.accepted}.`);
    if ("warning" in answer) notify("warning", `Careful: ${answer.warning ?? ""}.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    notify(
      "problem",
      `Nobody can say whether this was done (${asked.action}): the board's server gave no answer. ${why}`,
    );
  } finally {
    underWay.value = new Set([...underWay.value].filter((other) => other !== about));
  }
}

/** What a lane is called in a sentence. */
export function nameOf({ key, name }: LaneState): string {
  if (key === ScopeKey.fleet) return "the whole fleet";
  return key === ScopeKey.agent ? "the agent" : `op ${name}`;
}
