import { join, resolve } from "node:path";
import ts from "typescript";
import { ENTRIES } from "./entries.js";
import type { Snippet } from "./snippets.js";

const ROOT = resolve(import.meta.dirname, "../../..");

/** What a project has that only uses the package; a snippet is to be short, so what it leaves unused is its own affair. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  types: ["node"],
  strict: true,
  noEmit: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  typeRoots: [join(ROOT, "node_modules/@types")],
  paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, [join(ROOT, file)]])),
};

/** What the compiler has to say of the snippets, all in one program, against the sources themselves. */
export function checkTypes(snippets: readonly Snippet[]): readonly string[] {
  const files = new Map(snippets.map((snippet, index) => [join(ROOT, "spec", `snippet-${index}.ts`), snippet]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path)?.code ?? disk.readFile(path),
    getSourceFile: (path, ...rest) => {
      const snippet = files.get(path);
      return snippet ? ts.createSourceFile(path, snippet.code, rest[0]) : disk.getSourceFile(path, ...rest);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, { at }]) => {
    const file = program.getSourceFile(path);
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return diagnostics.map(({ start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${at} (line ${line} of it): ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}
