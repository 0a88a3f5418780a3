import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const LARGER_PROTOS = join(ROOT, "spec/fixtures/larger-protos");

describe("codegen/generate", function () {
  this.timeout(120_000);
  this.slow(10_000);

  let scratch: string;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "rx-op-control-spec-"));
  });

  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  describe("--check", () => {
    it("passes on what is committed", () => {
      expect(generate(ROOT, ["--check"])).to.deep.equal({ exitCode: 0, output: "" });
    });

    it("checks what is committed also where somebody builds against other protos", () => {
      expect(generate(ROOT, ["--check"], { AA_PROTO_DIR: LARGER_PROTOS })).to.include({ exitCode: 0 });
    });

    it("fails and names each file that differs, is missing or is extra", () => {
      const project = copyProject("codegen", "protos");
      appendFileSync(join(project, "codegen/gen/common.ts"), "// by hand\n");
      rmSync(join(project, "codegen/gen/policy.ts"));
      writeFileSync(join(project, "codegen/gen/other.ts"), "");

      const { exitCode, output } = generate(project, ["--check"]);

      expect(exitCode).to.equal(1);
      expect(output.match(/^ {2}.*$/gm)).to.deep.equal([
        "  differs: common.ts",
        "  extra: other.ts",
        "  missing: policy.ts",
      ]);
    });

    it("writes nothing and leaves nothing behind", () => {
      const project = copyProject("codegen", "protos");
      const temporary = join(scratch, "tmp");
      mkdirSync(temporary);
      rmSync(join(project, "codegen/gen"), { recursive: true });

      expect(generate(project, ["--check"], { TMPDIR: temporary })).to.include({ exitCode: 1 });

      expect(readdirSync(join(project, "codegen"))).not.to.include("gen");
      // tsx keeps a directory of its own there.
      expect(readdirSync(temporary).filter((name) => name.startsWith("rx-op-control"))).to.deep.equal([]);
    });
  });

  it("generates the same wherever the protos lie and whatever lies around them", () => {
    const elsewhere = join(scratch, "a gateway #2.git");
    cpSync(join(ROOT, "protos"), join(elsewhere, "protos"), { recursive: true });
    writeFileSync(join(elsewhere, "protos/other.proto"), 'syntax = "proto3";\nimport "not/there.proto";\n');
    writeFileSync(join(elsewhere, "buf.yaml"), "version: v2\nmodules:\n  - path: not-there\n");
    const out = join(scratch, "gen");

    expect(generate(ROOT, ["--out", out], { AA_PROTO_DIR: join(elsewhere, "protos") })).to.include({ exitCode: 0 });

    expect(generate(ROOT, ["--check", "--out", out])).to.include({ exitCode: 0 });
  });

  it("takes AA_PROTO_DIR relative to the working directory, and takes away what is no longer generated", () => {
    const project = copyProject("codegen", "protos");
    cpSync(LARGER_PROTOS, join(project, "theirs"), { recursive: true });

    expect(generate(project, [], { AA_PROTO_DIR: "theirs" })).to.include({ exitCode: 0 });
    expect(readdirSync(join(project, "codegen/gen"))).to.have.members(["common.ts", "google", "policy.ts"]);

    expect(generate(project, [])).to.include({ exitCode: 0 });
    expect(readdirSync(join(project, "codegen/gen"))).to.have.members(["common.ts", "policy.ts"]);
  });

  it("fails when AA_PROTO_DIR has no policy.proto", () => {
    const { exitCode, output } = generate(ROOT, ["--out", join(scratch, "gen")], { AA_PROTO_DIR: scratch });

    expect(exitCode).to.equal(1);
    expect(output).to.match(/^AA_PROTO_DIR: there is no policy\.proto in /);
  });

  it("keeps what there was when the protos are wrong", () => {
    const project = copyProject("codegen", "protos");
    appendFileSync(join(project, "protos/policy.proto"), "messag Typo {}\n");

    const { exitCode, output } = generate(project, []);

    expect(exitCode).to.equal(1);
    expect(output).to.match(/^policy\.proto:\d+:\d+:/);
    expect(readdirSync(join(project, "codegen/gen"))).to.have.members(["common.ts", "policy.ts"]);
  });

  it("does not replace a directory that holds anything it has not generated", () => {
    writeFileSync(join(scratch, "thesis.ts"), "// Ten years of work.\n");

    const { exitCode, output } = generate(ROOT, ["--out", scratch]);

    expect(exitCode).to.equal(1);
    expect(output).to.include("thesis.ts in it is not generated");
    expect(readdirSync(scratch)).to.deep.equal(["thesis.ts"]);
  });

  for (const wrong of [["--chekc"], ["protos"], ["--out"], ["--out", ""]]) {
    it(`refuses the arguments ${JSON.stringify(wrong)}`, () => {
      const { exitCode, output } = generate(ROOT, wrong);

      expect(exitCode).to.equal(2);
      expect(output).to.include("usage: tsx codegen/generate.ts [--check] [--out DIR]");
    });
  }

  it("makes of a gateway's larger protos what lib/ compiles against and works with", () => {
    const names = ["codegen", "protos", "lib", "package.json", "tsconfig.json", "tsconfig.build.json"];
    const project = copyProject(...names);

    // What sees generated code, and what these are built on; the rest takes the compiler as long again.
    const files = ["lib/index.ts", "lib/testing/index.ts"];
    writeFileSync(
      join(project, "tsconfig.spec.json"),
      JSON.stringify({ extends: "./tsconfig.build.json", files, include: [] }),
    );

    expect(generate(project, [], { AA_PROTO_DIR: LARGER_PROTOS })).to.include({ exitCode: 0 });
    const compiled = run(project, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.spec.json"]);
    expect(compiled).to.deep.equal({ exitCode: 0, output: "" });

    const used = run(project, ["--input-type=module", "--eval", USE_OF_THE_COMPILED]);
    expect(used).to.deep.equal({ exitCode: 0, output: "18446744073709551615 maintenance paused op\n" });
  });

  /** A project of its own, so that the tree is never written to. */
  function copyProject(...names: string[]): string {
    const project = join(scratch, "project");
    for (const name of names) cpSync(join(ROOT, name), join(project, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"), "junction");
    return project;
  }
});

/** A signal with fields that protos/ has not, from the wire to a status. */
const USE_OF_THE_COMPILED = `
  import { firstValueFrom } from "rxjs";
  import { OpControlMessage, OpControlSignal } from "./dist/codegen/gen/policy.js";
  import { OpControlSubscriber } from "./dist/lib/index.js";

  const sent = OpControlMessage.fromPartial({
    opId: "trace:span",
    signal: OpControlSignal.OP_CONTROL_SIGNAL_PAUSE,
    sequence: 2n ** 64n - 1n,
    reason: "maintenance",
    issuedAt: new Date(),
  });
  const received = OpControlMessage.decode(OpControlMessage.encode(sent).finish());
  const control = OpControlSubscriber.from([received], { agentId: "agent-7" });
  const { sequence, state, scope } = await firstValueFrom(control.status("trace:span"));
  control.close();
  console.log(\`\${sequence} \${received.reason} \${state} \${scope}\`);
`;

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

function generate(project: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Outcome {
  return run(project, ["--import", "tsx", "codegen/generate.ts", ...args], env);
}

function run(project: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, AA_PROTO_DIR: undefined, ...env },
  });
  return { exitCode: status, output: stdout + stderr };
}
