// npm run soak: chaos for as long as is wanted.
import { Command, InvalidArgumentError } from "commander";
import { ChaosFailure } from "./ChaosRun.js";
import { runChaos } from "./runChaos.js";
import { printProgress, printSummary } from "./Summary.js";

const program = new Command("soak")
  .description("Random faults against a model of what was sent, until the time is up or something is wrong.")
  .option("--minutes <n>", "how long", positive, 3)
  .option("--seed <n>", "chance itself; another one each time by default", whole, Math.floor(Math.random() * 2 ** 31))
  .option("--every <ms>", "how long it is calm between two faults of a gateway, on average", positive, 2_000)
  .parse();
const { minutes, seed, every } = program.opts<{ minutes: number; seed: number; every: number }>();

console.log(`seed ${seed}`);
try {
  const summary = await runChaos({
    seed,
    durationMs: minutes * 60_000,
    everyMs: every,
    onProgress: (summary) => {
      console.log(printProgress(summary));
    },
  });
  console.log(printSummary(summary));
} catch (error) {
  console.error(error instanceof ChaosFailure ? error.message : error);
  process.exitCode = 1;
}

function positive(given: string): number {
  const value = Number(given);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function whole(given: string): number {
  const value = Number(given);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
