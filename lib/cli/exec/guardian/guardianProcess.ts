import type { ProcessId } from "../process/descendants.js";
import { treeOf, treeOfMark } from "../process/treeOf.js";
import type { FromGuardian, ToGuardian } from "./GuardianMessages.js";

/** Between two looks for what is left. */
const ROUND_MS = 20;

/**
 * The process may be in the midst of being started when its governor is killed, and then it bears the mark a moment
 * later; one that waits for a disk dies when that has answered.
 */
const CLEAN_ROUNDS = 10;
const MAX_ROUNDS = 500;

// What it governs may well end all that is called "node".
process.title = "rx-op-control guardian";

const [mark = ""] = process.argv.slice(2);
let root: ProcessId | undefined;

// It outlives whatever is sent to all processes of a user, or of a terminal.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) process.on(signal, () => undefined);

process.on("message", (message: ToGuardian) => {
  if (message.type === "guard") root = message.root;
  else process.exit(0);
});

// The governor is gone without a farewell, and with it whoever could stop what it governed.
process.on("disconnect", () => {
  void endAll();
});

process.send?.({ type: "armed" } satisfies FromGuardian);

async function endAll(): Promise<void> {
  const tree = root ? treeOf(root, mark) : treeOfMark(mark);
  for (let round = 0, clean = 0; tree && round < MAX_ROUNDS && clean < CLEAN_ROUNDS; round++) {
    tree.kill();
    clean = tree.size === 0 ? clean + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  process.exit(0);
}
