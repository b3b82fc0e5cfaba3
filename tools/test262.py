#!/usr/bin/env python3
"""Runs test262 with every test in a sandboxed child, and fails if one is lost.

    test262.py CHECKOUT [--isolet FILE] [--only TEXT] [--bless]

CHECKOUT is a clone of https://github.com/tc39/test262. A test runs twice unless it says
otherwise, in sloppy and in strict mode, each time as a worker of its own that a parent
loads, calls and drops. What passes is compared with tests/conformance/test262.json:
counts by area, and the names of what fails. `--bless` writes that file.
"""
import argparse, collections, json, pathlib, posixpath, re, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests/conformance/test262.json"
BATCH = 400
CHILD_LIMITS = {"cpuMs": 2000, "memoryBytes": 64 << 20}

# What the engine does not have, or what needs a second realm, agent or collector.
ABSENT = {
    "Atomics.waitAsync", "IsHTMLDDA", "ShadowRealm", "Temporal", "await-dictionary", "canonical-tz",
    "cross-realm", "decorators", "export-defer", "host-gc-required", "import-bytes", "import-defer",
    "import-text", "legacy-regexp", "source-phase-imports", "source-phase-imports-module-source",
    "tail-call-optimization",
}
NEEDS = ("$262.agent", "$262.createRealm", "createRealm()", "$262.gc", "$262.AbstractModuleSource",
         "atomicsHelper.js", "temporalHelpers.js", "await-import-evaluation_FIXTURE")

# Every child has it: how a test reports, and `$262`. Nothing of it is visible to the test
# but the two globals.
AGENT = r"""
const evaluate = eval, apply = Function.prototype.call.bind(Function.prototype.call);
const { transfer } = ArrayBuffer.prototype;
const define = (name, value) => Object.defineProperty(globalThis, name,
  { __proto__: null, value, writable: true, configurable: true });
let report;
export const reported = new Promise((resolve) => { report = resolve; });
Object.defineProperty(reported, "constructor", { value: Promise });
define("print", (text) => {
  if (text === "Test262:AsyncTestComplete") report("");
  else if (/^Test262:AsyncTestFailure/.test(text)) report(text);
});
define("$262", {
  global: globalThis,
  evalScript: (text) => evaluate(text),
  detachArrayBuffer: (buffer) => { apply(transfer, buffer); },
});
export const script = (text) => { evaluate(text); };
export const kind = (thrown) => {
  try { return String(Object(thrown).constructor.name); } catch { return "unknown"; }
};
export const describe = (thrown) => {
  try { return kind(thrown) + ": " + String(Object(thrown).message ?? thrown); } catch { return "unknown"; }
};
"""

PARENT = r"""
const SHARED = @SHARED@;
const RUNS = @RUNS@;
const started = (run, e) => run.wants !== undefined && run.module &&
  (e.name === run.wants || e.message.includes("Uncaught " + run.wants));
export default { async run(arg, env) {
  const results = [];
  const one = async (run) => {
    const modules = { ...run.modules };
    modules[run.at + "agent262.js"] = SHARED.agent;
    modules[run.at + "harness262.js"] = "export default " + JSON.stringify(run.includes.map((name) => SHARED.harness[name]).join("\n;\n"));
    try {
      const worker = env.LOADER.load({
        compatibilityDate: "2026-03-01", mainModule: run.at + "main262.js", modules,
        globalOutbound: null, limits: SHARED.limits,
      });
      return await worker.getEntrypoint().run();
    } catch (e) {
      return started(run, e) ? "" : `${e.name}: ${e.message}`;
    }
  };
  let next = 0;
  const lane = async () => { while (next < RUNS.length) { const at = next++; results[at] = await one(RUNS[at]); } };
  await Promise.all(Array.from({ length: 16 }, lane));
  return results;
} };
"""


def front_matter(text):
    """Flags, features, includes and what is wanted to fail."""
    found = re.search(r"/\*---(.*?)---\*/", text, re.S)
    head = re.sub(r"\r\n?", "\n", found.group(1)) if found else ""
    said = {}
    for key in ("flags", "features", "includes"):
        inline = re.search(rf"^{key}:\s*\[(.*?)\]", head, re.M | re.S)
        block = re.search(rf"^{key}:\s*\n((?:\s+-.*\n?)+)", head, re.M)
        items = inline.group(1).split(",") if inline else re.findall(r"-\s*(.+)", block.group(1)) if block else []
        said[key] = [item.strip().strip("'\"") for item in items if item.strip()]
    negative = re.search(r"^negative:[ \t]*(?:\n\s+.*)+", head, re.M)
    wants = re.search(r"type:\s*(\w+)", negative.group(0)).group(1) if negative else None
    return said, wants


def imports(path, text, files):
    """The files that a test imports by relative names, and what those import."""
    found, todo = {}, [(path, text)]
    while todo:
        here, text = todo.pop()
        for name in re.findall(r"""['"`](\.{1,2}/[^'"`\s]+)['"`]""", text):
            name = posixpath.normpath(posixpath.join(posixpath.dirname(here), name))
            if name in files and name not in found:
                found[name] = files[name]
                todo.append((name, files[name]))
    return found


