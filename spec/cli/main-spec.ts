import { expect } from "chai";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommandRun } from "./gateway/CommandRun.js";

const ROOT = resolve(import.meta.dirname, "../..");
const STACK_TRACE = /^\s+at /m;

/** As soon as the command has begun: something goes wrong where nobody can catch it. */
const failing = (thrown: string): string => {
  const script =
    "const timer=setInterval(()=>{if(process.listenerCount('uncaughtException')===0)return;" +
    `clearInterval(timer);${thrown}},1)`;
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
};

const THROW = "throw(new(Error)('boom:\\u001b[2J'))";
const THROW_TYPE_ERROR = "throw(new(TypeError)('boom'))";
const REJECT = "Promise.reject(new(Error)('boom'))";

describe("rx-op-control, as a process", function () {
  this.timeout(60_000);

  let folder: string;
  const runs = new Map<string, CommandRun>();

  // Together, for each takes most of a second to start.
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    start("no arguments", []);
    start("--version", ["--version"]);
    start("--help", ["--help"], { NODE_V8_COVERAGE: join(folder, "--help") });
    start("help watch", ["help", "watch"]);
    start("watch --help", ["watch", "--help"], { NODE_V8_COVERAGE: join(folder, "watch --help") });
    start("unknown", ["wacth"]);
    start("help unknown", ["help", "wacth"]);
    start("token first", ["--token=s3cret", "watch"]);
    // Those that load what they need.
    start("watch", ["watch", ""], { NODE_V8_COVERAGE: join(folder, "watch") });
    start("gateway", ["gateway", "--port=0", "--api-port=0"], { NODE_V8_COVERAGE: join(folder, "gateway") });
    const watching = ["watch", "--gateway", "127.0.0.1:1"];
    start("throws", watching, { NODE_OPTIONS: failing(THROW) });
    start("throws a TypeError", watching, { NODE_OPTIONS: failing(THROW_TYPE_ERROR) });
    start("rejects", watching, { NODE_OPTIONS: failing(REJECT) });
  });

  after(async () => {
    for (const run of runs.values()) await run[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("says on stderr what there is, and exits with 2, where it is told nothing", async () => {
    const run = await ended("no arguments", 2);
    expect(run.stderr)
      .to.match(/^Usage: rx-op-control /)
      .and.to.include("Exit codes:");
    expect(run.stdout).to.equal("");
  });

  it("--version says which it is", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    const run = await ended("--version", 0);
    expect(run.stdout).to.equal(`${version}\n`);
  });

  it("--help says what there is, and exits with 0", async () => {
    const run = await ended("--help", 0);
    expect(run.stdout)
      .to.match(/^Usage: rx-op-control /)
      .and.to.include("Examples:");
    expect(run.stderr).to.equal("");
  });

  it("help watch is watch --help", async () => {
    const run = await ended("help watch", 0);
    expect(run.stdout).to.match(/^Usage: rx-op-control watch /);
    expect(run.stdout).to.equal((await ended("watch --help", 0)).stdout);
  });

  it("suggests the command that was meant, and exits with 2", async () => {
    const run = await ended("unknown", 2);
    expect(run.stderr).to.equal("error: unknown command 'wacth'\n(Did you mean watch?)\n(--help says what there is)\n");
    expect(run.stdout).to.equal("");
  });

  it("exits with 2 when it is asked for help with a command that there is not", async () => {
    const run = await ended("help unknown", 2);
    expect(run.stderr).to.match(/^Usage: rx-op-control /);
    expect(run.stdout).to.equal("");
  });

  it("does not repeat a token that stands before the command", async () => {
    const run = await ended("token first", 2);
    expect(run.stderr)
      .to.match(/^error: unknown option '--token…'/)
      .and.not.include("s3cret");
  });

  describe("says in a sentence what has gone wrong where nobody caught it, and exits with 4:", () => {
    for (const [name, message] of [
      ["throws", "error: boom:\\u001b[2J\n"],
      ["throws a TypeError", "error: boom\n"],
      ["rejects", "error: boom\n"],
    ] as const) {
      it(name, async () => {
        const run = await ended(name, 4);
        expect(run.stderr).to.equal(message).and.not.match(STACK_TRACE);
      });
    }
  });

  describe("starts quickly: gRPC and hono are loaded by what needs them only,", () => {
    for (const name of ["--help", "watch --help"]) {
      it(`${name} does without, and without RxJS`, async () => {
        await ended(name, 0);
        const loaded = await loadedPackages(join(folder, name));
        expect(loaded).to.include("commander");
        expect(loaded.filter((found) => /grpc|hono|rxjs/.test(found))).to.deep.equal([]);
      });
    }

    it("watch loads gRPC, and no hono", async () => {
      await ended("watch", 2);
      const loaded = await loadedPackages(join(folder, "watch"));
      expect(loaded).to.include.members(["@grpc/grpc-js", "rxjs"]);
      expect(loaded.filter((found) => found.includes("hono"))).to.deep.equal([]);
    });

    it("gateway loads both", async () => {
      const run = runs.get("gateway")!;
      await run.printed("http://127.0.0.1:");
      run.kill("SIGTERM");
      await ended("gateway", 0);
      expect(await loadedPackages(join(folder, "gateway"))).to.include.members(["@grpc/grpc-js", "hono"]);
    });
  });

  function start(name: string, words: readonly string[], env?: Readonly<Record<string, string>>): void {
    runs.set(name, new CommandRun(words, env ? { env } : {}));
  }

  async function ended(name: string, exitCode: number): Promise<CommandRun> {
    const run = runs.get(name)!;
    expect(await run.exitCode(), run.stderr).to.equal(exitCode);
    return run;
  }
});

/** The packages that a process has loaded anything of, by what V8 tells of its coverage: CommonJS and modules alike. */
async function loadedPackages(coverageFolder: string): Promise<string[]> {
  const packages = new Set<string>();
  for (const file of await readdir(coverageFolder)) {
    const { result } = JSON.parse(await readFile(join(coverageFolder, file), "utf8")) as {
      readonly result: readonly { readonly url: string }[];
    };
    for (const { url } of result) {
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
      if (name !== undefined) packages.add(name);
    }
  }
  return [...packages];
}
