import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/**
 * The reference, from the docstrings of what package.json exports, with the pages beside it.
 *
 * @type {Partial<import("typedoc").TypeDocOptions>}
 */
export default {
  name: "rx-op-control",
  entryPoints: Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target.default.replace(/^\.\/dist\//, "").replace(/\.js$/, ".ts")],
  ),
  tsconfig: "tsconfig.build.json",
  out: "docs/reference",
  readme: "README.md",
  projectDocuments: ["docs/guides/*.md", "docs/operators.md", "docs/semantics.md", "docs/troubleshooting.md"],
  excludeInternal: true,
  excludePrivate: true,
  // What RxJS says of its Observable is not ours to repeat, nor are its links ours to mend.
  excludeExternals: true,
  disableSources: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  // Properties as well, by spec/docs/reference-spec.ts: what tells the members of a union apart needs no sentence.
  requiredToBeDocumented: ["Class", "Interface", "Function", "TypeAlias", "Variable", "Method", "Accessor"],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
