import { printable } from "../../printable.js";
import type { OpAction, OpActionAck, OpHaltAck } from "../../rest/OpRecord.js";

const done: Readonly<Record<OpAction, string>> = { pause: "paused", resume: "resumed", terminate: "terminated" };

/** What was accepted, in a line. */
export function ackText(ack: OpActionAck | OpHaltAck): string {
  return `${done[ack.action]} ${printable(targetOf(ack))} at ${printable(ack.accepted_at)}`;
}

function targetOf(ack: OpActionAck | OpHaltAck): string {
  if ("op_id" in ack) return ack.op_id;
  return ack.scope === "agent" ? `every op of agent ${ack.target}` : "every op of every agent";
}