def child(path, text, said, wants, strict, files):
    """One run, or none if it can't be one."""
    module = "module" in said["flags"]
    others = imports(path, text, files)
    folder = posixpath.commonpath([posixpath.dirname(name) for name in (path, *others)])
    name_of = lambda name: posixpath.relpath(name, folder)
    at = posixpath.dirname(name_of(path))
    at = at + "/" if at else ""
    modules = {}
    for name, body in others.items():
        try:
            modules[name_of(name)] = {"json": json.loads(body)} if name.endswith(".json") else \
                body if name.endswith(".js") else {"text": body}
        except ValueError:
            return None
    includes = [] if "raw" in said["flags"] else ["assert.js", "sta.js", *said["includes"]]
    asynchronous = "async" in said["flags"]
    if asynchronous:
        includes.insert(2, "doneprintHandle.js")
    end = "await reported" if asynchronous else '""'
    judged = f"kind(e) === {json.dumps(wants)} ? '' : 'wanted {wants}, got ' + describe(e)" if wants else "describe(e)"
    missing = f'"no {wants}"' if wants else end
    head = 'import harness from "./harness262.js"; import { script, reported, kind, describe } from "./agent262.js";\n'
    if module:
        own = posixpath.basename(path)
        modules[at + own] = text
        modules[at + "ready262.js"] = 'import harness from "./harness262.js"; import { script } from "./agent262.js"; script(harness);'
        if wants:
            act = f"await import({json.dumps('./' + own)})"
        else:
            head += f'import "./ready262.js"; import {json.dumps("./" + own)};\n'
            act = ""
        ready = "script(harness);" if wants else ""
    else:
        ready = "script(harness);"
        source = '"use strict";\n' + text if strict else text
        act = f"script({json.dumps(source)})"
    modules[at + "main262.js"] = (
        f"{head}export default {{ async run() {{ {ready} try {{ {act} }} catch (e) {{ return {judged} }} return {missing} }} }}"
    )
    run = {"at": at, "modules": modules, "includes": includes, "module": module}
    if wants:
        run["wants"] = wants
    return run


def select(checkout, only):
    """Name and run of all that is to run; a name that ends in `!` is strict."""
    files, harness = {}, {}
    for file in sorted((checkout / "harness").glob("*.js")):
        harness[file.name] = re.sub(r"(?m)^(const|let) ", "var ", file.read_text(encoding="utf-8"))
    for file in sorted((checkout / "test").rglob("*")):
        if file.is_file():
            try:
                with open(file, encoding="utf-8", newline="") as text:
                    files[file.relative_to(checkout / "test").as_posix()] = text.read()
            except UnicodeDecodeError:
                pass
    runs = []
    for path, text in files.items():
        if not path.endswith(".js") or "_FIXTURE" in path or path.startswith("staging/"):
            continue
        if only and only not in path:
            continue
        said, wants = front_matter(text)
        flags = set(said["flags"])
        if ABSENT & set(said["features"]) or any(need in text for need in NEEDS) \
                or (path.startswith("intl402/") and "Temporal" in path + text) or flags & {"CanBlockIsFalse", "CanBlockIsTrue"} \
                or any(name not in harness for name in said["includes"]):
            continue
        modes = [""] if flags & {"module", "raw", "noStrict"} else ["!"] if "onlyStrict" in flags else ["", "!"]
        for mode in modes:
            run = child(path, text, said, wants, mode == "!", files)
            if run:
                runs.append((path + mode, run))
    return runs, harness


def run_batch(isolet, folder, batch, harness):
    """What each run came to: an empty text is a pass."""
    used = {name for _, run in batch for name in run["includes"]}
    shared = {"agent": AGENT, "limits": CHILD_LIMITS, "harness": {name: harness[name] for name in sorted(used)}}
    file = folder / "parent.js"
    file.write_text(PARENT.replace("@SHARED@", json.dumps(shared)).replace("@RUNS@", json.dumps([run for _, run in batch])), encoding="utf-8")
    done = subprocess.run(
        [isolet, "run", str(file), "--loader", "LOADER", "--call", "run", "--arg", "null", "--json", "--timeout", "600s", "--memory", "1GiB",
         "--fuel", str(10**12)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    try:
        record = json.loads(done.stdout)
    except ValueError:
        record = {"outcome": done.stderr[-200:]}
    results = record.get("value")
    if record.get("outcome") == "ok" and isinstance(results, list) and len(results) == len(batch):
        return results
    if len(batch) == 1:
        return [f"no record: {record.get('outcome')}"]
    half = len(batch) // 2
    return [*run_batch(isolet, folder, batch[:half], harness), *run_batch(isolet, folder, batch[half:], harness)]


def area(name):
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] in ("annexB", "built-ins", "intl402", "language") and len(parts) > 2 else parts[0]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("checkout", type=pathlib.Path)
    options.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    options.add_argument("--only", help="a part of the path of the tests")
    options.add_argument("--bless", action="store_true")
    asked = options.parse_args()

    runs, harness = select(asked.checkout, asked.only)
    failed = {}
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(runs), BATCH):
            batch = runs[start:start + BATCH]
            for (name, _), result in zip(batch, run_batch(asked.isolet, pathlib.Path(folder), batch, harness)):
                if result:
                    failed[name] = str(result)
            print(f"{min(start + BATCH, len(runs))} of {len(runs)} runs, {len(failed)} failed", file=sys.stderr)

    areas = collections.defaultdict(lambda: [0, 0])
    for name, _ in runs:
        areas[area(name)][0] += name not in failed
        areas[area(name)][1] += 1
    for key, (passed, of) in sorted(areas.items()):
        print(f"{passed:6} of {of:6}  {key}")
    print(f"{len(runs) - len(failed):6} of {len(runs):6}")

    if asked.bless:
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(json.dumps({"pass": len(runs) - len(failed), "runs": len(runs),
                                      "areas": dict(sorted(areas.items())), "failing": sorted(failed)}, indent=1) + "\n")
        return
    if not RECORD.exists():
        sys.exit(f"{RECORD.relative_to(ROOT)} is not there: --bless writes it")
    known = set(json.loads(RECORD.read_text())["failing"])
    lost = [name for name in failed if name not in known]
    for name in lost:
        print(f"lost: {name}: {failed[name][:200]}")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
