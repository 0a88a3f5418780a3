/**
 * Writes docs/api, what each entry of package.json's `exports` gives to its users, from the types that are built.
 *
 *     tsx scripts/apiReport.ts           after npm run build
 *     tsx scripts/apiReport.ts --check   fails where docs/api is not what the types say; writes nothing
 *
 * A change of the public surface is thereby a change of a committed file, which whoever reviews it sees.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import ts from "typescript";

const ROOT = resolve(import.meta.dirname, "..");
const REPORTS = join(ROOT, "docs", "api");
const PRIVATE = ts.ModifierFlags.Private;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

async function main(check: boolean): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
  const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [{ name: join(manifest.name, path), types: join(ROOT, target.types) }],
  );
  const program = ts.createProgram(
    entries.map(({ types }) => types),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: ["node"], skipLibCheck: true },
  );
  const reports = entries.map(({ name, types }) => ({ name, exported: exportsOf(program, types) }));
  const owners = new Map(
    reports
      .flatMap(({ name, exported }) => [...exported.values()].map((symbol) => [symbol, name] as const))
      .toReversed(),
  );
  const options = (await resolveConfig(join(REPORTS, "index.md"))) ?? {};
  const stale: string[] = [];
  mkdirSync(REPORTS, { recursive: true });
  for (const { name, exported } of reports) {
    const file = join(REPORTS, `${name.replace("/", "-")}.md`);
    const text = reportOn(program, name, exported, owners);
    const report = await format(text, { ...options, parser: "markdown" });
    if (existsSync(file) && readFileSync(file, "utf8") === report) continue;
    if (check) stale.push(file);
    else writeFileSync(file, report);
  }
  if (stale.length === 0) return;
  console.error(`The public surface is not what these say; npm run api writes them again:\n${stale.join("\n")}`);
  process.exitCode = 1;
}

/** What each entry exports, the first of the entries first. */
function exportsOf(program: ts.Program, types: string): ReadonlyMap<string, ts.Symbol> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(types);
  const entry = source && checker.getSymbolAtLocation(source);
  if (!entry) throw new Error(`${types} is missing: npm run build makes it`);
  return inOrder(checker.getExportsOfModule(entry).map((symbol) => [symbol.name, meant(checker, symbol)]));
}

function reportOn(
  program: ts.Program,
  name: string,
  exported: ReadonlyMap<string, ts.Symbol>,
  others: ReadonlyMap<ts.Symbol, string>,
): string {
  const reached = new Set(exported.values());
  const nameless = new Map<string, ts.Symbol>();
  const borrowed = new Map<string, string>();
  // A Set goes on to what is added to it meanwhile.
  for (const symbol of reached) {
    for (const used of usedBy(program.getTypeChecker(), symbol)) {
      const other = others.get(used);
      if (reached.has(used)) continue;
      if (other !== undefined) borrowed.set(used.name, other);
      else {
        reached.add(used);
        nameless.set(used.name, used);
      }
    }
  }
  const uses = [...inOrder(borrowed)].map(([as, from]) => `- ${as} of ${from}`);
  const unnamed = [...inOrder(nameless)].map(([as, symbol]) => section(as, symbol));
  return [
    `# ${name}`,
    "What this entry exports, as `npm run api` reads it from the built types.",
    ...[...exported].map(([as, symbol]) => section(as, symbol)),
    ...(uses.length > 0 ? ["# Used of other entries", uses.join("\n")] : []),
    ...(unnamed.length > 0 ? ["# Used, and exported by no entry", ...unnamed] : []),
  ].join("\n\n");
}

function inOrder<T>(entries: Iterable<readonly [string, T]>): ReadonlyMap<string, T> {
  return new Map([...entries].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function section(as: string, symbol: ts.Symbol): string {
  const printer = ts.createPrinter({ removeComments: true });
  const printed = declarationsOf(symbol).map((declaration) =>
    printer.printNode(ts.EmitHint.Unspecified, withoutPrivate(declaration), declaration.getSourceFile()),
  );
  return `## ${as}\n\n\`\`\`ts\n${printed.join("\n")}\n\`\`\``;
}

/** What this package declares under that name; a variable is its whole statement. */
function declarationsOf(symbol: ts.Symbol): readonly ts.Node[] {
  return (symbol.declarations ?? []).map((declaration) =>
    ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration,
  );
}

function withoutPrivate(node: ts.Node): ts.Node {
  if (!ts.isClassDeclaration(node)) return node;
  const members = node.members.filter(
    (member) =>
      !(member.name && ts.isPrivateIdentifier(member.name)) && !(ts.getCombinedModifierFlags(member) & PRIVATE),
  );
  const { modifiers, name, typeParameters, heritageClauses } = node;
  return ts.factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
}

/** The types of this package that a declaration names. */
function usedBy(checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Symbol[] {
  const used: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const found = checker.getSymbolAtLocation(node);
      const type = found && meant(checker, found);
      if (type && isOurs(type)) used.push(type);
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of declarationsOf(symbol)) visit(withoutPrivate(declaration));
  return used;
}

function isOurs({ flags, declarations = [] }: ts.Symbol): boolean {
  const named = ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Enum;
  return (
    (flags & named) !== 0 && declarations.every((node) => node.getSourceFile().fileName.startsWith(join(ROOT, "dist")))
  );
}

function meant(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

await main(process.argv.includes("--check"));
