import ts from "typescript";

const source = `
import type { Reader } from "./types";
import { used, unused } from "./values";
enum Color { Red = 1, Green = Red << 1, Name = "n".length }
namespace Shapes { export const sides = 4; export function area(x: number) { return x * x; } }
abstract class Base<T extends object> { constructor(protected readonly items: T[] = [], private x?: string) {} abstract get size(): number; @log method(this: Base<T>): asserts this is Derived { return used<T>(this.items!)?.x ?? <any>null; } }
class Derived extends Base<{ a: 1 }> { accessor value = 2; get size() { return this.items.length satisfies number; } }
function log(target: any, context: ClassMethodDecoratorContext) {}
export const view = (props: { n: number }) => <div className="x" {...props}>{props.n}</div>;
export default async function* run(...[a, b = 2]: [number, number?]) { using handle = open(); for await (const it of a as any) yield* it; }
declare const ambient: string; type Fn = typeof run; export type { Fn };
`;

export default () => {
  const modern = ts.transpileModule(source, {
    fileName: "a.tsx",
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      jsx: ts.JsxEmit.ReactJSX,
      sourceMap: true,
    },
  });
  const old = ts.transpileModule(source, {
    fileName: "a.tsx",
    compilerOptions: {
      target: ts.ScriptTarget.ES2015,
      module: ts.ModuleKind.CommonJS,
      jsx: ts.JsxEmit.React,
      esModuleInterop: true,
    },
  });
  const broken = ts.transpileModule("let a: = 1;\nclass { x( }", { reportDiagnostics: true });
  const file = ts.createSourceFile(
    "b.ts",
    "const f = <T,>(x: T): x is T => true; // c",
    ts.ScriptTarget.Latest,
    true,
  );
  const kinds = [];
  const visit = (node) => {
    kinds.push(ts.SyntaxKind[node.kind]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const printed = ts
    .createPrinter()
    .printNode(
      ts.EmitHint.Unspecified,
      ts.factory.createVariableStatement(
        undefined,
        ts.factory.createVariableDeclarationList(
          [
            ts.factory.createVariableDeclaration(
              "n",
              undefined,
              undefined,
              ts.factory.createNumericLiteral(1),
            ),
          ],
          ts.NodeFlags.Const,
        ),
      ),
      file,
    );
  const { transformed } = ts.transform(file, [
    (context) => (root) => {
      const walk = (node) =>
        ts.isIdentifier(node) && node.text === "f"
          ? context.factory.createIdentifier("g")
          : ts.visitEachChild(node, walk, context);
      return ts.visitNode(root, walk);
    },
  ]);
  return {
    modern: modern.outputText,
    map: JSON.parse(modern.sourceMapText).mappings,
    old: old.outputText,
    diagnostics: broken.diagnostics.map(({ code, start, messageText }) => [code, start, messageText]),
    kinds,
    printed,
    renamed: ts.createPrinter().printFile(transformed[0]),
    version: ts.versionMajorMinor,
    config: ts.parseConfigFileTextToJson("t.json", '{ // c\n "a": 1, }').config,
  };
};
