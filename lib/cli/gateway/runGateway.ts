import { concatMap, endWith, filter, firstValueFrom, ignoreElements, merge, NEVER, tap } from "rxjs";
import { isLoopback } from "../../channel/isLoopback.js";
import { API_KEY_VARIABLE } from "../api/apiOptions.js";
import { ExitCode } from "../ExitCode.js";
import { given } from "../given.js";
import { rethrow } from "../rethrow.js";
import { eventJson } from "./eventJson.js";
import { eventText } from "./eventText.js";
import type { GatewayEvent } from "./GatewayEvent.js";
import { gatewayEvents } from "./gatewayEvents.js";
import { listen, type ListenArguments, serversOf } from "./listen.js";
import { LINE_HELP, obeyLine } from "./obeyLine.js";
import { stopSignals } from "./stopSignals.js";
import { typedLines } from "../operator/typedLines.js";

/** What `gateway` is told on the command line. */
export interface GatewayArguments extends ListenArguments {
  readonly json?: boolean;
}

/** Serves until it is told to stop, and says with which exit code. */
export async function runGateway({ json = false, ...where }: GatewayArguments): Promise<ExitCode> {
  const { stdin, stdout, stderr } = process;
  const tell = (event: GatewayEvent): void => {
    stdout.write(json ? eventJson(event) : eventText(event));
  };
  const say = (text: string): void => {
    (json ? stderr : stdout).write(`${text}\n`);
  };

  const stopped = firstValueFrom(stopSignals());
  const gateway = await Promise.race([listen(where), stopped]);
  if (typeof gateway === "string") {
    // A bus that does not answer is given up after ten seconds, and not before.
    process.exit(ExitCode.done);
  }
  const { endpoint, apiUrl = "" } = gateway;
  const asksForKey = given(process.env[API_KEY_VARIABLE]) !== undefined;
  tell({
    type: "listening",
    endpoint,
    asksForToken: where.tokens !== undefined,
    apiUrl,
    asksForKey,
    nats: serversOf(where.nats),
  });
  if (!asksForKey) warnOfOthers(where.host);
  if (stdin.isTTY) say(LINE_HELP);

  const told = gatewayEvents(gateway).subscribe({ next: tell, error: rethrow });
  const typed$ = (stdin.isTTY ? typedLines(stdin) : NEVER).pipe(
    concatMap((line) => obeyLine(gateway, line)),
    filter((reply) => reply !== undefined),
    tap(say),
    ignoreElements(),
    endWith("end of input"),
  );
  await firstValueFrom(merge(stopped, typed$));
  await gateway.close();
  told.unsubscribe();
  tell({ type: "closed" });
  return ExitCode.done;
}

function warnOfOthers(host: string): void {
  if (isLoopback(host)) return;
  console.error(`warning: whoever reaches ${host} can terminate every agent: ${API_KEY_VARIABLE} would ask for a key`);
}
