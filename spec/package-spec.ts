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

/** What docs/runtimes.md says that the types need: `lib` keeps what a browser has out, and what is newer. */
const tsconfig = {
  compilerOptions: {
    module: "nodenext",
    target: "es2022",
    lib: ["es2022"],
    strict: true,
    skipLibCheck: false,
    outDir: "out",
  },
};

describe("the packed tarball, in an empty ESM project with rxjs", function () {
  this.timeout(120_000);
  let project: string;
  let packed: Packed;

  before(function () {
    expect(existsSync(join(root, "dist/lib/index.js")), "dist is missing: npm run build makes it").to.equal(true);
    project = mkdtempSync(join(tmpdir(), "rx-op-control-"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
    packed = installTarball(project);
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

  it("holds nothing but what it runs on, each with its types and its source", () => {
    const files = packed.files.map(({ path }) => path);
    const modules = files.filter((path) => path.startsWith("dist/") && !path.startsWith("dist/board/"));
    const others = files.filter((path) => !modules.includes(path) && !path.startsWith("dist/board/"));
    const named = (pattern: RegExp): string[] => modules.filter((path) => pattern.test(path));
    const stems = named(/\.js$/).map((path) => path.replace(/\.js$/, ""));

    expect(others).to.have.members([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "package.json",
      "protos/common.proto",
      "protos/policy.proto",
    ]);
    expect(modules).to.have.members(stems.flatMap((stem) => [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`]));
    const sources = stems.map((stem) => `${stem.replace(/^dist\//, "")}.ts`);
    expect(sources.filter((source) => !existsSync(join(root, source)))).to.be.empty;
    expect(sources.filter((source) => !/^(lib|codegen\/gen)\//.test(source))).to.be.empty;
    expect(files.filter((path) => path.startsWith("dist/board/") && !/\.(html|js|css|svg)$/.test(path))).to.be.empty;
  });

  it("is no larger than it has to be", () => {
    expect(packed.size).to.be.within(100_000, 1_000_000);
    expect(packed.unpackedSize).to.be.within(500_000, 4_000_000);
  });

  it("brings no more packages than it has to", () => {
    const { direct, all } = productionPackages();

    expect(direct).to.have.lengthOf.at.most(8);
    expect(all).to.have.lengthOf.within(direct.length, 60);
  });

  it("runs nothing when it is installed", () => {
    const { scripts } = manifestOf(join(project, "node_modules/rx-op-control"));
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).to.be.empty;
  });

  describe("in a bundle", () => {
    it("leaves nothing of itself where it is only imported", async () => {
      const { code, imports } = await bundleOf(project, 'import "rx-op-control";');

      expect(code.trim()).to.be.oneOf(["", "export{};"]);
      expect(imports).to.be.empty;
    });

    it("leaves an operator without the subscriber and gRPC", async () => {
      const { code, imports } = await bundleOf(project, 'export { holdWhilePaused } from "rx-op-control";');

      expect(imports).to.deep.equal(["rxjs"]);
      expect(code).to.have.lengthOf.within(500, 10_000);
    });

    it("is small, but for gRPC and RxJS", async () => {
      const { code, imports } = await bundleOf(project, 'export { OpControlSubscriber } from "rx-op-control";');

      expect(imports.filter((name) => !name.startsWith("node:")).toSorted()).to.deep.equal([
        "@bufbuild/protobuf/wire",
        "@grpc/grpc-js",
        "rxjs",
      ]);
      expect(code).to.have.lengthOf.within(10_000, 80_000);
    });
  });

  it("runs the README's example, types included", () => {
    const lines = run(project, "node", ["out/example.js"]).trimEnd().split("\n");
    expect(lines.slice(0, 2)).to.deep.equal(["step 0", "step 1"]);
    expect(lines.at(-1)).to.match(/^step [5-9]$/);
    expect(lines).to.deep.equal(lines.map((_, step) => `step ${step}`));
  });

  it("loads by import and by require, each entry, and leaves nothing that keeps the process", () => {
    const entries = Object.keys(manifestOf(join(project, "node_modules/rx-op-control")).exports)
      .filter((path) => path !== "./package.json")
      .map((path) => join("rx-op-control", path));
    const imports = entries.map((entry) => `console.log(Object.keys(await import("${entry}")).length > 0);`).join("");
    const requires = entries.map((entry) => `console.log(Object.keys(require("${entry}")).length > 0);`).join("");
    const all = "true\n".repeat(entries.length);

    expect(entries).to.include.members(["rx-op-control", "rx-op-control/testing", "rx-op-control/nats"]);
    expect(run(project, "node", ["--input-type=module", "-e", imports])).to.equal(all);
    expect(run(project, "node", ["--input-type=commonjs", "-e", requires])).to.equal(all);
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

  it("run each for itself what they do not run together: mocha takes a file that is not there for none", () => {
    const apart = ["mocha:patient", "mocha:compiling", "mocha:alone"].flatMap(namedIn);

    expect(apart).to.have.members(namedIn("mocha:together"));
    expect(apart).to.satisfy(
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

/** What npm says of the tarball that it has made. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly scripts: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Unpacks the tarball where npm would put it; its dependencies are this repository's own. */
function installTarball(project: string): Packed {
  const installed = join(project, "node_modules/rx-op-control");
  mkdirSync(installed, { recursive: true });
  const [tarball] = JSON.parse(
    run(root, "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project]),
  ) as [Packed];
  run(project, "tar", ["-xzf", tarball.filename, "--strip-components=1", "-C", installed]);
  symlinkEach(join(root, "node_modules"), join(project, "node_modules"), ["rx-op-control"]);
  return tarball;
}

/** The packages that an install of this one brings, optional peers left out, as the lockfile has them. */
function productionPackages(): { direct: readonly string[]; all: readonly string[] } {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dependencies?: Record<string, string> }>;
  };
  const placeOf = (name: string, from: string): string => {
    const nested = `${from}/node_modules/${name}`;
    if (from !== "" && packages[nested]) return nested;
    return from === "" ? `node_modules/${name}` : placeOf(name, from.slice(0, from.lastIndexOf("/node_modules/")));
  };
  const dependenciesOf = (place: string): string[] =>
    Object.keys(packages[place]?.dependencies ?? {}).map((name) => placeOf(name, place));
  const direct = dependenciesOf("");
  const all = new Set(direct);
  // A Set goes on to what is added to it meanwhile.
  for (const place of all) for (const dependency of dependenciesOf(place)) all.add(dependency);
  return { direct, all: [...all] };
}

/** What a bundler makes of that source in the project; packages other than this one stay outside. */
async function bundleOf(project: string, source: string): Promise<{ code: string; imports: readonly string[] }> {
  // Only where it is needed, for it takes a while to load.
  const { build } = await import("vite");
  const entry = join(project, "entry.mjs");
  writeFileSync(entry, source);
  const built = await build({
    root: project,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: ["rx-op-control"] },
    build: { ssr: entry, write: false, minify: true, target: "node20" },
  });
  if (!("output" in built)) throw new Error("vite has made no bundle");
  const [{ code, imports }] = built.output;
  return { code, imports };
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
