import { firstValueFrom } from "rxjs";
import { isLoopback } from "../../channel/isLoopback.js";
import { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { printable } from "../../printable.js";
import { type ApiArguments, opsClientOf } from "../api/apiOptions.js";
import { agentText } from "../connection/agentText.js";
import { type ConnectionArguments, connectionOf } from "../connection/connectionOptions.js";
import { showConnection } from "../connection/showConnection.js";
import { ExitCode } from "../ExitCode.js";
import { stopSignals } from "../gateway/stopSignals.js";
import { given } from "../given.js";
import { jsonLine } from "../jsonLine.js";
import { Board } from "./Board.js";

/** What the board is told on the command line. */
export interface BoardArguments extends ConnectionArguments, ApiArguments {
  readonly port?: number;
  readonly json?: boolean;
}

const LABEL_WIDTH = 11;

/** Keeps the board up until somebody ends it, and says with which exit code. */
export async function runBoard({ port, json, api, ...args }: BoardArguments): Promise<ExitCode> {
  const { endpoint, options } = connectionOf(args);
  const isNamed = given(api) !== undefined;
  const client = isNamed || isLoopback(endpoint) ? opsClientOf({ ...(api && { api }) }) : undefined;
  using control = OpControlSubscriber.connect(endpoint, options);
  const { orgId = "", teamId = "", agentId } = options;
  const about = { gateway: endpoint, orgId, teamId, agentId };
  await using board = await Board.start({ control, about, client, isNamed, ...(port === undefined ? {} : { port }) });
  const ended = firstValueFrom(stopSignals());
  if (json) {
    process.stdout.write(jsonLine({ url: board.url, gateway: endpoint, orgId, teamId, agentId }));
  } else {
    process.stdout.write(`${"board".padEnd(LABEL_WIDTH)}${board.url}\n`);
    line("", "whoever has this address sees the ops and can press the buttons; Ctrl-C ends it");
    line("gateway", `${endpoint}, as agent ${agentText(about)}`);
    showConnection({ line }, control.connection$);
  }
  await ended;
  const { state } = await firstValueFrom(control.connection$);
  return state === "failed" ? ExitCode.channelFailed : ExitCode.done;
}

function line(label: string, text: string): void {
  process.stdout.write(`${label.padEnd(LABEL_WIDTH)}${printable(text)}\n`);
}
