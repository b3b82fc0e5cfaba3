import ts from "typescript";

// A library small enough to be written here.
const library = `
interface Array<T> { length: number; [n: number]: T; map<U>(f: (value: T) => U): U[]; }
interface Boolean {} interface CallableFunction {} interface Function {} interface IArguments {} interface NewableFunction {} interface Number {} interface Object {} interface RegExp {}
interface String { length: number; }
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
`;
const source = `
interface User { id: number; name: string; tags?: string[] }
type Kind = { kind: "a"; n: number } | { kind: "b"; s: string };
function f(k: Kind): string { if (k.kind === "a") return k.n; switch (k.kind) { case "b": return k.s; default: const never: never = k; return never; } }
const user: User = { id: "1", name: "x" };
const picked: Pick<User, "id"> = { id: 1, nam: 2 };
export const lengths = user.tags.map((tag) => tag.length);
const deep = <T extends { a: unknown }>(x: T) => x.a;
deep({ b: 1 });
missing();
export const inferred = [1, 2].map((n) => ({ n, s: String }));
`;

export default () => {
  const files = { "lib.d.ts": library, "main.ts": source };
  const host = {
    getSourceFile: (name, target) =>
      name in files ? ts.createSourceFile(name, files[name], target) : undefined,
    getDefaultLibFileName: () => "lib.d.ts",
    writeFile: (name, text) => {
      written[name] = text;
    },
    getCurrentDirectory: () => "",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (name) => name in files,
    readFile: (name) => files[name],
    getDirectories: () => [],
  };
  const written = {};
  const program = ts.createProgram(
    ["main.ts"],
    {
      strict: true,
      noEmitOnError: false,
      declaration: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      types: [],
    },
    host,
  );
  const diagnostics = ts
    .getPreEmitDiagnostics(program)
    .map(({ code, start, messageText }) => [code, start, ts.flattenDiagnosticMessageText(messageText, "\n")]);
  program.emit();
  const checker = program.getTypeChecker();
  const types = checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile("main.ts")))
    .map((symbol) => [symbol.name, checker.typeToString(checker.getTypeOfSymbol(symbol))]);
  return { diagnostics, types, written };
};
