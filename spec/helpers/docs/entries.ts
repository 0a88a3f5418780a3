import { readPage } from "./snippets.js";

const { name, exports } = JSON.parse(readPage("package.json")) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>;
};

/** The entries of the package by what users import, each with its source. */
export const ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [[name + path.slice(1), sourceOf(target.default)]],
  ),
);

function sourceOf(built: string): string {
  return built.replace(/^\.\/dist\//, "").replace(/\.js$/, ".ts");
}
