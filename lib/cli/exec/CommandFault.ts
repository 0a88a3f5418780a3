import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describeError } from "../../printable.js";

/** Why a command cannot be run, and what a shell exits with then. */
export interface CommandFault {
  readonly exitCode: 126 | 127;
  readonly reason: string;
}

const NOT_FOUND: CommandFault = { exitCode: 127, reason: "command not found" };
const NOT_EXECUTABLE: CommandFault = { exitCode: 126, reason: "not an executable file" };

/** Where execvp looks if nobody says. */
const USUAL_PATH = "/bin:/usr/bin";

/** What speaks against running a command before it is tried, looked for as execvp does; there may be more. */
export function foreseenFault(name: string, path = process.env["PATH"] ?? USUAL_PATH): CommandFault | undefined {
  const files = name.includes("/") ? [name] : path.split(delimiter).map((folder) => join(folder || ".", name));
  const found = name === "" ? [] : files.filter((file) => existsSync(file));
  if (found.length === 0) return NOT_FOUND;
  return found.some(isExecutable) ? undefined : NOT_EXECUTABLE;
}

/** What the operating system has said when it was tried. */
export function faultOf(error: unknown): CommandFault {
  return (error as NodeJS.ErrnoException).code === "ENOENT"
    ? NOT_FOUND
    : { exitCode: 126, reason: describeError(error) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
