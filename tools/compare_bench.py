#!/usr/bin/env python3
"""Compares two builds of the benches: runs them in turns and prints the ratio of the medians of each row.

    compare_bench.py OLD NEW [--rounds N] [GROUP ...]

OLD and NEW are the programs that `cargo bench -p isolet-benches --no-run` names. The groups are those of
`cargo bench` (default: startup, calls, loader). Rows that only one of the two has are left out. The row
of a native rquickjs runtime is the same code in both, so that its ratio is the noise of the machine.
Alone on the machine.
"""
import argparse, re, statistics, subprocess, sys

MICROSECONDS = {"ms": 1000, "µs": 1}
ROW = re.compile(r"\| (?P<name>.+?) \| (?P<value>[\d.]+) (?P<unit>ms|µs) \|")


def rows(program, groups):
    output = subprocess.run([program, *groups], check=True, capture_output=True, text=True).stdout
    for row in ROW.finditer(output):
        yield row["name"], float(row["value"]) * MICROSECONDS[row["unit"]]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("old")
    options.add_argument("new")
    options.add_argument("groups", nargs="*", default=["startup", "calls", "loader"])
    options.add_argument("--rounds", type=int, default=10)
    asked = options.parse_args()
    times = ({}, {})
    for round_ in range(asked.rounds):
        # Neither is always the first.
        pair = list(zip(times, (asked.old, asked.new)))[:: 1 if round_ % 2 == 0 else -1]
        for kept, program in pair:
            for name, value in rows(program, asked.groups):
                kept.setdefault(name, []).append(value)
        print(f"round {round_ + 1} of {asked.rounds}", file=sys.stderr)
    print("| row | old | new | ratio |\n|---|---|---|---|")
    for name, old in times[0].items():
        if name in times[1]:
            old, new = statistics.median(old), statistics.median(times[1][name])
            print(f"| {name} | {old:.2f} µs | {new:.2f} µs | {new / old:.3f} |")


if __name__ == "__main__":
    main()
