import { expect } from "chai";
import { ESLint } from "eslint";
import { dirname, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** The rules that hold the tree; none of them needs types, which makes this fast and lets the files be made up. */
const STRUCTURAL = /^import-x\/|^no-restricted-imports$|^@typescript-eslint\/consistent-type-imports$/;

describe("eslint.config", function () {
  this.timeout(30_000);

  let eslint: ESLint;

  before(() => {
    eslint = new ESLint({
      cwd: ROOT,
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
      ruleFilter: ({ ruleId }) => STRUCTURAL.test(ruleId),
    });
  });

  describe("refuses", () => {
    const zones = "import-x/no-restricted-paths";
    const packages = "no-restricted-imports";

    it("an import circle", async () => {
      await refuses("lib/opStatus.ts", 'export { OpTable } from "./ops/OpTable.js";', "import-x/no-cycle");
    });

    it("index.ts within lib/", async () => {
      await refuses("lib/cli/madeUp.ts", 'export { awaitOp } from "../index.js";', zones, "An index.ts is for users");
    });

    for (const file of ["lib/madeUp.ts", "lib/ops/madeUp.ts", "lib/cli/demo/madeUp.ts", "examples/madeUp.ts"]) {
      it(`generated code in ${file}`, async () => {
        const path = relative(dirname(file), "codegen/gen/policy.js");
        await refuses(file, `export * from "${path}";`, zones, "Generated code is seen by");
      });
    }

    for (const file of ["lib/madeUp.ts", "lib/ops/madeUp.ts", "lib/cli/demo/madeUp.ts", "lib/nats/madeUp.ts"]) {
      it(`gRPC in ${file}`, async () => {
        await refuses(file, 'export { Metadata } from "@grpc/grpc-js";', packages, "gRPC is seen by");
        await refuses(file, 'export type { Metadata } from "@grpc/grpc-js";', packages, "gRPC is seen by");
      });
    }

    for (const file of ["lib/madeUp.ts", "lib/channel/madeUp.ts", "lib/testing/madeUp.ts", "lib/cli/madeUp.ts"]) {
      it(`NATS in ${file}`, async () => {
        for (const name of ["@nats-io/transport-node", "@nats-io/jetstream"]) {
          await refuses(file, `export * from "${name}";`, packages, "NATS is seen by lib/nats only");
          await refuses(file, `export type * from "${name}";`, packages, "NATS is seen by lib/nats only");
        }
      });
    }

    for (const file of ["lib/madeUp.ts", "lib/channel/madeUp.ts", "lib/nats/madeUp.ts", "lib/cli/madeUp.ts"]) {
      it(`OpenTelemetry in ${file}`, async () => {
        await refuses(file, 'export * from "@opentelemetry/api";', packages, "OpenTelemetry is seen by lib/otel only");
        await refuses(file, 'export type * from "@opentelemetry/api";', packages, "OpenTelemetry is seen by lib/otel");
      });
    }

    for (const file of ["lib/madeUp.ts", "lib/ops/madeUp.ts", "lib/testing/madeUp.ts", "lib/cli/madeUp.ts"]) {
      it(`what tells OpenTelemetry in ${file}`, async () => {
        const path = relative(dirname(file), "lib/otel/opIdFromSpan.js");
        await refuses(file, `export * from "${path.startsWith(".") ? path : `./${path}`}";`, zones);
      });
    }

    for (const path of ["operators/awaitOp", "nats/subjects", "testing/DevGateway", "cli/main"]) {
      it(`${path} in what tells OpenTelemetry`, async () => {
        await refuses("lib/otel/madeUp.ts", `export * from "../${path}.js";`, zones);
      });
    }

    for (const file of ["lib/madeUp.ts", "lib/channel/madeUp.ts", "lib/nats/madeUp.ts", "lib/testing/madeUp.ts"]) {
      it(`AG-UI, or another agent framework, in ${file}`, async () => {
        await refuses(file, 'export type * from "@ag-ui/client";', packages, "AG-UI is seen by lib/ag-ui only");
        for (const name of ["ai", "@langchain/core/tools", "@openai/agents-core", "@nestjs/common"]) {
          await refuses(file, `export type * from "${name}";`, packages, "A framework is seen by its example only");
        }
      });
    }

    for (const path of ["ops/OpTable", "channel/grpcSource", "nats/subjects", "rest/OpsClient", "testing/DevGateway"]) {
      it(`${path} in an adapter`, async () => {
        await refuses("lib/ag-ui/madeUp.ts", `export * from "../${path}.js";`, zones, "An adapter knows");
      });
    }

    for (const file of ["lib/testing/madeUp.ts", "lib/cli/madeUp.ts"]) {
      it(`an adapter in ${file}`, async () => {
        await refuses(file, 'export * from "../ag-ui/governAgent.js";', zones, "An adapter is for");
      });
    }

    for (const path of ["OpControlSubscriber", "ops/OpTable", "channel/grpcSource", "options", "testing/DevGateway"]) {
      it(`${path} in an operator`, async () => {
        await refuses("lib/operators/madeUp.ts", `export * from "../${path}.js";`, zones, "An operator knows");
      });
    }

    for (const name of ["@grpc/grpc-js", "rxjs/webSocket", "node:events", "events"]) {
      it(`${name} in an operator`, async () => {
        await refuses("lib/operators/madeUp.ts", `export * from "${name}";`, packages, "a composition of RxJS's");
      });
    }

    for (const path of ["operators/awaitOp", "ops/OpTable", "OpControlSubscriber", "testing/DevGateway"]) {
      it(`${path} in the bus's side`, async () => {
        await refuses("lib/nats/madeUp.ts", `export * from "../${path}.js";`, zones, "The bus brings messages in");
      });
    }

    for (const path of ["operators/awaitOp", "channel/messageSource", "OpControlSubscriber", "testing/DevGateway"]) {
      it(`${path} in the table of ops`, async () => {
        await refuses("lib/ops/madeUp.ts", `export * from "../${path}.js";`, zones, "The table of ops");
      });
    }

    for (const path of ["operators/awaitOp", "ops/OpTable", "OpControlSubscriber", "options", "testing/DevGateway"]) {
      it(`${path} in the channel`, async () => {
        await refuses("lib/channel/madeUp.ts", `export * from "../${path}.js";`, zones, "The channel brings");
      });
    }

    for (const file of ["lib/channel/madeUp.ts", "lib/ops/madeUp.ts", "lib/operators/madeUp.ts"]) {
      it(`the bus's side in ${file}`, async () => {
        await refuses(file, 'export * from "../nats/subjects.js";', zones);
      });
    }

    it("an entry of its own in the core", async () => {
      await refuses("lib/madeUp.ts", 'export * from "./nats/subjects.js";', zones, "entries of their own");
      await refuses("lib/madeUp.ts", 'export * from "./ag-ui/governAgent.js";', zones, "entries of their own");
      await refuses("lib/madeUp.ts", 'export * from "./testing/DevGateway.js";', zones, "entries of their own");
      await refuses("lib/index.ts", 'export * from "./cli/main.js";', zones, "entries of their own");
    });

    it("the command in another entry", async () => {
      await refuses("lib/testing/madeUp.ts", 'export * from "../cli/main.js";', zones, "built on the command");
      await refuses("lib/nats/madeUp.ts", 'export * from "../cli/main.js";', zones, "built on the command");
      await refuses("lib/ag-ui/madeUp.ts", 'export * from "../cli/main.js";', zones, "built on the command");
    });

    it("a spec in lib/", async () => {
      await refuses("lib/madeUp.ts", 'export * from "../spec/eslint-spec.js";', zones, "What is published");
    });

    it("a package in lib/ that is not installed with it", async () => {
      await refuses("lib/madeUp.ts", 'export * from "chai";', "import-x/no-extraneous-dependencies");
    });

    for (const file of ["lib/madeUp.ts", "lib/channel/madeUp.ts", "spec/madeUp.ts"]) {
      it(`a built-in without node: in ${file}`, async () => {
        await refuses(file, 'export { isIP } from "net";', packages, 'Say "node:net"');
        await refuses(file, 'export { readFile } from "fs/promises";', packages, 'Say "node:fs/promises"');
      });
    }

    it("a default export in lib/", async () => {
      await refuses("lib/madeUp.ts", "export default 1;", "import-x/no-default-export");
    });

    it("a type import that the other rules do not see", async () => {
      const code = 'export type Table = import("../ops/OpTable.js").OpTable;';
      await refuses("lib/operators/madeUp.ts", code, "@typescript-eslint/consistent-type-imports");
    });
  });

  describe("allows", () => {
    const legal: Readonly<Record<string, readonly string[]>> = {
      "lib/madeUp.ts": ["./ops/OpTable.js", "./channel/grpcSource.js", "./operators/awaitOp.js", "rxjs", "node:net"],
      "lib/operators/madeUp.ts": ["rxjs", "./awaitOp.js", "../opStatus.js", "../errors.js", "../check.js"],
      "lib/ops/madeUp.ts": ["rxjs", "./OpTable.js", "../opStatus.js", "../Diagnostic.js"],
      "lib/channel/madeUp.ts": ["@grpc/grpc-js", "../../codegen/gen/policy.js", "../printable.js", "node:tls"],
      "lib/testing/madeUp.ts": ["@grpc/grpc-js", "../../codegen/gen/policy.js", "../OpControlSubscriber.js"],
      "lib/nats/madeUp.ts": ["@nats-io/jetstream", "../channel/reconnecting.js", "../options.js", "../printable.js"],
      "lib/otel/madeUp.ts": ["@opentelemetry/api", "../OpControlSubscriber.js", "../withOpId.js", "../ops/OpCounts.js"],
      "lib/ag-ui/madeUp.ts": ["@ag-ui/client", "../operators/holdWhilePaused.js", "../errors.js", "rxjs"],
      "lib/cli/madeUp.ts": [
        "../nats/publishSignal.js",
        "commander",
        "../OpControlSubscriber.js",
        "../operators/awaitOp.js",
        "node:readline",
      ],
      "spec/madeUp.ts": ["chai", "@grpc/grpc-js", "../codegen/gen/policy.js", "../lib/index.js", "../lib/cli/main.js"],
      "examples/madeUp.ts": ["ai", "@langchain/core/tools", "rx-op-control", "rx-op-control/ag-ui"],
      "bench/madeUp.ts": ["@grpc/grpc-js", "../lib/index.js"],
    };

    for (const [file, imports] of Object.entries(legal)) {
      it(`${imports.join(", ")} in ${file}`, async () => {
        expect(await lint(file, imports.map((path) => `export * from "${path}";`).join("\n"))).to.deep.equal([]);
      });
    }
  });

  async function refuses(file: string, code: string, rule: string, message = ""): Promise<void> {
    const found = await lint(file, code);
    expect(found.map(({ ruleId }) => ruleId)).to.deep.equal([rule]);
    expect(found[0]?.message).to.include(message);
  }

  async function lint(file: string, code: string): Promise<readonly { ruleId: string | null; message: string }[]> {
    const results = await eslint.lintText(code, { filePath: resolve(ROOT, file) });
    return results.flatMap(({ messages }) => messages);
  }
});
