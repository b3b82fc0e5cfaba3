#!/usr/bin/env python3
"""Prints what cryptography, compression and Intl take in a sandbox, in Node and in Rust.

    platform_bench.py [--isolet FILE] [--runs N]

The operations are those of benches/platform/programs.js; a row is the median of N calls (default:
11), in a sandbox that has been called before. Rust is benches/platform with portable code: the
sandbox has none of the processor's instructions for cryptography either. Needs node 20. Alone on
the machine.
"""
import argparse, json, os, pathlib, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLATFORM = ROOT / "benches/platform"
PROGRAMS = PLATFORM / "programs.js"
PORTABLE = " ".join(f'--cfg {name}_backend="soft"' for name in ("aes", "polyval", "sha2"))
# Rows that are slow, with the number of their calls; PBKDF2 has a row for its default fuel.
SLOW = {"rsaGenerate": 5, "pbkdf2": 3}

NODE = """
const { default: programs, TIMES } = await import(process.argv[1]);
const runs = Number(process.argv[2]), slow = JSON.parse(process.argv[3]), found = {};
for (const name of Object.keys(programs)) {
  const times = [];
  await programs[name]();
  for (let run = 0; run < (slow[name] ?? runs); run++) {
    const began = performance.now();
    await programs[name]();
    times.push((performance.now() - began) * 1000);
  }
  found[name] = times.sort((a, b) => a - b)[times.length >> 1];
}
console.log(JSON.stringify(found));
"""


def in_rust():
    manifest = str(PLATFORM / "Cargo.toml")
    done = subprocess.run(
        ["cargo", "run", "--release", "--locked", "--quiet", "--manifest-path", manifest],
        env={**os.environ, "RUSTFLAGS": PORTABLE}, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def in_node(runs):
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", NODE, str(PROGRAMS), str(runs), json.dumps(SLOW)],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def in_isolet(isolet, name, runs):
    """The median in microseconds and the fuel of a warm call, or what went wrong."""
    done = subprocess.run(
        [isolet, "bench", str(PROGRAMS), "--call", name, "--engine", "native", "--json",
         "--runs", str(SLOW.get(name, runs)), "--timeout", "120s", "--fuel", str(10**12)],
        capture_output=True, text=True)
    if done.returncode != 0:
        return None
    row = next(row for row in json.loads(done.stdout)["rows"] if row["call"] == "warm")
    return row["wallMicros"][1], row["fuel"][1]


def text(micros):
    return "" if micros is None else f"{micros / 1000:.2f} ms" if micros >= 1000 else f"{micros:.1f} µs"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    options.add_argument("--runs", type=int, default=11)
    asked = options.parse_args()
    rust = in_rust()
    node = in_node(asked.runs)
    times = dict(re.findall(r"(\w+): (\d+)", re.search(r"TIMES = \{(.*?)\}", PROGRAMS.read_text()).group(1)))
    failed = False
    print("| operation | isolet | fuel | Node | portable Rust | isolet ÷ Rust |\n|---|---|---|---|---|---|")
    for name in node:
        found = in_isolet(asked.isolet, name, asked.runs)
        if found is None:
            print(f"| {name} | failed | | {text(node[name])} | {text(rust.get(name))} | |")
            failed = True
            continue
        count = int(times.get(name, 1))
        micros, fuel = found[0] / count, found[1] // count
        ratio = f"{micros / rust[name]:.1f}" if name in rust else ""
        print(f"| {name} | {text(micros)} | {fuel:,} | {text(node[name] / count)} | {text(rust.get(name))} | {ratio} |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
