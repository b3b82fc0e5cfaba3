#!/usr/bin/env python3
"""Runs Node's own tests of its modules, from a checkout of nodejs/node, each in a sandbox of its
own, and prints counts by area. Fails if one is lost of those in tests/conformance/node.json.

    tools/node_tests.py CHECKOUT [--with COMMAND] [--only REGEX] [--record] [--show N]

COMMAND has {} in place of the module, whose default export it calls and prints as a record.
Tests that need files, sockets, processes, or what lies inside of Node are not counted.
"""
import argparse, json, os, re, shlex, subprocess, sys, tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests/conformance/node.json"
AREAS = {
    "buffer": r"buffer-", "events": r"event-|events-|eventemitter-", "path": r"path[-.]", "url": r"url-(?!revoke)",
    "util": r"util[-.]|parse-args", "assert": r"assert[-.]", "stream": r"streams?[-.]|stream[23]-|readable-",
    "string_decoder": r"string-decoder", "querystring": r"querystring", "zlib": r"zlib", "async_hooks": r"async-(hooks|local-storage)|asyncresource",
}
# What a test reaches for that no sandbox has.
NEEDS = {
    "internals": r"Flags:.*--expose[-_]internals|internalBinding|require\(['\"]internal/|process\.binding",
    "flags": r"// Flags:.*--(expose[-_]gc|experimental|pending-deprecation|throw-deprecation|zero-fill|no-|stack|max-|abort|test-|trace|disable|permission|gc|allow)",
    "processes": r"['\"](node:)?(child_process|cluster|worker_threads|repl|inspector|vm|v8)['\"]|process\.kill|spawnPromisified|setTimeout\(\s*gc|globalThis\.gc|global\.gc|\bgc\(\)",
    "files": r"['\"](node:)?fs(/promises)?['\"]|common/(tmpdir|fixtures)|fixturesDir|readline|['\"](node:)?tty['\"]|process\.std(in|out|err)\.(fd|_handle)",
    "sockets": r"['\"](node:)?(net|http2?|https|tls|dgram|dns|quic)['\"]",
    "Intl": r"common\.hasIntl\)\s*(common\.skip|\{?\s*$)",
    "other tests": r"require\(['\"]\./|node:test['\"]\)\s*\.mock",
}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--with", dest="command", default=f"{ROOT}/target/release/isolet run {{}}")
    parser.add_argument("--only", default="")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=30)
    return parser.parse_args()


def tests(checkout, only):
    """Yields area, path, source and the need of each test that is not run."""
    for path in sorted((checkout / "test/parallel").iterdir()):
        match = re.match(r"test-(.*)\.m?js$", path.name)
        if not match or not re.search(only, path.name):
            continue
        name = path.name[len("test-"):]
        area = next((area for area, pattern in AREAS.items() if re.match(pattern, name)), None)
        if area is None:
            continue
        source = path.read_text(errors="replace")
        need = next((need for need, pattern in NEEDS.items() if re.search(pattern, source, re.M)), None)
        yield area, path, source, need


def module(path, source, common):
    """Returns a module that runs the test."""
    if path.suffix == ".mjs":
        # Imports become constants, and the rest is a function.
        names = r"import\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s+as\s+(\w+))?\s*from\s*['\"]([^'\"]+)['\"];?"
        def constants(match):
            default, named, whole, name = match.groups()
            name = name.replace("../common/index.mjs", "../common")
            lines = []
            if default:
                lines.append(f"const {default} = require('{name}');")
            if named:
                renamed = re.sub(r"(\w+)\s+as\s+(\w+)", r"\1: \2", named)
                lines.append(f"const {{{renamed}}} = require('{name}');")
            if whole:
                lines.append(f"const {whole} = require('{name}');")
            return " ".join(lines)
        source = re.sub(names, constants, source)
        source = re.sub(r"import\s+['\"][^'\"]+['\"];?", "", source)
    # `node:test` is a stub: its tests run one after the other.
    source = re.sub(r"require\(['\"](node:)?test['\"]\)", "nodeTest", source)
    asynchronous = "async " if path.suffix == ".mjs" else ""
    return (f"{common}\n{NODE_TEST}\nexport default () => check(async (...args) => {{ "
            f"const running = ({asynchronous}function (exports, require, module, __filename, __dirname) {{{source}\n}}).apply(args[0], args);"
            f" await running; await nodeTest.done(); }}, {json.dumps(path.name)});\n")


