import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const tsconfig = {
  compilerOptions: { module: "nodenext", target: "es2022", strict: true, skipLibCheck: false, outDir: "out" },
};

describe("the packed tarball, in an empty ESM project with rxjs", function () {
  this.timeout(120_000);
  let project: string;

  before(function () {
    expect(existsSync(join(root, "dist/lib/index.js")), "dist is missing: npm run build makes it").to.equal(true);
    project = mkdtempSync(join(tmpdir(), "rx-op-control-"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
    installTarball(project);
    writeFileSync(join(project, "example.ts"), readmeExample());
    writeFileSync(join(project, "bus.ts"), busExample);
    writeFileSync(join(project, "telemetry.ts"), telemetryExample);
    writeFileSync(join(project, "agUi.ts"), agUiExample);
    run(project, "node", [join(root, "node_modules/typescript/bin/tsc")]);
  });

  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("holds what it must and no more", () => {
    const installed = join(project, "node_modules/rx-op-control");
    expect(readdirSync(installed).toSorted()).to.deep.equal(
      ["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json", "protos"].toSorted(),
    );
    expect(readdirSync(join(installed, "dist")).toSorted()).to.deep.equal(["board", "codegen", "lib"]);
  });

  it("runs the README's example, types included", () => {
    const lines = run(project, "node", ["out/example.js"]).trimEnd().split("\n");
    expect(lines.slice(0, 2)).to.deep.equal(["step 0", "step 1"]);
    expect(lines.at(-1)).to.match(/^step [5-9]$/);
    expect(lines).to.deep.equal(lines.map((_, step) => `step ${step}`));
  });

  it("loads by import and by require, and leaves nothing that keeps the process", () => {
    const load = 'import "rx-op-control"; import "rx-op-control/testing"; console.log("loaded");';
    expect(run(project, "node", ["--input-type=module", "-e", load])).to.equal("loaded\n");
    const required = run(project, "node", ["-e", 'console.log(typeof require("rx-op-control").OpControlSubscriber)']);
    expect(required).to.equal("function\n");
  });

  it("runs a bus's example, types included", () => {
    expect(run(project, "node", ["out/bus.js"])).to.equal("bus connecting\n");
  });

  it("tells OpenTelemetry, types included", () => {
    expect(run(project, "node", ["out/telemetry.js"])).to.equal("trace:span undefined\n");
  });

  it("governs an AG-UI agent, types included, by another copy of RxJS than ours", () => {
    expect(run(project, "node", ["out/agUi.js"])).to.equal("OP_TERMINATED\n");
  });

  it("loads where no optional package is installed, and the sides that need one say which is missing", () => {
    const bare = mkdtempSync(join(tmpdir(), "rx-op-control-"));
    try {
      const missing = ["@nats-io", "@opentelemetry", "@ag-ui"];
      symlinkEach(join(project, "node_modules"), join(bare, "node_modules"), ["rx-op-control", ...missing]);
      cpSync(join(project, "node_modules/rx-op-control"), join(bare, "node_modules/rx-op-control"), {
        recursive: true,
      });
      const load = `
        await import("rx-op-control");
        await import("rx-op-control/testing");
        await import("rx-op-control/ag-ui");
        await import("rx-op-control/nats").catch(({ message }) => console.log(message));
        await import("rx-op-control/otel").catch(({ message }) => console.log(message));
      `;
      const [ofBus, ofTelemetry] = run(bare, "node", ["--input-type=module", "-e", load]).split("\n");
      expect(ofBus).to.match(/^Cannot find package '@nats-io\/\S+' imported from .*rx-op-control/);
      expect(ofTelemetry).to.match(/^Cannot find package '@opentelemetry\/api' imported from .*rx-op-control/);
      const ports = ["--port", "0", "--api-port", "0"];
      const command = ["node_modules/rx-op-control/dist/lib/cli/main.js", "gateway", "--nats", "127.0.0.1:4222"];
      const { status, stderr } = spawnSync("node", [...command, ...ports], { cwd: bare, encoding: "utf8" });
      expect(stderr).to.match(/--nats needs two more packages: npm install @nats-io/);
      expect(status).to.equal(4);
    } finally {
      rmSync(bare, { recursive: true });
    }
  });

  it("brings the command", () => {
    const help = run(project, "node", ["node_modules/rx-op-control/dist/lib/cli/main.js", "demo", "--help"]);
    expect(help).to.contain("--gateway <host:port>");
  });
});

describe("the scripts of the specs", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const namedIn = (script: string): string[] => scripts[script]!.split(" ").filter((word) => word.endsWith("-spec.ts"));

  it("run alone what they do not run together: mocha takes a file that is not there for none", () => {
    const alone = namedIn("mocha:alone");

    expect(alone).to.have.members(namedIn("mocha:together"));
    expect(alone).to.satisfy(
      (files: string[]) => files.length > 0 && files.every((file) => existsSync(join(root, file))),
    );
  });
});

describe("the lockfile", () => {
  it("has every optional package, also of other platforms: npm ci refuses one that has not", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    const missing = wanted.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );

    expect(wanted).to.not.be.empty;
    expect(missing).to.be.empty;
  });
});

