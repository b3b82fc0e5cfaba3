// Runs the conformance cases of a checkout of microsoft/TypeScript twice, as `tsc` compiles
// them and as the transpiler does, and compares what they print, throw and export.
//
//   node --experimental-vm-modules tools/ts-conformance.mjs PATH TYPESCRIPT TRANSPILE [--bless] [--only TEXT]
//
// PATH is the checkout, TYPESCRIPT the folder of the npm package typescript@6.0.3, TRANSPILE the
// built example of guest-ts. tests/conformance/typescript.txt names what passes, by folder; a
// file named there that is in the checkout and does not pass is a loss, and so is any crash.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import vm from "node:vm";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const [checkout, typescript, transpiler, ...flags] = process.argv.slice(2);
const bless = flags.includes("--bless");
const only = flags.includes("--only") ? flags[flags.indexOf("--only") + 1] : undefined;
const record = new URL("../tests/conformance/typescript.txt", import.meta.url);
const ts = createRequire(import.meta.url)(path.resolve(typescript));
const root = path.join(checkout, "tests/cases/conformance");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "ts-conformance-"));

/** One case: its files and the options that its comments set. */
function read(name) {
  const text = fs.readFileSync(path.join(root, name), "utf8").replace(/^\uFEFF/, "");
  const options = {};
  const units = [];
  let unit = { name: path.basename(name), lines: [] };
  for (const line of text.split(/\r?\n/)) {
    const option = /^\s*\/\/\s*@(\w+)\s*:\s*(.*?)\s*$/.exec(line);
    if (!option) {
      unit.lines.push(line);
    } else if (option[1].toLowerCase() === "filename") {
      if (unit.lines.some((it) => it.trim() !== "" && !it.startsWith("//"))) units.push(unit);
      unit = { name: option[2].replace(/^\/+/, "").replace(/^(\.\/)+/, ""), lines: [] };
    } else {
      options[option[1].toLowerCase()] =
        option[2].split(",")[0].trim().toLowerCase() === "*" ? "" : option[2].split(",")[0].trim();
    }
  }
  units.push(unit);
  // Of several with one name the last is the file.
  const code = [...new Map(units.map((it) => [it.name, it])).values()]
    .filter(
      (it) =>
        /\.[cm]?tsx?$/.test(it.name) &&
        !/\.d\.\w*\.?[cm]?tsx?$/.test(it.name) &&
        !it.name.includes(".."),
    )
    .map((it) => ({ name: it.name, text: it.lines.join("\n") }));
  return { name, options, units: code };
}

function settings({ options }) {
  const automatic = /^react-jsx/.test(options.jsx ?? "");
  return {
    legacy: options.experimentaldecorators === "true",
    source: options.jsximportsource ?? (automatic ? "react" : undefined),
  };
}

/** What `tsc` makes of a file; none if it does not parse. */
function official(unit, { legacy, source }, module) {
  const out = ts.transpileModule(unit.text, {
    fileName: unit.name,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module,
      jsx: source ? ts.JsxEmit.ReactJSX : ts.JsxEmit.React,
      jsxImportSource: source,
      experimentalDecorators: legacy,
      esModuleInterop: true,
    },
  });
  const wrong = out.diagnostics.some(
    (it) => it.category === ts.DiagnosticCategory.Error && it.code < 2000,
  );
  return wrong ? undefined : out.outputText;
}

/** The names that a case declares and never defines. */
function ambient(units) {
  const names = new Set(["React"]);
  for (const unit of units) {
    const file = ts.createSourceFile(unit.name, unit.text, ts.ScriptTarget.Latest, false);
    for (const statement of file.statements) {
      const declared =
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some((it) => it.kind === ts.SyntaxKind.DeclareKeyword);
      if (!declared) continue;
      if (ts.isVariableStatement(statement)) {
        for (const it of statement.declarationList.declarations)
          if (ts.isIdentifier(it.name)) names.add(it.name.text);
      } else if (
        statement.name &&
        ts.isIdentifier(statement.name) &&
        !ts.isInterfaceDeclaration(statement) &&
        !ts.isTypeAliasDeclaration(statement)
      ) {
        names.add(statement.name.text);
      }
    }
  }
  return names;
}

