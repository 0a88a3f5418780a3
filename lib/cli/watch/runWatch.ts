import { connect, filter, firstValueFrom, ignoreElements, map, merge, NEVER, type Observable, tap } from "rxjs";
import { check } from "../../check.js";
import { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { AGENT_ID_PREFIX, FLEET_ID } from "../../opStatus.js";
import { coloursFor } from "../colours.js";
import { type ConnectionArguments, connectionOf } from "../connection/connectionOptions.js";
import { operatorKeys } from "../demo/operatorKeys.js";
import { ExitCode } from "../ExitCode.js";
import { stopSignals } from "../gateway/stopSignals.js";
import { showTable } from "./showTable.js";
import { watchEnd } from "./watchEnd.js";
import type { WatchEvent } from "./WatchEvent.js";
import { watchEvents } from "./watchEvents.js";
import { watchJsonLines, watchLines } from "./watchLines.js";

/** What `watch` is told on the command line. */
export interface WatchArguments extends ConnectionArguments {
  readonly json?: boolean;
}

/** Watches until somebody leaves or there is nothing more to see, and says with which exit code. */
export async function runWatch(opIds: readonly string[], { json = false, ...args }: WatchArguments): Promise<ExitCode> {
  for (const opId of opIds) check(opId !== "", "opId", "the id of an op");
  const { endpoint, options } = connectionOf(args);
  const { stdin, stdout, env } = process;
  const isLive = stdout.isTTY && !json && env["TERM"] !== "dumb";
  const pinned = [FLEET_ID, `${AGENT_ID_PREFIX}${options.agentId}`];
  const scene = { gateway: endpoint, agent: options, pinned, colours: coloursFor(stdout) };
  const toLines = json ? watchJsonLines : watchLines;
  const show = (events$: Observable<WatchEvent>): Observable<never> => {
    return isLive ? showTable(stdout, scene, events$) : written(toLines(events$));
  };

  using control = OpControlSubscriber.connect(endpoint, options);
  const ended$ = watchEvents(control, { opIds, gateway: endpoint, agent: options }).pipe(
    connect((events$) => merge(show(events$), watchEnd(events$, opIds))),
  );
  const exitCode = await firstValueFrom(merge(ended$, left(isLive && stdin.isTTY).pipe(map(() => ExitCode.done))));
  // Rejects with the reason, which may have scrolled away or gone to a file.
  if (exitCode === ExitCode.channelFailed) await control.ready();
  return exitCode;
}

function written(lines$: Observable<string>): Observable<never> {
  return lines$.pipe(
    tap((line) => process.stdout.write(line)),
    ignoreElements(),
  );
}

/** When whoever watches has seen enough. */
function left(hasKeys: boolean): Observable<unknown> {
  const quit$ = hasKeys ? operatorKeys(process.stdin).pipe(filter((wish) => wish === "quit")) : NEVER;
  return merge(quit$, stopSignals());
}
