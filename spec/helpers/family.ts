import { join } from "node:path";
import type { ExecRun } from "./ExecRun.js";

const FIXTURES = join(import.meta.dirname, "../fixtures/exec");

/** Commands to be governed; each of them says in its file what it does. */
export const governed = {
  family: join(FIXTURES, "family.sh"),
  stubborn: join(FIXTURES, "stubborn.sh"),
  tidy: join(FIXTURES, "tidy.sh"),
  storm: join(FIXTURES, "storm.sh"),
};

/** The relatives that family.sh has, itself included. */
export interface Family {
  readonly leader: number;
  readonly job: number;
  readonly grandchild: number;
  readonly session: number;
  readonly daemon: number;
}

/** Whether they are all there, by what family.sh has printed. */
export function isComplete(output: string): boolean {
  return output.trim().split("\n").length === 5 && output.endsWith("\n");
}

/** The family by what family.sh has printed. */
export function familyIn(output: string): Family {
  const pidOf = (kind: string): number => Number(new RegExp(`^${kind} (\\d+)$`, "m").exec(output)?.[1]);
  return {
    leader: pidOf("leader"),
    job: pidOf("job"),
    grandchild: pidOf("grandchild"),
    session: pidOf("session"),
    daemon: pidOf("daemon"),
  };
}

/** The family that a run governs, once all of it is there. */
export async function familyOf(run: ExecRun): Promise<Family> {
  const [output] = await run.printed(/^(?:\w+ \d+\n){5}$/);
  return familyIn(output);
}
