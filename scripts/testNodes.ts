/**
 * Runs the specs on other versions of Node than this one.
 *
 *     tsx scripts/testNodes.ts [version…] [-- mocha's arguments…]
 *
 * A version is what npm takes for one, such as 22 or 20.19; without any, the oldest that is supported and the lines in use.
 * What follows `--` goes to mocha in the place of the whole suite. Each Node is a package of npm's, put in a folder that is
 * removed in the end.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const VERSIONS = ["20.19", "22", "24"];

function main(args: readonly string[]): void {
  const end = args.indexOf("--");
  const versions = end < 0 ? args : args.slice(0, end);
  const mochaArgs = end < 0 ? [] : args.slice(end + 1);
  const scratch = mkdtempSync(join(tmpdir(), "rx-op-control-nodes-"));
  try {
    // What is published is built once: it is the same for every Node.
    if (mochaArgs.length === 0) run("npm", ["run", "build"], process.env);
    const failed = (versions.length > 0 ? versions : VERSIONS).filter(
      (version) => !passes(version, nodeIn(scratch, version), mochaArgs),
    );
    if (failed.length > 0) {
      console.error(`The specs failed on Node ${failed.join(", ")}.`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Installs that Node, and returns the folder of its command. */
function nodeIn(scratch: string, version: string): string {
  const folder = join(scratch, version);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", `${name}@${version}`], process.env);
  return join(folder, "node_modules", name, "bin");
}

function passes(version: string, bin: string, mochaArgs: readonly string[]): boolean {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, OP_CONTROL_BUILT: "1" };
  const { stdout } = spawnSync("node", ["--version"], { env, encoding: "utf8" });
  console.log(`\nNode ${stdout.trim()}, which was asked for as ${version}`);
  const [command, ...rest] = mochaArgs.length > 0 ? ["npx", "mocha", ...mochaArgs] : ["npm", "run", "mocha"];
  return spawnSync(command, rest, { cwd: ROOT, env, stdio: "inherit" }).status === 0;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, env, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

main(process.argv.slice(2));
