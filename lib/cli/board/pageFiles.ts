import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";

/** One file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Where the page is built to: found from the source and from the published package alike. */
export function builtPage(): string {
  const manifest = createRequire(import.meta.url).resolve("rx-op-control/package.json");
  return join(dirname(manifest), "dist", "board");
}

/**
 * The files of the page by their path, `index.html` as the empty one. They are few, and read once: what is sent is one
 * of these, whatever path is asked for.
 */
export async function pageFiles(folder = builtPage()): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).replaceAll(sep, "/");
    const type = types[extname(file)];
    if (type) files.set(path === "index.html" ? "" : path, { type, body: new Uint8Array(await readFile(file)) });
  }
  if (!files.has("")) throw new Error(`the board's page is not built: "npm run build" makes ${folder}`);
  return files;
}
