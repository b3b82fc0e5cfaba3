#!/usr/bin/env python3
"""Prints what a request costs in `isolet serve`, beside hyper, workerd and Node.

    serve_bench.py [--isolet FILE] [--seconds N] [--rounds N] [--connections N]

wrk puts the same load on each server over loopback, in turns; a row is the median of all rounds.
The servers answer "Hello World", and one route of a Hono application with eight of them. hyper is
benches/serve, and Node has its own server and @hono/node-server. What a fetch from a sandbox to the
local server takes is beside a hyper client, and what the sandbox itself takes of a request is the
time of a call by `isolet bench`. Needs node 20, npm and wrk (apt-get install wrk). Alone on the
machine, which wrk shares with the server.
"""
import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys

from serve_programs import FOLDER, PACKAGES, ROOT, SOURCE, Server, install

# The requests of a round of fetches, and the rounds.
FETCHES = 200
ROUNDS = 20
FETCH = """export default { async run(url, env) {
  for (let n = 0; n < %d; n++) await (await fetch(url)).text();
} };
""" % FETCHES
REQUEST = {"url": "http://a/hello/you?a=1", "method": "GET", "headers": [["host", "a"]], "body": None}
UNITS = {"us": 1, "ms": 1000, "s": 1_000_000}


def hyper():
    manifest = SOURCE / "Cargo.toml"
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", manifest,
                    "--target-dir", FOLDER / "hyper"], check=True)
    return FOLDER / "hyper/release/isolet-serve-bench"


def workerd(name, script):
    """The command of workerd for a worker."""
    folder = FOLDER / f"workerd-{name}"
    folder.mkdir(exist_ok=True)
    shutil.copy(script, folder / "main.js")
    shutil.copy(SOURCE / "workerd.capnp", folder)
    binary = next((PACKAGES / "@cloudflare").glob("workerd-*/bin/workerd"))
    # It tells its port on a descriptor.
    return ["sh", "-c", f'"{binary}" serve "{folder}/workerd.capnp" --control-fd=3 3>&1 '
            '| sed -u -n \'s/.*"port":\\([0-9]*\\).*/http:\\/\\/127.0.0.1:\\1/p\'']


def load(url, seconds, connections):
    """Requests a second, and the 50th and 99th percentile in microseconds."""
    told = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url],
                          capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)

    def percentile(name):
        value, unit = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", told).groups()
        return float(value) * UNITS[unit]

    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]), percentile(50), percentile(99)


def compare(title, servers, path, arguments):
    """Prints a table of servers; the first one is 1."""
    found = {name: [] for name in servers}
    running = {name: Server(command) for name, command in servers.items()}
    try:
        for server in running.values():
            load(server.url + path, 1, arguments.connections)
        for _ in range(arguments.rounds):
            for name, server in running.items():
                found[name].append(load(server.url + path, arguments.seconds, arguments.connections))
    finally:
        for server in running.values():
            server.stop()
    print(f"\n| {title} | requests/s | p50 µs | p99 µs | of the first |\n|---|---|---|---|---|")
    first = None
    for name, rounds in found.items():
        rate, half, most = (statistics.median(column) for column in zip(*rounds))
        first = first or rate
        print(f"| {name} | {rate:,.0f} | {half:,.0f} | {most:,.0f} | {rate / first:.2f} |")


def calls(isolet, program, runs, *options):
    """The medians of `isolet bench` in microseconds, by kind of call."""
    done = subprocess.run(
        [isolet, "bench", program, "--engine", "native", "--json", "--runs", str(runs), *options],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    return {row["call"]: row["wallMicros"][1] for row in json.loads(done.stdout)["rows"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isolet", default=ROOT / "target/release/isolet")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing (apt-get install wrk)")
    app, plain, hello = install(), hyper(), SOURCE / "hello.js"
    serve = [arguments.isolet, "serve", "--quiet", "--listen", "127.0.0.1:0"]
    node = ["node", SOURCE / "node.mjs", PACKAGES / "x"]
    compare("Hello World", {
        "isolet, warm": [*serve, hello],
        "isolet, fresh": [*serve, hello, "--fresh"],
        "hyper": [plain, "server"],
        "workerd": workerd("hello", hello),
        "Node": [*node, "hello", "0"],
    }, "/", arguments)
    compare("Hono, eight routes", {
        "isolet, warm": [*serve, app],
        "isolet, fresh with --warm": [*serve, app, "--fresh", "--warm", "GET:/"],
        "workerd": workerd("hono", app),
        "Node": [*node, app, "0"],
    }, "/hello/you?a=1", arguments)

    print("\n| one call of `fetch` | warm µs | fresh µs |\n|---|---|---|")
    for name, program in (("Hello World", hello), ("Hono", app)):
        rows = calls(arguments.isolet, program, 200, "--call", "fetch", "--arg", json.dumps(REQUEST))
        print(f"| {name} | {rows['warm']:,.1f} | {rows['fresh']:,.1f} |")

    program = FOLDER / "fetch.js"
    program.write_text(FETCH)
    with Server([plain, "server"]) as server:
        address = server.url.removeprefix("http://")
        client = subprocess.run([plain, "client", address, str(FETCHES), str(ROUNDS)],
                                capture_output=True, text=True, check=True).stdout
        rows = calls(arguments.isolet, program, ROUNDS, "--call", "run",
                     "--arg", json.dumps(server.url), "--allow-net", server.url)
        warm = rows["warm"] / FETCHES
        client = float(client)
        print("\n| one request after the other | µs | of hyper |\n|---|---|---|")
        print(f"| hyper's client | {client:,.1f} | 1.00 |")
        print(f"| fetch in a warm sandbox | {warm:,.1f} | {warm / client:.2f} |")


if __name__ == "__main__":
    main()
