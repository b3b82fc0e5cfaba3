#!/usr/bin/env python3
"""Prints what packages of npm cost: in the library, and as whole processes beside Node.

    packages_bench.py [--isolet FILE] [--runs N]

Installs the packages of benches/packages into target/bench-packages. The rows of the library come
from `cargo bench -p isolet-benches -- packages`. A row of processes is the median of N runs (default:
21) of all commands in turns, from start to end. Needs node 20 and npm. Alone on the machine.
"""
import argparse, os, pathlib, shutil, statistics, subprocess, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "benches/packages"
FOLDER = ROOT / "target/bench-packages"
NODE = "const it = await import(process.argv[1]); if (await it.answer() !== it.EXPECTED) process.exit(1)"


def prepare():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in SOURCES.iterdir():
        shutil.copy(file, FOLDER)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
                   cwd=FOLDER, check=True)


def commands(isolet):
    run = [isolet, "run", "--call", "answer"]
    for name in ("small", "hono", "zod", "react"):
        yield f"isolet run, {name}", [*run, f"{name}.js"]
        yield f"isolet run --cache, {name}", [*run, f"{name}.js", "--cache", "cache", "--cache-key", "key"]
        yield f"node, {name}", ["node", "--no-warnings", "--input-type=module", "-e", NODE, str(FOLDER / f"{name}.js")]


def once(command):
    began = time.perf_counter()
    subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    options.add_argument("--runs", type=int, default=21)
    asked = options.parse_args()
    prepare()
    subprocess.run(["cargo", "bench", "--quiet", "-p", "isolet-benches", "--", "packages"], cwd=ROOT,
                   check=True, env={**os.environ, "ISOLET_BENCH_PACKAGES": str(FOLDER)})
    rows = dict(commands(os.path.abspath(asked.isolet)))
    times = {name: [] for name in rows}
    for command in rows.values():
        once(command)
    for _ in range(asked.runs):
        for name, command in rows.items():
            times[name].append(once(command))
    print("\n| process | median | 10th to 90th percentile |\n|---|---|---|")
    for name, row in times.items():
        tenths = statistics.quantiles(row, n=10)
        print(f"| {name} | {statistics.median(row):.1f} ms | {tenths[0]:.1f} to {tenths[-1]:.1f} ms |")


if __name__ == "__main__":
    main()
