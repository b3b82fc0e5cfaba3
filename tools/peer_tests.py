#!/usr/bin/env python3
"""Runs workerd's own tests of RPC and of the Worker Loader through `isolet run`.

    peer_tests.py CHECKOUT [--isolet PROGRAM] [--only WORD] [--bless]

Each test is a process of its own. The results are compared with those recorded in
tests/conformance/peer.json: a test that passed there and fails now is a loss, and the
exit status is 1. --bless records the results of this run instead. --only runs the tests
whose name has the word in it, says why each fails, and compares nothing.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "conformance" / "peer.json"
HARNESS = ROOT / "tools" / "peer"
TESTS = "src/workerd/api/tests"
# Parts of tests that ask for what is left out on purpose or is a hook of workerd's tests:
# methods by names that a stub has itself, and handlers that are called without an argument.
NOT_RUN = [
    r"await assert\.rejects\(\(\) => getByName\('(constructor|fetch|toString|hasOwnProperty)'\)\(\), \{.*?\}\);",
    r"await assert\.rejects\(\(\) => env\.self\.noArgs\(\), \{.*?\}\);",
]
# The words of workerd for which isolet has its own.
OWN_WORDS = [
    (
        r"\"The Workers runtime canceled this request because it detected that your Worker's code \" \+\s*'had hung[^;]*?errors/',",
        "/the code had hung/,",
    ),
]
LOADERS = ["loader", "sharedLoader1=shared", "sharedLoader2=shared", "uniqueLoader=nonshared"]

# What the .wd-test file of each binds; `self` names come from the test's own exports.
FILES = {
    "js-rpc-test": {
        "flags": ["rpc_params_transfer_stubs", "fetch_legacy_url"],
        "env": {"twelve": 12},
        "own": {
            "self": "nonClass",
            "MyService": "MyService",
            "MyServiceProxy": "MyServiceProxy",
            "defaultExport": "default",
            "GreeterFactory": "GreeterFactory",
        },
        "actors": ["MyActor", "ActorNoExtends"],
    },
    "worker-loader-test": {},
    "worker-loader-gc-test": {},
    "worker-loader-limits-test": {},
    "worker-loader-rab-test": {},
    "worker-loader-unnamed-gc-test": {},
    "worker-loader-wasm-test": {},
}


def names(source):
    """The exports that are tests: objects with a method `test`."""
    return re.findall(r"^export (?:let|const) (\w+) = \{\s*async test\(", source, re.MULTILINE)


def lay_out(folder, source, own, actors):
    for file in HARNESS.glob("*.js"):
        shutil.copy(file, folder)
    source = source.replace("env.MyService.getRpcMethodForTestOnly(name)", "env.MyService[name]")
    source = re.sub(r"(['\"])node:assert\1", "'./assert.js'", source)
    # At the head alone: some tests have the code of workers in strings.
    source = re.sub(r"^(import \{[^}]*\} from )'cloudflare:workers'", r"\1'./workers.js'", source, flags=re.MULTILINE)
    for pattern in NOT_RUN:
        source = re.sub(pattern, "", source, flags=re.DOTALL)
    for pattern, words in OWN_WORDS:
        source = re.sub(pattern, words, source, flags=re.DOTALL)
    (folder / "test.js").write_text(source)
    (folder / "own.js").write_text(
        f"export const own = {json.dumps(own)};\nexport const actors = {json.dumps(actors)};\n"
    )


def run(isolet, folder, settings, name):
    command = [isolet, "run", "--entrypoint", "PeerTest", "--call", "run", "--timeout", "20s"]
    command += [word for loader in LOADERS for word in ("--loader", loader)]
    command += [word for flag in settings.get("flags", []) for word in ("--compatibility-flag", flag)]
    for key, value in settings.get("env", {}).items():
        command += ["--env", f"{key}={json.dumps(value)}"]
    command += ["--arg", json.dumps(name), str(folder / "main.js")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout.strip() == '"pass"':
        return "pass"
    lines = [line for line in done.stderr.splitlines() if not line.startswith("| ")]
    return (lines or [f"status {done.returncode}"])[0].removeprefix("error: ")[:300]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("checkout", type=Path)
    options.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    options.add_argument("--only")
    options.add_argument("--bless", action="store_true")
    options = options.parse_args()

    results = {}
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        for file, settings in FILES.items():
            path = options.checkout / TESTS / f"{file}.js"
            if not path.is_file():
                sys.exit(f"peer-tests: {path} is not there: is that a checkout of workerd?")
            source = path.read_text()
            folder = Path(scratch) / file
            folder.mkdir()
            lay_out(folder, source, settings.get("own", {}), settings.get("actors", []))
            tests = [name for name in names(source) if not options.only or options.only in name]
            outcomes = pool.map(lambda name: run(options.isolet, folder, settings, name), tests)
            for name, outcome in zip(tests, outcomes):
                results[f"{file}/{name}"] = outcome
                if outcome != "pass":
                    print(f"{file}/{name}: {outcome}", flush=True)

    passed = sum(outcome == "pass" for outcome in results.values())
    print(f"{passed} of {len(results)} pass")
    if options.only:
        return
    if options.bless:
        RECORD.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        return
    recorded = json.loads(RECORD.read_text())
    lost = [name for name, was in recorded.items() if was == "pass" and results.get(name) != "pass"]
    won = [name for name, now in results.items() if now == "pass" and recorded.get(name) != "pass"]
    for name in won:
        print(f"passes now (record it with --bless): {name}")
    if lost:
        sys.exit("lost: " + ", ".join(lost))


main()
