import { randomUUID } from "node:crypto";
import { combineLatest, firstValueFrom, map, shareReplay } from "rxjs";
import { OpTerminatedError } from "../../errors.js";
import { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { describeError } from "../../printable.js";
import type { Connection } from "../connection/connectionOptions.js";
import { ExitCode } from "../ExitCode.js";
import { type CommandFault, faultOf, foreseenFault } from "./CommandFault.js";
import { govern } from "./govern.js";
import { Guardian } from "./guardian/Guardian.js";
import { mayStart } from "./mayStart.js";
import type { Narrator } from "./Narrator.js";
import { opVerdict, type OpVerdict } from "./opVerdict.js";
import type { Outcome } from "./Outcome.js";
import { identify, treeOf } from "./process/treeOf.js";
import { recordHeeded } from "./recordHeeded.js";
import { registering } from "./registering.js";
import type { Registration } from "./registration.js";
import { type Started, startProcess } from "./startProcess.js";
import { whileSignalsAreOurs } from "./whileSignalsAreOurs.js";

/** How long the answer of an API server is waited for that somebody named, or that was a guess. What it says later counts too. */
const NAMED_PATIENCE_MS = 10_000;
const GUESSED_PATIENCE_MS = 1_000;

/** What is to be run, and by whose leave. */
interface Run {
  readonly opId: string;
  readonly command: readonly string[];
  readonly graceMs: number;
  readonly connection: Connection;
  readonly registration: Registration | undefined;
  readonly narrator: Narrator;
}

/** Starts a command once its op may run and somebody guards it, and governs it from then on. */
export async function runUnderOp(run: Run): Promise<Outcome> {
  const { opId, command, graceMs, connection, registration, narrator } = run;
  const { tell } = narrator;
  const fault = foreseenFault(command[0] ?? "");
  if (fault) return cannotRun(run, fault);

  const mark = randomUUID();
  await using guardian = new Guardian(mark);
  const { orgId = "", teamId = "", agentId } = connection.options;
  const agent = { orgId, teamId, agentId };
  using control = OpControlSubscriber.connect(connection.endpoint, {
    ...connection.options,
    ...(registration && { reconcile: registering({ registration, opId, agent, tell }) }),
  });
  tell({ type: "subscribing", gateway: connection.endpoint, opId, ...agent });
  narrator.showChannel(control.connection$);
  try {
    await control.ready();
  } catch (reason) {
    return notStarted(run, { state: "unknown", reason });
  }

  const verdict$ = opVerdict(control.status(opId)).pipe(shareReplay({ bufferSize: 1, refCount: false }));
  const patienceMs = registration ? (registration.isNamed ? NAMED_PATIENCE_MS : GUESSED_PATIENCE_MS) : 0;
  const isReady$ = combineLatest([guardian.armed$, recordHeeded(control, patienceMs)]).pipe(
    map((all) => all.every(Boolean)),
  );
  const verdict = await firstValueFrom(mayStart(verdict$, isReady$, tell));
  if (verdict.state !== "running") return notStarted(run, verdict);

  return await whileSignalsAreOurs(async () => {
    let started: Started;
    try {
      started = await startProcess(command, mark);
    } catch (error) {
      return cannotRun(run, faultOf(error));
    }
    const root = identify(started.pid);
    guardian.guard(root);
    tell({ type: "started", pid: root.pid, command: command.join(" ") });
    const { ended: leaderEnded } = started;
    const tree = treeOf(root, mark);
    // No turn of the event loop has passed since: what we are signalled or told meanwhile is heard of by this.
    return await firstValueFrom(govern({ tree, leaderEnded, verdict$, guarded$: guardian.armed$, graceMs, tell }));
  });
}

function cannotRun({ command: [command = ""], narrator }: Run, { exitCode, reason }: CommandFault): Outcome {
  narrator.tell({ type: "cannotRun", command, reason });
  return { exitCode };
}

function notStarted({ opId, narrator }: Run, verdict: OpVerdict): Outcome {
  const isTerminated = verdict.state === "terminated";
  const error = verdict.state === "unknown" ? verdict.reason : new OpTerminatedError(opId, verdict.scope);
  narrator.tell({ type: "notStarted", reason: describeError(error) });
  return { exitCode: isTerminated ? ExitCode.opTerminated : ExitCode.channelFailed };
}
