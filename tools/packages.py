#!/usr/bin/env python3
"""Runs programs that use packages from npm in sandboxes and in Node, and compares the results.

    packages.py [--isolet PROGRAM] [--node PROGRAM] [--only WORDS] [--jobs N] [--unbundled] [--bless] [-- OPTION...]

The packages are those that tests/packages/package-lock.json pins, installed into
target/packages without their install scripts. Each of tests/packages/programs is bundled with
what it imports, and its default export runs under the default limits of `isolet run`, except for
those listed in LIMITS. With --unbundled, the programs are run as they are, and import the packages
from node_modules; their results are those of packages-unbundled.json. What comes after -- is given
to `isolet run`. A program that passes in tests/conformance/packages.json and fails now is a loss, and
the exit status is 1. --bless records the results of this run instead. --only runs the programs whose
name has one of the words in it, which commas separate.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from npm_packages import install

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "packages"
INSTALLED = ROOT / "target" / "packages"
RECORD = ROOT / "tests" / "conformance" / "packages.json"
UNBUNDLED_RECORD = ROOT / "tests" / "conformance" / "packages-unbundled.json"
PATIENCE = 120
# Programs that need more than the default limits: the options and why.
LIMITS = {
    "mathjs": (["--fuel", "40000000000"], "9,000 million to make its functions, and digits by the thousand"),
    "prettier": (["--fuel", "10000000000"], "4,000 million to load 2.9 MB of parsers, close to the limit"),
    "tweetnacl": (["--fuel", "40000000000"], "curves in plain JavaScript"),
    "typescript": (["--fuel", "20000000000"], "6,000 million to load 10 MB"),
    "typescript-check": (["--fuel", "20000000000"], "6,000 million to load 10 MB"),
}


def in_node(node, bundle):
    """What the program returns in Node, or why it returns nothing."""
    command = [node, SOURCE / "node.mjs", bundle]
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "Error" in line]
        return None, (lines or [f"exit status {done.returncode}"])[0]
    return json.loads(done.stdout.splitlines()[-1]), None


def in_isolet(isolet, bundle, options):
    """What the program returns in a sandbox, why it returns nothing, and what it used."""
    command = [isolet, "run", bundle.name, "--json", *options]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE,
            cwd=bundle.parent, check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"no end within {PATIENCE} s", {}
    try:
        record = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return None, f"exit status {done.returncode}: {done.stderr.strip()[-200:]}", {}
    if record["outcome"] != "ok":
        error = record.get("error") or record.get("value") or {}
        text = error.get("message") if isinstance(error, dict) else None
        return None, f"{record['outcome']}: {text or error}".splitlines()[0], record.get("usage", {})
    return record.get("value"), None, record.get("usage", {})


def difference(value, other):
    """Where two texts of JSON begin to differ."""
    value, other = str(value), str(other)
    at = next((i for i, (a, b) in enumerate(zip(value, other)) if a != b), min(len(value), len(other)))
    start = max(0, at - 30)
    return f"{value[start:at + 50]!r} instead of {other[start:at + 50]!r}"


def run(options, name):
    bundle = INSTALLED / options.folder / f"{name}.mjs"
    if not bundle.exists():
        return "fails", "cannot be bundled", {}
    wanted, error = in_node(options.node, bundle)
    if error:
        return "fails", f"in Node: {error}", {}
    if not isinstance(wanted, str) or len(wanted) < 3:
        return "fails", "returns nothing", {}
    limits, reason = LIMITS.get(name, ([], ""))
    value, error, usage = in_isolet(options.isolet, bundle, [*limits, *options.options])
    if error:
        return "fails", error, usage
    return ("ok", " ".join([*limits, reason]), usage) if value == wanted else ("differs", difference(value, wanted), usage)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    parser.add_argument("--node", default="node")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--unbundled", action="store_true")
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("options", nargs="*", help="options of `isolet run`, after --")
    options = parser.parse_args()
    options.isolet = str(Path(options.isolet).resolve())
    options.folder = "programs" if options.unbundled else "bundles"
    record_file = UNBUNDLED_RECORD if options.unbundled else RECORD

    install(SOURCE, INSTALLED)
    words = [word for word in options.only.split(",") if word]
    names = sorted(file.stem for file in (SOURCE / "programs").glob("*.mjs")
                   if not words or any(word in file.stem for word in words))
    for word in words:
        if not any(word in name for name in names):
            sys.exit(f"packages: no program has {word!r} in its name")
    bundles = INSTALLED / options.folder
    bundles.mkdir(exist_ok=True)
    for name in names:
        (bundles / f"{name}.mjs").unlink(missing_ok=True)
        if options.unbundled:
            (bundles / "of").mkdir(exist_ok=True)
            shutil.copy(SOURCE / "programs" / f"{name}.mjs", bundles / "of")
            (bundles / f"{name}.mjs").write_text(
                f"import program from './of/{name}.mjs';\n"
                "export default async () => JSON.stringify(await program());\n"
            )
    if not options.unbundled:
        subprocess.run([options.node, SOURCE / "bundle.mjs", INSTALLED, bundles, *names], check=False)
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = dict(zip(names, pool.map(lambda name: run(options, name), names)))

    print(f"{'package':26}{'':10}{'fuel':>16}{'memory':>12}")
    for name, (outcome, why, usage) in outcomes.items():
        fuel = f"{usage['fuel']:,}" if "fuel" in usage else ""
        memory = f"{usage['memoryPeakBytes'] / 2**20:.1f} MiB" if "memoryPeakBytes" in usage else ""
        print(f"{name:26}{outcome:10}{fuel:>16}{memory:>12}  {why}".rstrip())
    passed = [name for name, (outcome, _, _) in outcomes.items() if outcome == "ok"]
    print(f"{len(passed)} of {len(names)} pass")
    if options.bless:
        def shown(outcome, why):
            return f"{outcome}: {why}".replace(f"{ROOT}/", "")

        record = {
            name: "ok" if name in passed else shown(outcome, why) for name, (outcome, why, _) in outcomes.items()
        }
        before = json.loads(record_file.read_text()) if options.only and record_file.exists() else {}
        record_file.write_text(json.dumps({**before, **record}, indent=1, sort_keys=True) + "\n")
        return
    recorded = json.loads(record_file.read_text())
    lost = [name for name in names if recorded.get(name) == "ok" and name not in passed]
    for name in passed:
        if recorded.get(name) != "ok":
            print(f"passes now (record it with --bless): {name}")
    if lost:
        sys.exit("lost: " + ", ".join(lost))


if __name__ == "__main__":
    main()