NODE_TEST = """
const nodeTest = (() => {
  const queue = [];
  const before = [], after = [];
  const context = {
    assert, mock: { fn: (f = () => {}) => { const g = (...a) => { g.mock.calls.push({ arguments: a }); return f(...a); }; g.mock = { calls: [], callCount: () => g.mock.calls.length }; return g; } },
    diagnostic() {}, after(fn) { after.push(fn); }, plan() {}, skip() {}, signal: new AbortController().signal,
  };
  const run = async (fn) => {
    for (const hook of before) await hook();
    if (fn.length > 1) await new Promise((resolve, reject) => fn(context, (error) => error ? reject(error) : resolve()));
    else await fn(context);
  };
  const test = (...args) => {
    const fn = args.find((arg) => typeof arg === "function");
    const options = args.find((arg) => typeof arg === "object" && arg !== null);
    if (!fn || options?.skip || options?.todo) return Promise.resolve();
    const task = () => run(fn);
    queue.push(task);
    return Promise.resolve();
  };
  context.test = async (...args) => { const fn = args.find((arg) => typeof arg === "function"); await fn(context); };
  const suite = (...args) => { const fn = args.find((arg) => typeof arg === "function"); fn?.(context); };
  test.skip = test.todo = () => {};
  return Object.assign(test, {
    test, it: test, describe: suite, suite, before: (fn) => queue.push(fn), beforeEach: (fn) => before.push(fn), after() {}, afterEach() {},
    mock: context.mock,
    async done() { for (const task of queue) await task(); },
  });
})();
nodeTest.it.skip = () => {};
nodeTest.describe.skip = () => {};
"""


def run(command, folder, path, source, common, timeout):
    file = folder / f"{path.stem}.js"
    file.write_text(module(path, source, common))
    words = [word.replace("{}", file.name) for word in shlex.split(command)]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=timeout, errors="replace")
    except subprocess.TimeoutExpired:
        return "failed", "timeout"
    line = next((line for line in done.stdout.splitlines()[::-1] if line.startswith("{")), None)
    if line is None:
        return "failed", (done.stderr or done.stdout)[-500:]
    record = json.loads(line)
    value = record.get("value", record)
    if isinstance(value, dict):
        for outcome in ("passed", "skipped", "failed"):
            if outcome in value:
                return outcome, str(value[outcome])
    return "failed", line[:800] + done.stderr[-300:]


def main():
    options = arguments()
    common = (ROOT / "tools/node/common.js").read_text()
    counts = defaultdict(lambda: defaultdict(int))
    passed, todo = [], []
    for area, path, source, need in tests(options.checkout, options.only):
        if need:
            counts[area]["not run"] += 1
        else:
            todo.append((area, path, source))
    shown = defaultdict(int)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        job = lambda it: run(options.command, Path(folder), it[1], it[2], common, options.timeout)
        for (area, path, _), (outcome, text) in zip(todo, pool.map(job, todo)):
            counts[area][outcome] += 1
            if outcome == "passed":
                passed.append(path.name)
            elif outcome == "failed" and shown[area] < options.show:
                shown[area] += 1
                print(f"-- {path.name}\n{text}\n", flush=True)
    total = defaultdict(int)
    print(f"{'area':16}{'passed':>8}{'of':>6}{'share':>8}{'skipped':>9}{'not run':>9}")
    for area in [*AREAS, "all"]:
        row = total if area == "all" else counts[area]
        of = row["passed"] + row["failed"]
        if area != "all":
            for key in row:
                total[key] += row[key]
        share = f"{100 * row['passed'] / of:.1f} %" if of else ""
        print(f"{area:16}{row['passed']:8}{of:6}{share:>8}{row['skipped']:9}{row['not run']:9}")
    known = json.loads(RECORD.read_text())["passed"] if RECORD.exists() else []
    if options.record:
        table = {area: {"passed": row["passed"], "of": row["passed"] + row["failed"]} for area, row in sorted(counts.items())}
        RECORD.write_text(json.dumps({"areas": table, "passed": sorted(passed)}, indent=1) + "\n")
        return
    lost = [name for name in known if name not in passed and re.search(options.only, name)]
    for name in lost:
        print(f"lost: {name}")
    sys.exit(1 if lost else 0)


main()
