import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ENTRIES } from "./entries.js";
import type { Snippet } from "./snippets.js";

const ROOT = resolve(import.meta.dirname, "../../..");
const TIMEOUT_MS = 20_000;

/**
 * What each of them prints. They run beside each other in one process of their own, against the sources, and that process
 * has to end by itself: one that leaves something running fails them all.
 */
export async function runSnippets(snippets: readonly Snippet[]): Promise<ReadonlyMap<string, string>> {
  // Within the repository, for that is where its packages are found.
  const folder = mkdtempSync(join(ROOT, "node_modules/.snippets-"));
  try {
    for (const [index, { at, code }] of snippets.entries()) {
      writeFileSync(join(folder, `${index}.ts`), `const console = consoleOf(${JSON.stringify(at)});\n${local(code)}`);
    }
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "main.ts"), mainOf(snippets));
    const started = ["--import", "tsx", join(folder, "main.ts")];
    const { stdout } = await promisify(execFile)(process.execPath, started, { cwd: ROOT, timeout: TIMEOUT_MS }).catch(
      (error: unknown) => {
        const { killed, stderr } = error as { readonly killed: boolean; readonly stderr: string };
        const why = killed ? `one of them has not ended after ${TIMEOUT_MS} ms` : stderr;
        throw new Error(`the snippets cannot be run: ${why}`, { cause: error });
      },
    );
    return new Map(JSON.parse(stdout) as [string, string][]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The code with the sources in the place of the package that is made of them. */
function local(code: string): string {
  return code.replaceAll(/from "(rx-op-control[^"]*)"/g, (whole, name: string) => {
    const file = ENTRIES[name];
    return file === undefined ? whole : `from ${JSON.stringify(pathToFileURL(join(ROOT, file)).href)}`;
  });
}

function mainOf(snippets: readonly Snippet[]): string {
  return `
    import { format } from "node:util";
    const printed = new Map(${JSON.stringify(snippets.map(({ at }) => [at, ""]))});
    globalThis.consoleOf = (at) => {
      const print = (...values) => printed.set(at, printed.get(at) + format(...values) + "\\n");
      return { log: print, warn: print, error: print };
    };
    process.on("exit", () => process.stdout.write(JSON.stringify([...printed])));
    await Promise.all(${JSON.stringify(snippets.map((_, index) => `./${index}.ts`))}.map((file) => import(file)));
  `;
}