// Runs inside of each context: what stands for declared names logs how it is used.
const PRELUDE = `((log, names) => {
  const short = (it) => typeof it === "function" ? "function " + String(it.name) : typeof it === "symbol" ? String(it) : typeof it === "object" && it ? "{" + Object.keys(it).map(String).join() + "}" : String(it);
  const kinds = ["class", "method", "getter", "setter", "field", "accessor"];
  const probe = (name) => new Proxy(function () {}, {
    apply(_, self, all) {
      const context = all[1];
      if (context && kinds.includes(context.kind)) {
        log("decorate", name, short(all[0]), context.kind, String(context.name), String(context.static), String(context.private), short(context.access), short(context));
        context.addInitializer?.(function () { log("initialize", name, typeof this); });
        return context.kind === "field" ? (value) => (log("field", name, short(value)), value) : undefined;
      }
      log("call", name, ...all.map(short));
      return all.length > 1 && typeof all[0] === "function" && "prototype" in all[0] && all[1] === undefined ? undefined : probes(name + "()");
    },
    construct(_, all, target) { log("new", name, ...all.map(short)); return Object.create(target.prototype ?? null); },
    get(target, key, self) {
      if (key === "prototype") return target.prototype;
      if (key === Symbol.toPrimitive) return () => name;
      if (key === Symbol.iterator) return function* () {};
      if (typeof key === "symbol" || key === "then" || key === "toJSON") return undefined;
      if (key === "bind") return () => self;
      return probes(name + "." + key);
    },
  });
  const known = new Map();
  const probes = (name) => { if (name.length > 60) return undefined; if (!known.has(name)) known.set(name, probe(name)); return known.get(name); };
  for (const name of names) if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: probes(name), configurable: true, writable: true, enumerable: false });
  globalThis.console = Object.fromEntries(["log", "info", "warn", "error", "debug", "assert", "dir", "trace"].map((it) => [it, (...all) => log("console", it, ...all.map((it) => typeof it === "string" ? it : JSON.stringify(it) ?? short(it)))]));
  return (value, depth = 0) => {
    const seen = new Set();
    const show = (it, depth) => {
      if (typeof it === "bigint" || typeof it === "symbol" || it === undefined || typeof it === "number") return String(it);
      if (typeof it === "function") return "function " + String(it.name);
      if (typeof it !== "object" || it === null) return JSON.stringify(it);
      if (seen.has(it) || depth > 4) return "...";
      seen.add(it);
      try { return "{" + Object.keys(it).sort().map((key) => { let v; try { v = show(it[key], depth + 1); } catch (e) { v = "throws"; } return key + ":" + v; }).join() + "}"; } catch { return "?"; }
    };
    return show(value, depth);
  };
})`;

