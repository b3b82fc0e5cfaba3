import { parse, parseExpression, tokTypes } from "@babel/parser";

const count = (node, kinds = {}) => {
  if (Array.isArray(node)) node.forEach((it) => count(it, kinds));
  else if (node && typeof node === "object") {
    if (typeof node.type === "string" && node.loc) kinds[node.type] = (kinds[node.type] ?? 0) + 1;
    for (const [key, value] of Object.entries(node)) if (key !== "loc") count(value, kinds);
  }
  return kinds;
};

export default () => {
  const source =
    "import a, { b as c } from 'd' with { type: 'json' };\nexport default class extends (A ?? B) { static #x = 1n; @dec m() { return super.m?.(...arguments) } static { this.y = #x in o } }\nlabel: for await (const [k, { v = 2 }] of it) { if (k) continue label; else break }\nconst el = <A.B x={1} {...p}>t<></></A.B>;\nlet u: Array<string | null> = f<T>(x as const)!; type Q = `a${string}`; async () => { using r = open() };\n// note\n";
  const ast = parse(source, {
    sourceType: "module",
    plugins: ["typescript", "jsx", "decorators", "explicitResourceManagement"],
    tokens: true,
    attachComment: true,
  });
  const recovered = parse("let a = 1; let a = 2; return 3", {
    errorRecovery: true,
    allowReturnOutsideFunction: false,
  });
  const errors = [
    "let = 1 +",
    "class { }",
    "a => {",
    "`${",
    "'use strict'; with (a) {}",
    "for (let x of a, b);",
  ].map((it) => {
    try {
      parse(it);
      return null;
    } catch ({ name, code, reasonCode, message, loc }) {
      return [name, code, reasonCode, message, loc.line, loc.column];
    }
  });
  const { type, left, right } = parseExpression("a ** -b |> c(#)".slice(0, 7), {});
  return {
    kinds: count(ast.program),
    tokens: ast.tokens.length,
    comments: ast.comments.map(({ value }) => value),
    recovered: recovered.errors.map(({ reasonCode, pos }) => [reasonCode, pos]),
    errors,
    expression: [type, left.name, right.operator],
    flow: parse("// @flow\nopaque type T: string = string; (x: any)", { plugins: ["flow"] }).program.body.map(
      (it) => it.type,
    ),
    regex: parseExpression("/[\\p{L}--[a-z]]/v").pattern,
    types: Object.keys(tokTypes).length,
    deep: parseExpression("(".repeat(40) + "1" + ")".repeat(40)).value,
  };
};
