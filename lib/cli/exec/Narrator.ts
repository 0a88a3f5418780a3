import { asyncScheduler, filter, type Observable } from "rxjs";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import { printable } from "../../printable.js";
import type { Colours } from "../colours.js";
import { showConnection } from "../connection/showConnection.js";
import { jsonLine } from "../jsonLine.js";
import { rethrow } from "../rethrow.js";
import { describeExecEvent } from "./describeExecEvent.js";
import type { ExecEvent } from "./ExecEvent.js";

/** How to tell. */
export interface NarratorOptions {
  readonly write: (lines: string) => void;
  /** NDJSON instead of sentences. */
  readonly isJson: boolean;
  /** Only that something went wrong. */
  readonly isQuiet: boolean;
  readonly colours: Colours;
}

/** What is said even where nobody wants to read along. */
const faults: ReadonlySet<ExecEvent["type"]> = new Set(["cannotRun", "outOfReach", "leftBehind"]);

const MAX_LENGTH = 1_000;

/** Tells what happens, beside what the command itself writes. */
export class Narrator {
  readonly #options: NarratorOptions;

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  readonly tell = (event: ExecEvent): void => {
    const { write, isJson, isQuiet } = this.#options;
    if (isQuiet && !faults.has(event.type)) return;
    if (isJson) {
      write(jsonLine({ ...event, at: asyncScheduler.now() }));
      return;
    }
    const text = describeExecEvent(event);
    if (text !== undefined) write(this.#prefixed(text));
  };

  /** Tells how the channel is doing. */
  showChannel(status$: Observable<ChannelStatus>): void {
    const { write, isJson, isQuiet } = this.#options;
    // That we close it is no news; where the gateway does, the op's verdict tells.
    const connection$ = status$.pipe(filter(({ state }) => state !== "closed"));
    if (isJson) {
      connection$.subscribe({
        next: (status) => {
          this.tell({ type: "channel", ...status });
        },
        error: rethrow,
      });
      return;
    }
    const line = (label: string, text: string): void => {
      if (!isQuiet) write(this.#prefixed(printable(`${label} ${text}`, MAX_LENGTH)));
    };
    showConnection({ line }, connection$);
  }

  #prefixed(text: string): string {
    return `${this.#options.colours.dim("rx-op-control:")} ${text}\n`;
  }
}
