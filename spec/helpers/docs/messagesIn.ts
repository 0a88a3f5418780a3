import ts from "typescript";
import { readPage } from "./snippets.js";

/** What the errors say that a source makes: of each the text, with an ellipsis for what is put in. */
export function messagesIn(path: string): readonly string[] {
  const source = readPage(path);
  // Most make none, and to parse all of them takes a second and a half.
  if (!/Error\(|super\(/.test(source)) return [];
  const messages: string[] = [];
  const visit = (node: ts.Node): void => {
    const made = ts.isNewExpression(node) || ts.isCallExpression(node) ? node : undefined;
    const isError = made && /(^super|Error)$/.test(made.expression.getText());
    const message = isError && made.arguments?.[0] ? textOf(made.arguments[0]) : undefined;
    if (message !== undefined && message !== "…") messages.push(message);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2023, true));
  return messages;
}

/** Of a string, a template, or what is put together of them; undefined where it is made elsewhere. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}