/** Unpacks the tarball where npm would put it; its dependencies are this repository's own. */
function installTarball(project: string): void {
  const installed = join(project, "node_modules/rx-op-control");
  mkdirSync(installed, { recursive: true });
  const [tarball] = JSON.parse(
    run(root, "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project]),
  ) as [{ filename: string }];
  run(project, "tar", ["-xzf", tarball.filename, "--strip-components=1", "-C", installed]);
  symlinkEach(join(root, "node_modules"), join(project, "node_modules"), ["rx-op-control"]);
}

function symlinkEach(from: string, to: string, except: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith(".") || except.includes(name)) continue;
    symlinkSync(join(from, name), join(to, name));
  }
}

const busExample = `
import { OpControlSubscriber } from "rx-op-control";
import { ensureOpControlStream, jetStreamSignals, publishSignal, StreamUnusableError } from "rx-op-control/nats";

const signals$ = jetStreamSignals({ servers: "127.0.0.1:1", orgId: "acme", agentId: "agent-7" });
const control = OpControlSubscriber.from(signals$);
control.connection$.subscribe(({ state }) => {
  if (state === "connecting") console.log("bus", state);
});
control.close();
void [ensureOpControlStream, publishSignal, StreamUnusableError];
`;

const telemetryExample = `
import { currentOpId as core, keepContext, OpControlSubscriber } from "rx-op-control";
import { currentOpId, opControlMetrics, opIdFromSpan, withOpId } from "rx-op-control/otel";
import { NEVER } from "rxjs";

const control = OpControlSubscriber.from(NEVER);
opControlMetrics(control, { attributes: { agent: "agent-7" } })[Symbol.dispose]();
withOpId("trace:span", () => console.log(core() === currentOpId() && currentOpId(), opIdFromSpan(undefined)));
control.close();
void keepContext;
`;

const agUiExample = `
import { HttpAgent } from "@ag-ui/client";
import { of } from "rxjs";
import { OpControlSubscriber } from "rx-op-control";
import { governAgent, opControlMiddleware, type RunStopCode } from "rx-op-control/ag-ui";

const control = OpControlSubscriber.from(of({ opId: "*", signal: "TERMINATE", sequence: 0n }));
const agent = governAgent(new HttpAgent({ url: "http://127.0.0.1:1/" }), control, ({ threadId }) => threadId);
agent.use(opControlMiddleware(control, ({ runId }) => runId, { limit: 10 }));
await agent.runAgent({}, { onRunErrorEvent: ({ event }) => console.log(event.code satisfies string | undefined) });
void ("OP_TERMINATED" satisfies RunStopCode);
`;

function readmeExample(): string {
  const example = /```ts\n([^]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1];
  if (example === undefined) throw new Error("README.md has no TypeScript example");
  return example;
}

function run(cwd: string, command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] });
}
