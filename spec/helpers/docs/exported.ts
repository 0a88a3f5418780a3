import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { readPage } from "./snippets.js";

/** Something that an entry exports, or a public member of it. */
export interface Documented {
  /** Such as `DevGateway` or `DevGateway.pause`. */
  readonly name: string;
  readonly kind: "class" | "function" | "interface" | "type" | "member";
  /** Its docstring, without the stars; undefined where it has none. */
  readonly doc: string | undefined;
}

type Declaration = ts.ClassDeclaration | ts.FunctionDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** All that an entry exports, with the members that users see, from the sources alone: no types are looked at. */
export function exportedBy(entry: string): readonly Documented[] {
  return parse(entry).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !statement.exportClause) return [];
    const from = (statement.moduleSpecifier as ts.StringLiteral).text.replace(/\.js$/, ".ts");
    const names = (statement.exportClause as ts.NamedExports).elements.map(({ name }) => name.text);
    return names.flatMap((name) => documentedOf(normalize(join(dirname(entry), from)), name));
  });
}

function documentedOf(path: string, name: string): readonly Documented[] {
  const declaration = parse(path).statements.find(
    (statement): statement is Declaration => isDeclaration(statement) && statement.name?.text === name,
  );
  if (!declaration) throw new Error(`${path} does not declare ${name} itself`);
  return [{ name, kind: kindOf(declaration), doc: docOf(declaration) }, ...membersOf(declaration)];
}

function membersOf(declaration: Declaration): readonly Documented[] {
  if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) return [];
  const members: readonly (ts.ClassElement | ts.TypeElement)[] = [...declaration.members];
  return members
    .filter((member) => !isHidden(member))
    .map((member) => ({
      name: `${declaration.name?.text ?? ""}.${member.name?.getText() ?? "constructor"}`,
      kind: "member",
      doc: docOf(member),
    }));
}

/** Neither private, nor internal, nor what every error has. */
function isHidden(member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name && (ts.isPrivateIdentifier(member.name) || member.name.getText() === "name")) return true;
  const isPrivate =
    ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return isPrivate === true || (docOf(member) ?? "").includes("@internal");
}

function isDeclaration(node: ts.Node): node is Declaration {
  return (
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

function kindOf(declaration: Declaration): Documented["kind"] {
  if (ts.isClassDeclaration(declaration)) return "class";
  if (ts.isFunctionDeclaration(declaration)) return "function";
  return ts.isInterfaceDeclaration(declaration) ? "interface" : "type";
}

function docOf(node: ts.Node): string | undefined {
  return ts
    .getJSDocCommentsAndTags(node)
    .find(ts.isJSDoc)
    ?.getText()
    .replaceAll(/^\s*\* ?|^\/\*\*\s*|\s*\*\/$/gm, "");
}

const parsed = new Map<string, ts.SourceFile>();

function parse(path: string): ts.SourceFile {
  const known = parsed.get(path);
  const file = known ?? ts.createSourceFile(path, readPage(path), ts.ScriptTarget.ES2023, true);
  parsed.set(path, file);
  return file;
}
