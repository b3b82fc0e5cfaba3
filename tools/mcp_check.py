#!/usr/bin/env python3
"""Checks `isolet mcp` with real MCP servers and real clients, and Code Mode's peer inside isolet.

    mcp_check.py [--isolet FILE] [--only WORD] [--record]

The servers are those of @modelcontextprotocol on npm: everything, filesystem, memory and
sequential-thinking, and one of 1,000 tools. The clients are the SDKs of both eras of the protocol, and
the inspector in its CLI mode, over stdio and HTTP. `codemode` runs @cloudflare/codemode with the AI SDK in a
sandbox. `comparison` counts tokens and round trips, and compares them with
docs/code-mode-comparison.md; --record writes them there. All packages are pinned by
tools/mcp/package-lock.json. The exit status is 1 if something is wrong. Needs node 20 and npm.
"""
import argparse
import difflib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from npm_packages import install
from serve_programs import Server

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "mcp"
FOLDER = ROOT / "target" / "mcp"
WORK = FOLDER / "work"
RECORD = ROOT / "docs" / "code-mode-comparison.md"
MARKS = ("<!-- recorded -->\n", "<!-- end -->\n")
PATIENCE = 120
INSPECTOR = ["node", "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", "--cli"]
ENDLESS = ["--fuel", "1000000000000000000", "--timeout", "1h"]


def run(command, **options):
    """What a command in the folder of the packages says, and its exit status."""
    environment = {**os.environ, "HOME": str(WORK), "MCP_INSPECTOR_SECRET_STORE": "memory"}
    done = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True,
                          timeout=20 * PATIENCE, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def wait_for(what, condition):
    """What is wrong if a condition does not become true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return f"{what} did not happen"
        time.sleep(0.02)
    return None


def processes():
    """The parent of each process that has not ended."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(path.parent.name)] = int(parent)
    return parents


