import { COMMAND, Run } from "../../helpers/processes.js";

/** What else there is to say of a run. */
interface Surroundings {
  /** Variables of the environment besides those that there are; none of the command's own is among these. */
  readonly env?: Readonly<Record<string, string>>;
  /** Behind a pseudo-terminal so many columns wide, with what is typed as its input. */
  readonly columns?: number;
}

const OWN_VARIABLES = ["AASM_API_KEY", "AASM_API_URL", "AA_GATEWAY_ENDPOINT", "NO_COLOR", "FORCE_COLOR"];

/** Tells which process it is, and then is the command: a signal to it is one to the command. */
const TELL_PID = 'echo "pid $$" >&2; exec "$@"';

/** The `rx-op-control` command as a process that can be sent signals. */
export class CommandRun implements AsyncDisposable {
  readonly #run: Run;

  constructor(words: readonly string[], { env = {}, columns }: Surroundings = {}) {
    const command = [...environment(env), ...COMMAND, ...words];
    this.#run =
      columns === undefined
        ? new Run(["sh", "-c", TELL_PID, "sh", ...command])
        : new Run(["script", "--quiet", "--return", "--command", onTerminal(command, columns), "/dev/null"], {
            typing: true,
          });
  }

  get stdout(): string {
    return this.#run.stdout;
  }

  get stderr(): string {
    return this.#run.stderr.replace(/^pid \d+\n/, "");
  }

  printed(text: string): Promise<void> {
    return this.#run.printed(text);
  }

  type(text: string): void {
    this.#run.type(text);
  }

  /** Not for one behind a terminal, whose process is another. */
  kill(signal: NodeJS.Signals): void {
    process.kill(Number(/^pid (\d+)\n/.exec(this.#run.stderr)?.[1]), signal);
  }

  exitCode(): Promise<number | string> {
    return this.#run.exitCode();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#run[Symbol.asyncDispose]();
  }
}

function environment(env: Readonly<Record<string, string>>): readonly string[] {
  return [
    "env",
    ...OWN_VARIABLES.flatMap((name) => ["-u", name]),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
}

function onTerminal(command: readonly string[], columns: number): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  return `stty cols ${columns} rows 30; exec ${quoted.join(" ")}`;
}
