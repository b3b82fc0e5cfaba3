#!/usr/bin/env python3
"""Prints what `isolet mcp` adds to a tool call over standard input and output.

    mcp_bench.py [--isolet FILE] [--runs N]

The upstream server is this file. A row is the median of N calls (default: 300): of a tool of the server
by itself, of a program that calls it once and of one that calls it three times. The last row is the
time from cancelling a program that calls the tool for ever to its last call. Alone on the machine.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = "2025-11-25"
TOOL = {
    "name": "add",
    "inputSchema": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}},
}


def serve():
    """The upstream server, which writes the time of its last call to the file that it is given."""
    last = open(sys.argv[2], "w")
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        method, params = message["method"], message.get("params", {})
        answer = {"result": {}}
        if method == "initialize":
            answer["result"] = {"protocolVersion": VERSION, "capabilities": {"tools": {}},
                      "serverInfo": {"name": "adder", "version": "1"}}
        elif method == "tools/list":
            answer["result"] = {"tools": [TOOL]}
        elif method == "tools/call":
            given = params["arguments"]
            answer["result"] = {"content": [{"type": "text", "text": str(given["a"] + given["b"])}]}
            last.seek(0)
            last.write(f"{time.monotonic_ns():020}")
            last.flush()
        elif method != "ping":
            answer = {"error": {"code": -32601, "message": f"no method {method}"}}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}), flush=True)


class Client:
    """A client of a server on pipes."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.number = 0
        self.request("initialize", protocolVersion=VERSION, capabilities={},
                     clientInfo={"name": "mcp_bench", "version": "1"})
        self.send(method="notifications/initialized")

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def begin(self, method, **params):
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        return self.number

    def request(self, method, **params):
        number = self.begin(method, **params)
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("the server has ended")
            message = json.loads(line)
            if message.get("id") == number and "method" not in message:
                return message["result"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def plain(client):
    result = client.request("tools/call", name="add", arguments={"a": 1, "b": 2})
    assert result["content"][0]["text"] == "3", result


def program(client, calls, index):
    lines = ["let sum = 1;"] + ["sum = Number(await adder.add({ a: sum, b: 2 }));"] * calls
    code = "\n".join([*lines, f"return sum; // {index}"])
    result = client.request("tools/call", name="run_code", arguments={"code": code})
    assert result["structuredContent"]["result"] == 1 + 2 * calls, result


def cancelled(client, last):
    code = "for (;;) await adder.add({ a: 1, b: 2 });"
    number = client.begin("tools/call", name="run_code", arguments={"code": code})
    time.sleep(0.1)
    began = time.monotonic_ns()
    client.send(method="notifications/cancelled", params={"requestId": number, "reason": "enough"})
    time.sleep(0.1)
    return max(0, int(last.read_text()) - began) / 1e6


def median(runs, run):
    times = []
    for index in range(runs + runs // 10):
        began = time.perf_counter()
        run(index)
        times.append((time.perf_counter() - began) * 1000)
    times = times[runs // 10:]
    tenths = statistics.quantiles(times, n=10)
    return statistics.median(times), tenths[0], tenths[-1]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--isolet", default=str(ROOT / "target/release/isolet"))
    options.add_argument("--runs", type=int, default=300)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        last = pathlib.Path(folder) / "last"
        server = [sys.executable, os.path.abspath(__file__), "--serve", str(last)]
        config = pathlib.Path(folder) / "mcp.json"
        config.write_text(json.dumps({"mcpServers": {"adder": {"command": server[0], "args": server[1:]}}}))
        direct = Client(server[:2] + ["--serve", str(pathlib.Path(folder) / "direct")])
        client = Client([asked.isolet, "mcp", "--config", str(config)])
        rows = {
            "the server's tool by itself": median(asked.runs, lambda _: plain(direct)),
            "a program that calls it once": median(asked.runs, lambda index: program(client, 1, index)),
            "a program that calls it three times": median(asked.runs, lambda index: program(client, 3, index)),
        }
        stops = [cancelled(client, last) for _ in range(20)]
        direct.end()
        client.end()
    print("| over standard input and output | median | 10th to 90th percentile |\n|---|---|---|")
    for name, (middle, low, high) in rows.items():
        print(f"| {name} | {middle:.2f} ms | {low:.2f} to {high:.2f} ms |")
    print(f"| from a cancel to the last call, of {len(stops)} | {statistics.median(stops):.2f} ms | at most {max(stops):.2f} ms |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve()
    else:
        main()