class Command:
    """`isolet mcp` on pipes, and what it has started."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def begin(self, code):
        """Begins a program, with the handshake of the protocol before it."""
        info = {"name": "mcp_check", "version": "1"}
        self.send(id=1, method="initialize", params={
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info})
        self.process.stdout.readline()
        self.send(method="notifications/initialized")
        self.ask(code)

    def ask(self, code):
        self.send(id=2, method="tools/call", params={"name": "run_code", "arguments": {"code": code}})

    def answer(self):
        return json.loads(self.process.stdout.readline())["result"]["structuredContent"]

    def children(self):
        return [child for child, parent in processes().items() if parent == self.process.pid]

    def ends(self, children, expected):
        """What is wrong with how it ends, and with what it leaves."""
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "it does not end"
        if status != expected:
            return f"exit status {status}"
        return wait_for("the end of the servers' processes", lambda: not set(children) & set(processes()))


class Checks:
    def __init__(self, isolet, record):
        self.isolet, self.is_recording = isolet, record

    def config(self, name, servers=None):
        """A configuration of the real servers, or of others, and the folder of the former."""
        folder = WORK / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if servers is None:
            servers = json.loads((SOURCE / "servers.json").read_text().replace("FOLDER", str(folder)))
        path = WORK / f"{name}.json"
        path.write_text(json.dumps({"mcpServers": servers}))
        return folder, ["mcp", "--config", str(path)]

    def clients(self, word):
        """The checks by the SDKs, each under its own name."""
        command = ["node", "checks.mjs", self.isolet, WORK, word]
        with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode:
            yield "clients", [f"exit status {process.returncode}"]

    def inspector(self):
        _, options = self.config("inspector")
        self.config("inspected", {"isolet": {"command": str(self.isolet), "args": options}})
        token = WORK / "inspector.token"
        token.write_text("a-token")
        server = Server([self.isolet, *options, "--listen", "127.0.0.1:0", "--token-file", token], cwd=FOLDER)
        with server:
            for transport, target in {
                "stdio": ["--config", WORK / "inspected.json", "--server", "isolet"],
                "HTTP": ["--server-url", server.url, "--transport", "http",
                         "--header", "Authorization: Bearer a-token"],
            }.items():
                for era in ("legacy", "modern"):
                    command = [*INSPECTOR, *target, "--format", "json", "--quiet", "--protocol-era", era]
                    for wrong in self.inspected(command):
                        yield f"{transport}, {era}: {wrong}"

    def inspected(self, command):
        """What the inspector sees by one way to connect."""
        # Fails if a schema is not portable.
        status, out, err = run([*command, "--method", "tools/list", "--strict"])
        names = [tool["name"] for tool in json.loads(out)["result"]["tools"]] if status == 0 else None
        if not names or names[:3] != ["run_code", "search_tools", "describe_tool"]:
            yield f"tools/list: exit status {status}, {out}{err}"
        call = [*command, "--method", "tools/call", "--tool-name", "run_code", "--tool-args-json"]
        code = "return await everything.get_sum({ a: 40, b: (await memory.read_graph()).entities.length })"
        status, out, err = run([*call, json.dumps({"code": code})])
        if status != 0 or json.loads(out)["result"]["structuredContent"]["result"] != "The sum of 40 and 0 is 40.":
            yield f"{code}: exit status {status}, {out}{err}"
        status, out, err = run([*call, json.dumps({"code": "await everything.get_sum({})"})])
        if status != 5 or "tool_is_error" not in err:
            yield f"a program that fails: exit status {status}, {out}{err}"

    def interrupt(self):
        # A server that never answers, so that the command is still starting.
        _, options = self.config("starting", {"silent": {"command": "sleep", "args": ["1000"]}})
        command = Command([self.isolet, *options])
        yield from filter(None, [wait_for("a start", command.children)])
        children = command.children()
        command.process.send_signal(signal.SIGINT)
        yield from filter(None, [command.ends(children, 130)])

    def looping(self, name, end):
        folder, options = self.config(name)
        command = Command([self.isolet, *options, *ENDLESS])
        started = folder / "started"
        command.begin(f'await files.write_file({{ path: "{started}", content: "" }}); while (true) {{}}')
        yield from filter(None, [wait_for("a call", started.exists)])
        children = command.children()
        if len(children) != 4:
            yield f"{len(children)} servers"
        end(command.process)
        yield from filter(None, [command.ends(children, 0)])

    def interrupt_running(self):
        yield from self.looping("interrupted", lambda process: process.send_signal(signal.SIGINT))

    def terminate_running(self):
        yield from self.looping("terminated", lambda process: process.send_signal(signal.SIGTERM))

    def close_running(self):
        yield from self.looping("closed", lambda process: process.stdin.close())

    def dying(self):
        folder, options = self.config("dying")
        command = Command([self.isolet, *options])
        started = folder / "started"
        command.begin(f"""
            const slow = everything.trigger_long_running_operation({{ duration: 45, steps: 1 }});
            await files.write_file({{ path: "{started}", content: "" }});
            const [{{ reason }}, {{ value }}] = await Promise.allSettled([slow, files.list_directory({{ path: "{folder}" }})]);
            return [reason?.name, value?.content];""")
        yield from filter(None, [wait_for("a call", started.exists)])
        for child in command.children():
            if b"server-everything" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)
        result = command.answer().get("result")
        if result != ["ToolError", "[FILE] started"]:
            yield f"the calls that were under way: {result}"
        command.ask("return await everything.echo({ message: 'again' })")
        result = command.answer()
        if result.get("result") != "Echo: again":
            yield f"the next call: {result}"
        children = command.children()
        command.process.stdin.close()
        yield from filter(None, [command.ends(children, 0)])

    def codemode(self):
        status, out, err = run([self.isolet, "run", "codemode.mjs", "--loader", "LOADER", "--json"])
        record = json.loads(out.splitlines()[-1]) if out else {}
        if status != 0 or record.get("outcome") != "ok":
            yield f"exit status {status}: {out[-2000:]}{err[-2000:]}"
            return
        yield from record["value"]["wrong"]
        # Fewer than there are if it ends early.
        if record["value"]["cases"] < 24:
            yield f"{record['value']['cases']} cases"

    def comparison(self):
        status, out, err = run(["node", "comparison.mjs", self.isolet, WORK])
        if status != 0:
            yield f"exit status {status}: {err}"
            return
        before, _, rest = RECORD.read_text().partition(MARKS[0])
        recorded, _, after = rest.partition(MARKS[1])
        if self.is_recording:
            RECORD.write_text(f"{before}{MARKS[0]}{out}{MARKS[1]}{after}")
        else:
            lines = difflib.unified_diff(recorded.splitlines(), out.splitlines(), "recorded", "now", n=0, lineterm="")
            yield from lines


CHECKS = ("inspector", "interrupt", "interrupt_running", "terminate_running", "close_running", "dying",
          "codemode", "comparison")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isolet", type=Path, default=ROOT / "target/release/isolet")
    parser.add_argument("--only", default="", help="the checks whose name has the word in it")
    parser.add_argument("--record", action="store_true", help="write the comparison")
    arguments = parser.parse_args()
    install(SOURCE, FOLDER)
    for file in [*SOURCE.glob("*.mjs"), SOURCE / "servers.json"]:
        shutil.copy(file, FOLDER)
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    checks = Checks(arguments.isolet.resolve(), arguments.record)

    def outcomes():
        yield from checks.clients(arguments.only)
        for name in CHECKS:
            if arguments.only in name:
                yield name, list(getattr(checks, name)())

    failed = None
    for name, wrong in outcomes():
        print(f"{name}: {'FAILED' if wrong else 'ok'}", flush=True)
        for line in wrong:
            print(f"  {line}")
        failed = failed or bool(wrong)
    if failed is None:
        sys.exit(f"no check has {arguments.only!r} in its name")
    sys.exit(failed)


if __name__ == "__main__":
    main()
