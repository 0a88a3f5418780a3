/** The entries of the package by what users import, each with its source. */
export const ENTRIES: Readonly<Record<string, string>> = {
  "rx-op-control": "lib/index.ts",
  "rx-op-control/testing": "lib/testing/index.ts",
  "rx-op-control/nats": "lib/nats/index.ts",
  "rx-op-control/otel": "lib/otel/index.ts",
};
