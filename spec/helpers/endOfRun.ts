const PATIENCE_MS = 5_000;

/**
 * A red spec may leave a socket open, with which mocha would never end. Once all is said, the run ends anyway, as a
 * failure that names what is open; of a run that leaves nothing open this timer keeps nothing going.
 *
 * Not so in a process that runs one set of specs after another: mocha's own workers, which it ends itself, and Stryker's.
 */
if (process.env["MOCHA_WORKER_ID"] === undefined && process.env["STRYKER_MUTATOR_WORKER"] === undefined) {
  after(() => {
    setTimeout(() => {
      console.error(`open after the last spec: ${process.getActiveResourcesInfo().join(", ")}`);
      process.exit(1);
    }, PATIENCE_MS).unref();
  });
}
