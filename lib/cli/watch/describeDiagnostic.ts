import type { Diagnostic } from "../../Diagnostic.js";

/** A diagnostic in a sentence; what it quotes from outside is printable already. */
export function describeDiagnostic(diagnostic: Diagnostic): string {
  switch (diagnostic.kind) {
    case "malformedSignal":
      return `a message was no signal (${diagnostic.reason}); ${diagnostic.count} so far`;
    case "evicted":
      return `"${diagnostic.opId}" was forgotten, terminated as it is, to make room; ${diagnostic.count} so far`;
    case "saturated":
      return `over ${diagnostic.maxTrackedOps} ops are paused: every other op counts as paused until it is resumed`;
    case "cleanupFailed":
    case "cleanupTimedOut":
    case "subscriberThrew":
      return `${diagnostic.kind}: ${diagnostic.message}`;
    case "reconnect":
      return `reconnecting, attempt ${diagnostic.attempt}: ${diagnostic.message}`;
    case "handover":
      return diagnostic.reason === "age"
        ? "a new stream has taken over from one that was too old"
        : "a new stream has taken over: the gateway was about to go";
    case "handoverFailed":
      return `the stream is to be replaced, and no new one could be opened: ${diagnostic.message}`;
    case "overlapSaturated":
      return "while one stream took over from another, more was told than can be kept apart: some ops may be held too long";
    case "sourceEnded":
      return `one of the merged sources is over, the others go on: ${diagnostic.message}`;
    case "mergeSaturated":
      return "more ops are paused by merged sources than can be kept in mind: some may be held too long";
    case "settleSaturated":
      return `over ${diagnostic.maxTrackedOps} RESUMEs wait for settleMs: further ones were dropped`;
    case "reconciled":
      return `asked what was missed: ${diagnostic.paused} paused, ${diagnostic.resumed} resumed, ${diagnostic.terminated} terminated`;
    case "reconcileFailed":
      return `could not ask what was missed: ${diagnostic.message}`;
    case "refusedEnvelope":
      return `a message on ${diagnostic.subject} was refused (${diagnostic.reason}); ${diagnostic.count} so far`;
    case "stale":
      return `the channel has not been live for ${diagnostic.graceMs} ms (--when-stale ${diagnostic.then})`;
  }
}