/** Runs compiled files, in order, and says all that can be seen of it. */
async function run(files, names) {
  const log = [];
  const context = vm.createContext({});
  // Both sides draw the same numbers.
  vm.runInContext(
    "{ let n = 1; Math.random = () => (n = (n * 16807) % 2147483647) / 2147483647; }",
    context,
  );
  const show = vm.runInContext(PRELUDE, context)(
    (...all) => log.length < 500 && log.push(all.join(" ")),
    [...names],
  );
  const modules = new Map();
  const exports = new Map();
  const find = (specifier, base) => {
    if (!specifier.startsWith(".")) return files.find((it) => it.stem === specifier)?.stem;
    const name = path.posix
      .normalize(path.posix.join(path.posix.dirname(base), specifier))
      .replace(/\.[cm]?[jt]sx?$/, "");
    return files.find((it) => it.stem === name || it.stem === name + "/index")?.stem;
  };
  const runtime = () => {
    const make = (type, props, key) => ({
      type: typeof type === "function" ? type.name : type,
      props,
      key,
    });
    return { jsx: make, jsxs: make, jsxDEV: make, Fragment: "Fragment" };
  };
  const load = (stem) => {
    if (exports.has(stem)) return exports.get(stem).exports;
    const file = files.find((it) => it.stem === stem);
    if (!file.commonjs) {
      const known = modules.get(stem);
      if (known?.status === "evaluated") return known.namespace;
      throw new Error("require of a module that has not run");
    }
    const module = { exports: vm.runInContext("({})", context) };
    exports.set(stem, module);
    const body = vm.runInContext(
      `(function (exports, require, module) {${file.code}\n})`,
      context,
      { timeout: 2000 },
    );
    body.call(
      module.exports,
      module.exports,
      (specifier) => {
        const found = find(specifier, stem);
        if (found) return load(found);
        if (specifier.endsWith("/jsx-runtime")) return runtime();
        throw new Error(`no module ${specifier}`);
      },
      module,
    );
    return module.exports;
  };
  const synthetic = (values) =>
    new vm.SyntheticModule(
      Object.keys(values),
      function () {
        for (const key in values) this.setExport(key, values[key]);
      },
      { context },
    );
  const module = (stem) => {
    if (modules.has(stem)) return modules.get(stem);
    const file = files.find((it) => it.stem === stem);
    const made = file.commonjs
      ? new vm.SyntheticModule(
          ["default"],
          function () {
            this.setExport("default", load(stem));
          },
          { context },
        )
      : new vm.SourceTextModule(file.code, { context, identifier: stem });
    modules.set(stem, made);
    return made;
  };
  const link = (specifier, from) => {
    const found = find(specifier, from.identifier);
    if (found) return module(found);
    if (specifier.endsWith("/jsx-runtime")) return synthetic(runtime());
    throw new Error(`no module ${specifier}`);
  };
  const seen = [];
  for (const file of files) {
    let outcome;
    try {
      if (file.commonjs) {
        outcome = show(load(file.stem));
      } else {
        const it = module(file.stem);
        if (it.status === "unlinked") await it.link(link);
        const late = new Promise((resolve) => setTimeout(resolve, 1000, "pending"));
        const ended = await Promise.race([it.evaluate({ timeout: 2000 }).then(() => "done"), late]);
        outcome = ended === "done" ? show(it.namespace) : ended;
      }
    } catch (error) {
      if (error?.name === "SyntaxError" && /^(?:evalmachine|\S+):\d+/.test(error.stack ?? ""))
        seen.syntax = true;
      outcome = `throws ${error?.name}: ${String(error?.message)
        .replace(/_\$?\w+|\w+_\d\b/g, "_")
        .replace(/\s/g, "")}`;
    }
    seen.push(outcome);
  }
  const globals = Object.keys(context)
    .filter((it) => it !== "console")
    .map((key) => `${key}:${show(context[key])}`);
  return { text: JSON.stringify({ log, seen, globals }, undefined, 1), syntax: seen.syntax };
}

const stem = (name) => name.replace(/\.[cm]?tsx?$/, "");
const names = fs
  .readdirSync(root, { recursive: true })
  .map((it) => it.replaceAll("\\", "/"))
  .filter((it) => /\.tsx?$/.test(it) && (!only || it.includes(only)))
  .sort();
const cases = names.map(read).filter((it) => it.units.length > 0);

