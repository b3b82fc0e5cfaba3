#!/usr/bin/env python3
"""Runs web-platform-tests through `isolet run`, and fails if a subtest is lost.

    wpt.py FOLDER [--isolet PROGRAM] [--only WORD] [--jobs N] [--bless]

FOLDER has the tests as modules that need nothing else: manifest.json names them with their
areas ({"modules": {NAME: {"area": AREA}}}), and the default export of mod/NAME.js runs the
subtests of a file and returns {pass, total, status, failures: [[name, message], ...]}.
What passes is compared with tests/conformance/wpt.json: the counts of each file, summed up by
area. --bless records the results of this run instead. --only runs the files whose name has the
word in it, says what fails in them, and compares only these.
"""
import argparse
import collections
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "conformance" / "wpt.json"
LIMITS = ["--fuel", "200000000000", "--memory", "512MiB", "--timeout", "60s"]
PATIENCE = 120
# The harness takes the global for that of a service worker, and would wait for it to be installed.
MAIN = """for (const scope of [WorkerGlobalScope, ServiceWorkerGlobalScope]) {
    Object.defineProperty(scope, Symbol.hasInstance, { value: () => false });
}
export default (await import(%s)).default;
"""


def result(isolet, file):
    """What the module returns, or why it returned nothing."""
    command = [isolet, "run", "-", "--root", file.parent, "--json", *LIMITS]
    try:
        done = subprocess.run(command, input=(MAIN % json.dumps(f"./{file.name}")).encode(),
                              capture_output=True, timeout=PATIENCE, cwd=file.parent)
    except subprocess.TimeoutExpired:
        return f"no end within {PATIENCE} s"
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    try:
        record = json.loads(lines[-1])
    except (IndexError, ValueError):
        return f"exit status {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"
    value = record.get("value")
    if record.get("outcome") == "ok" and isinstance(value, dict) and "pass" in value:
        return value
    return f"{record.get('outcome')}: {(record.get('error') or {}).get('message', '')}"[:300]


def areas(files, manifest):
    """The passes and subtests of each area, and of all."""
    sums = collections.defaultdict(lambda: [0, 0])
    for name, (passes, total) in files.items():
        for area in (manifest.get(name, {}).get("area", "other"), "all"):
            sums[area][0] += passes
            sums[area][1] += total
    return {area: sums[area] for area in sorted(sums, key=lambda it: (it == "all", it))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    parser.add_argument("--only")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bless", action="store_true")
    options = parser.parse_args()
    manifest = json.loads((options.folder / "manifest.json").read_text())["modules"]
    names = [name for name in sorted(manifest) if not options.only or options.only in name]
    if not names:
        sys.exit("no file has that word in its name")
    isolet = str(Path(options.isolet).resolve())

    def run(name):
        return result(isolet, (options.folder / "mod" / f"{name}.js").resolve())

    results = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        for number, (name, value) in enumerate(zip(names, pool.map(run, names)), 1):
            results[name] = value
            if sys.stderr.isatty():
                print(f"\r{number} of {len(names)}", end="\r", file=sys.stderr)
    recorded = json.loads(RECORD.read_text())["files"] if RECORD.exists() else {}
    files, lost = {}, []
    for name, value in results.items():
        before, total = recorded.get(name, (0, 0))
        # A file that ends early has as many subtests as before.
        files[name] = [0, total] if isinstance(value, str) else [value["pass"], value["total"]]
        if files[name][0] < before:
            lost.append(f"{name}: {files[name][0]} pass, {before} before")
        if isinstance(value, str):
            print(f"{name}: {value}")
        elif options.only:
            for subtest, why in value["failures"]:
                print(f"{name}: {subtest}: {why}")
    then = areas({name: recorded.get(name, (0, 0)) for name in names}, manifest)
    print(f"{'area':20}{'passes':>8}{'before':>8}{'of':>8}")
    for area, (passes, total) in areas(files, manifest).items():
        print(f"{area:20}{passes:8}{then[area][0]:8}{total:8}")
    if options.bless:
        kept = {**recorded, **files}
        lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(kept[name])}" for name in sorted(kept))
        sums = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in areas(kept, manifest).items())
        RECORD.write_text(f'{{\n  "areas": {{\n{sums}\n  }},\n  "files": {{\n{lines}\n  }}\n}}\n')
    elif lost:
        sys.exit("\n".join(["lost:", *lost]))


if __name__ == "__main__":
    main()
