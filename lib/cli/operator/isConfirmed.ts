import { firstValueFrom, take } from "rxjs";
import { typedLines } from "./typedLines.js";

/**
 * Whether whoever sits at the terminal confirms what cannot be undone.
 *
 * @throws TypeError where nobody sits there: a script must neither hang nor do it by mistake.
 */
export async function isConfirmed(what: string): Promise<boolean> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new TypeError(`--yes must be given to ${what}: it cannot be undone, and there is no terminal to ask at`);
  }
  stdout.write(`This will ${what}, and cannot be undone. Type yes to go on: `);
  const answer = await firstValueFrom(typedLines(stdin).pipe(take(1)), { defaultValue: "" });
  return answer.trim().toLowerCase() === "yes";
}
