// A property finds most mutants within a few tries, and every mutant has to pass every property that reaches it.
process.env.OP_CONTROL_RUNS_FACTOR ??= "0.02";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "mocha",
  testRunnerNodeArgs: ["--import", "tsx"],
  plugins: ["@stryker-mutator/mocha-runner"],
  coverageAnalysis: "perTest",
  mutate: [
    "lib/{opStatus,RecordComparison,WaitingResumes,readRecords,reconciling,settling}.ts",
    "lib/{ops,operators,channel,nats}/**/*.ts",
  ],
  mochaOptions: {
    require: ["./spec/helpers/fixedSeed.ts"],
    // The specs that mirror what is mutated: a file's contract is what its own spec holds.
    spec: [
      "spec/{opStatus,RecordComparison,WaitingResumes,readRecords,reconciling,settling}-spec.ts",
      "spec/{ops,operators,channel,nats}/*-spec.ts",
    ],
    // It is about code that is not ours.
    ignore: ["spec/operators/brokenRecipes-spec.ts"],
    // What measures takes too long for every mutant that it reaches, but for what FifoBuffer and AgingMap are there for.
    grep: "^(FifoBuffer |.* a map |(?!The (work|memory) of |.*( linear |million|thousand|00,?000|does not grow)))",
  },
  ignorePatterns: ["bench", "coverage", "dist", "docs", "examples", "reports"],
  incremental: true,
  incrementalFile: "reports/mutation/incremental.json",
  tempDirName: ".stryker-tmp",
  reporters: ["clear-text", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  // It takes a while, and others are at work on the machine too.
  concurrency: 1,
};