// The transpiler's turn, all in one process: it is started again behind what crashes it.
let input = [];
cases.forEach((it, index) => {
  it.folder = String(index);
  const { legacy, source } = settings(it);
  for (const unit of it.units) {
    const file = path.join(scratch, it.folder, unit.name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, unit.text);
    input.push(
      [
        `${it.folder}/${unit.name}`,
        ...(legacy ? ["legacy"] : []),
        ...(source ? [`jsx=${source}`] : []),
      ].join("\t"),
    );
  }
});
const crashed = [];
while (input.length > 0) {
  const { status, stdout, error } = spawnSync(transpiler, [scratch], {
    input: input.join("\n") + "\n",
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status === 0) break;
  const last = stdout.toString().trimEnd().split("\n").at(-1);
  const at = input.findIndex((it) => it.split("\t")[0] === last);
  if (at < 0) throw new Error("the transpiler does not start");
  crashed.push(cases[Number(last.split("/")[0])].name);
  input = input.slice(at + 1);
}

const passed = [];
const differ = [];
const refused = [];
let unrunnable = 0;
process.on("unhandledRejection", () => {});
for (const it of cases) {
  const options = settings(it);
  const asCommonJs = it.units.some((unit) =>
    /^\s*(export\s*=|(export\s+)?import\s+(type\s+)?\w+\s*=\s*require\b)/m.test(unit.text),
  );
  const module = asCommonJs ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext;
  let expected;
  try {
    const files = it.units.map((unit) => ({
      stem: stem(unit.name),
      code: official(unit, options, module),
      commonjs: asCommonJs,
    }));
    if (files.some((file) => file.code === undefined)) {
      unrunnable++;
      continue;
    }
    expected = await run(files, ambient(it.units));
  } catch (error) {
    unrunnable++;
    continue;
  }
  // `using` stays as it is, and is newer than node 20.
  if (expected.syntax || it.units.some((unit) => /\busing\s+\w+\s*(=|of\b|:)/.test(unit.text))) {
    unrunnable++;
    continue;
  }
  const ours = it.units.map((unit) => {
    const file = path.join(scratch, it.folder, unit.name);
    const commonjs = fs.existsSync(`${file}.ours.cjs`);
    const made = commonjs ? `${file}.ours.cjs` : `${file}.ours.js`;
    return {
      stem: stem(unit.name),
      commonjs,
      code: fs.existsSync(made) ? fs.readFileSync(made, "utf8") : undefined,
      file,
    };
  });
  const missing = ours.find((file) => file.code === undefined);
  if (missing) {
    const error = `${missing.file}.ours.error`;
    refused.push([it.name, fs.existsSync(error) ? fs.readFileSync(error, "utf8") : "crash"]);
    continue;
  }
  const actual = await run(ours, ambient(it.units)).catch((error) => ({ text: String(error) }));
  if (actual.text === expected.text) passed.push(it.name);
  else differ.push([it.name, expected.text, actual.text, it.folder]);
}

const area = (name) => name.split("/")[0];
const counts = new Map();
for (const [list, slot] of [
  [passed, 0],
  [differ.map(([it]) => it), 1],
  [refused.map(([it]) => it), 1],
]) {
  for (const name of list) {
    const count = counts.get(area(name)) ?? [0, 0];
    count[slot]++;
    counts.set(area(name), count);
  }
}
for (const [name, [good, bad]] of [...counts].sort())
  console.log(`${name}: ${good} of ${good + bad}`);
console.log(
  `${passed.length} of ${passed.length + differ.length + refused.length} files that run are as tsc has them; ${refused.length} refused, ${unrunnable} don't run; ${crashed.length} crash`,
);
if (flags.includes("--verbose")) {
  for (const [name, why] of refused) console.log(`refused ${name}: ${why}`);
  for (const [name, expected, actual, folder] of differ)
    console.log(
      `differs ${name} (${scratch}/${folder})\n--- tsc\n${expected}\n--- ours\n${actual}`,
    );
} else {
  fs.rmSync(scratch, { recursive: true });
}

const folders = (list) => {
  const out = new Map();
  for (const name of list) {
    const folder = path.posix.dirname(name);
    out.set(folder, [...(out.get(folder) ?? []), path.posix.basename(name)]);
  }
  return out;
};
if (bless) {
  const head = [
    `# ${passed.length} of ${passed.length + differ.length + refused.length} files that run are as tsc ${ts.version} has them, by area:`,
    ...[...counts].sort().map(([name, [good, bad]]) => `# ${name} ${good} of ${good + bad}`),
  ];
  const lines = [...folders(passed)]
    .sort()
    .map(([folder, files]) => `${folder}: ${files.join(" ")}`);
  fs.mkdirSync(new URL(".", record), { recursive: true });
  fs.writeFileSync(record, [...head, ...lines].join("\n") + "\n");
} else if (fs.existsSync(record)) {
  const now = new Set(passed);
  const there = new Set(names);
  const lost = fs
    .readFileSync(record, "utf8")
    .split("\n")
    .filter((it) => it && !it.startsWith("#"))
    .flatMap((line) => {
      const at = line.indexOf(": ");
      return line
        .slice(at + 2)
        .split(" ")
        .map((file) => path.posix.join(line.slice(0, at), file));
    })
    .filter((name) => there.has(name) && !now.has(name));
  for (const name of lost) console.log(`lost ${name}`);
  if (lost.length > 0) process.exitCode = 1;
}
for (const name of crashed) console.log(`crashes on ${name}`);
if (crashed.length > 0) process.exitCode = 1;
process.exit();
