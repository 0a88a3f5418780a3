import { builtinModules } from "node:module";
import { defineConfig, globalIgnores } from "eslint/config";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import rxjsX from "eslint-plugin-rxjs-x";
import tseslint from "typescript-eslint";

const ROOT = import.meta.dirname;

/** Which files of the tree may import which; what the packages among them are is said by the rules further down. */
const zones = [
  {
    target: "./lib",
    from: "./lib/**/index.ts",
    message: "An index.ts is for users. Import the file that has it, or the tree gets circles.",
  },
  {
    target: ["./lib/*.ts", "./lib/!(channel|testing)/**", "./bench", "./examples"],
    from: "./codegen",
    message: "Generated code is seen by the wire edge (lib/channel) and the dev gateway (lib/testing) only.",
  },
  {
    target: "./lib/operators",
    from: "./lib",
    except: ["./operators", "./opStatus.ts", "./errors.ts", "./printable.ts", "./check.ts", "./aborted.ts"],
    message: "An operator knows statuses and errors only: neither gRPC, nor the table of ops, nor the subscriber.",
  },
  {
    target: "./lib/ops",
    from: [
      "./lib/operators",
      "./lib/channel",
      "./lib/OpControlSubscriber.ts",
      "./lib/testing",
      "./lib/nats",
      "./lib/otel",
      "./lib/ag-ui",
      "./lib/cli",
    ],
    message: "The table of ops turns signals into statuses, wherever they come from and whoever waits for them.",
  },
  {
    target: "./lib/channel",
    from: [
      "./lib/operators",
      "./lib/ops",
      "./lib/OpControlSubscriber.ts",
      "./lib/options.ts",
      "./lib/testing",
      "./lib/nats",
      "./lib/otel",
      "./lib/ag-ui",
      "./lib/cli",
    ],
    message: "The channel brings messages in and is told all it needs; it does not know what becomes of them.",
  },
  {
    target: "./lib/*.ts",
    from: ["./lib/testing", "./lib/nats", "./lib/otel", "./lib/ag-ui", "./lib/cli"],
    message:
      "testing, nats, otel, ag-ui and cli are entries of their own: they import the subscriber, never the other way round.",
  },
  {
    target: ["./lib/testing", "./lib/nats", "./lib/otel", "./lib/ag-ui"],
    from: "./lib/cli",
    message: "Nothing is built on the command.",
  },
  {
    target: "./lib/nats",
    from: [
      "./lib/ops",
      "./lib/operators",
      "./lib/OpControlSubscriber.ts",
      "./lib/testing",
      "./lib/otel",
      "./lib/ag-ui",
    ],
    message: "The bus brings messages in, as the channel does: it does not know what becomes of them.",
  },
  {
    target: "./lib/otel",
    from: ["./lib/operators", "./lib/testing", "./lib/nats", "./lib/ag-ui"],
    message: "What tells OpenTelemetry looks at the subscriber, and takes part in nothing.",
  },
  {
    target: ["./lib/testing", "./lib/cli"],
    from: "./lib/otel",
    message: "OpenTelemetry need not be installed for the rest.",
  },
  {
    target: ["./lib/testing", "./lib/cli"],
    from: "./lib/ag-ui",
    message: "An adapter is for the agent of whoever imports it: nothing here is built on it.",
  },
  {
    target: "./lib/ag-ui",
    from: ["./lib/ops", "./lib/channel", "./lib/rest", "./lib/nats", "./lib/testing", "./lib/otel"],
    message: "An adapter knows what users know: the subscriber, the operators and the errors.",
  },
  {
    target: "./lib",
    from: ["./spec", "./bench", "./examples", "./scripts"],
    message: "What is published does not import what is not.",
  },
];

const bareBuiltins = {
  paths: builtinModules
    .filter((name) => !name.startsWith("node:"))
    .map((name) => ({ name, message: `Say "node:${name}", which no package can stand in for.` })),
};

/** Packages that are seen at one edge each. */
const grpc = { group: ["@grpc/*"], message: "gRPC is seen by the wire edge (lib/channel) and lib/testing only." };
const nats = {
  group: ["@nats-io/*"],
  message: "NATS is seen by lib/nats only: it need not be installed for the rest.",
};
const otel = {
  group: ["@opentelemetry/*"],
  message: "OpenTelemetry is seen by lib/otel only: it need not be installed for the rest.",
};

const agUi = {
  group: ["@ag-ui/*"],
  message: "AG-UI is seen by lib/ag-ui only: it need not be installed for the rest.",
};
/** What an adapter of ours is for, but needs nothing of: one call of governed serves them all. */
const frameworks = {
  group: ["ai", "@ai-sdk/*", "@langchain/*", "@openai/*", "@nestjs/*"],
  message: "A framework is seen by its example only: governed needs none of them.",
};

