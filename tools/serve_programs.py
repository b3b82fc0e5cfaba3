"""What tools/serve_check.py and tools/serve_bench.py share: packages, bundles and servers."""
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import threading
import urllib.request

import npm_packages

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "benches/serve"
FOLDER = ROOT / "target/serve"
PACKAGES = FOLDER / "node_modules"


def raise_limit():
    """Raises the limit of file descriptors, which servers inherit, and returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def install():
    """Installs the pinned packages, if they are not there, and bundles the application."""
    npm_packages.install(SOURCE, FOLDER)
    esbuild = PACKAGES / "esbuild/bin/esbuild"
    app = FOLDER / "app.mjs"
    subprocess.run(
        [esbuild, SOURCE / "app.js", "--bundle", "--format=esm", "--platform=neutral",
         "--main-fields=module,main", f"--outfile={app}", "--log-level=warning"],
        check=True, env={**os.environ, "NODE_PATH": str(PACKAGES)})
    return app


class Server:
    """A server that runs. Its first line on standard output names its URL."""

    def __init__(self, command, **options):
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, text=True, errors="replace",
            start_new_session=True, **options)
        self.log = []
        if self.process.stderr:
            threading.Thread(target=self._read, daemon=True).start()
        line = self.process.stdout.readline()
        found = re.search(r"(https?://\S+)", line)
        if not found:
            self.stop()
            sys.exit(f"{command[0]}: {line}{''.join(self.log)}")
        self.url = found[1]

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def admin(self):
        """The URL of --admin."""
        lines = [line for line in self.log if "admin on " in line]
        return re.search(r"(http://\S+)", lines[0])[1]

    def metric(self, name):
        with urllib.request.urlopen(f"{self.admin()}/metrics") as response:
            for line in response.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split(" ")[1])
        return None

    def stop(self):
        if self.process.poll() is None:
            # A command may be a pipe of several processes.
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