/** The strict preset's options, but for numbers. */
const templateExpressions = {
  allowAny: false,
  allowBoolean: false,
  allowNever: false,
  allowNullish: false,
  allowNumber: true,
  allowRegExp: false,
};

export default defineConfig(
  globalIgnores([
    "dist",
    "bench/.out",
    "coverage",
    "reports",
    ".stryker-tmp",
    "codegen/gen",
    "spec/fixtures",
    "docs/reference",
  ]),
  {
    name: "the tree",
    files: ["**/*.{js,ts,tsx}"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "import-x": importX },
    settings: {
      // Without these a circle of .ts files goes unseen.
      "import-x/extensions": [".js", ".ts", ".tsx"],
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: ROOT })],
    },
    rules: {
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-duplicates": ["error", { "prefer-inline": true }],
      "import-x/no-restricted-paths": ["error", { basePath: ROOT, zones }],
      "import-x/no-self-import": "error",
      "import-x/no-unresolved": "error",
      "no-restricted-imports": ["error", bareBuiltins],
      eqeqeq: "error",
    },
  },
  {
    name: "what is published",
    files: ["lib/**"],
    rules: {
      "import-x/no-default-export": "error",
      "import-x/no-extraneous-dependencies": ["error", { packageDir: ROOT, devDependencies: false }],
    },
  },
  {
    name: "the board's page, which is published as it is built",
    files: ["lib/cli/board/page/**"],
    rules: {
      "import-x/no-extraneous-dependencies": ["error", { packageDir: ROOT }],
      "import-x/no-default-export": "off",
    },
  },
  {
    name: "all but the edges",
    files: ["lib/**"],
    ignores: ["lib/channel/**", "lib/testing/**", "lib/nats/**", "lib/otel/**", "lib/ag-ui/**"],
    rules: { "no-restricted-imports": ["error", { ...bareBuiltins, patterns: [grpc, nats, otel, agUi, frameworks] }] },
  },
  {
    name: "the gRPC edge",
    files: ["lib/channel/**", "lib/testing/**"],
    rules: { "no-restricted-imports": ["error", { ...bareBuiltins, patterns: [nats, otel, agUi, frameworks] }] },
  },
  {
    name: "the NATS edge",
    files: ["lib/nats/**"],
    rules: { "no-restricted-imports": ["error", { ...bareBuiltins, patterns: [grpc, otel, agUi, frameworks] }] },
  },
  {
    name: "the OpenTelemetry edge",
    files: ["lib/otel/**"],
    rules: { "no-restricted-imports": ["error", { ...bareBuiltins, patterns: [grpc, nats, agUi, frameworks] }] },
  },
  {
    name: "the AG-UI edge",
    files: ["lib/ag-ui/**"],
    rules: { "no-restricted-imports": ["error", { ...bareBuiltins, patterns: [grpc, nats, otel, frameworks] }] },
  },
  {
    name: "operators",
    files: ["lib/operators/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: "^(?!rxjs$|\\.)", message: "An operator is a composition of RxJS's, and of nothing else." },
          ],
        },
      ],
    },
  },
  {
    name: "TypeScript",
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, rxjsX.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    rules: {
      // import("…").Type would go past the rules about imports.
      "@typescript-eslint/consistent-type-imports": "error",
      // As tsc has it: a parameter that is there for the signature's sake says so.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // What this rule guards against is "[object Object]" and "undefined"; a number reads as what it is.
      "@typescript-eslint/restrict-template-expressions": ["error", templateExpressions],
      // Where nothing came, a default value is an answer that nobody gave, such as "live" or "may run"; the EmptyError
      // that this rule would have replaced fails closed.
      "rxjs-x/no-ignored-default-value": "off",
    },
  },
  {
    name: "specs",
    files: ["spec/**"],
    rules: {
      // chai's assertions are properties: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
      // A hook or a wrapped call is easier to read in one line, and what it returns is nobody's concern.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-empty-function": "off",
      // Where it is wrong the spec fails, and that is what a spec is for.
      "@typescript-eslint/no-non-null-assertion": "off",
      // An error that nobody handles fails the run, as it should.
      "rxjs-x/no-ignored-error": "off",
      // Re-entrancy is what some of them are about.
      "rxjs-x/no-nested-subscribe": "off",
    },
  },
  {
    name: "benchmarks",
    files: ["bench/**"],
    rules: {
      // An error that nobody handles ends the run, as it should: what it would have measured is not what it says.
      "rxjs-x/no-ignored-error": "off",
    },
  },
);
