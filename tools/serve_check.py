#!/usr/bin/env python3
"""Checks `isolet serve` with real clients and a real application.

    serve_check.py [--isolet FILE] [--only WORD]

A Hono application (benches/serve) answers the same requests in isolet and in Node with
@hono/node-server. curl speaks HTTP/2, by TLS and by prior knowledge. wrk puts load on the server.
Chromium renders a page whose script fetches from the worker and talks to it over a WebSocket. Ten
thousand clients are connected and silent, and clients leave in the middle. The exit status is 1 if
something differs. Needs node 20, npm, curl and openssl. wrk and chromium are packages of Debian: a
check whose program is missing is skipped, and a line says so.
"""
import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from serve_programs import FOLDER, PACKAGES, ROOT, SOURCE, Server, install, raise_limit

IDLE = 10_000
PATIENCE = 60
# Headers that both sides must agree on.
COMPARED = {"content-type", "set-cookie", "location", "x-middleware", "etag",
            "access-control-allow-origin", "access-control-allow-methods", "vary"}
REQUESTS = [
    ["/"],
    ["/hello/you?a=1&b=%20c", "-H", "x-agent: curl"],
    ["/hello/%C3%BC"],
    ["/hello/you", "-H", 'if-none-match: "none"'],
    ["/api/items", "--json", '{"name":"a","list":[1,2,{"b":null}]}'],
    ["/api/items", "--json", "not JSON"],
    ["/api/items", "-X", "OPTIONS", "-H", "origin: https://a.example",
     "-H", "access-control-request-method: POST"],
    ["/api/items/12", "-X", "PUT", "--data-binary", "x" * 5000],
    ["/api/items/twelve", "-X", "PUT", "--data-binary", "x"],
    ["/form", "-d", "a=1&b=two%20words&a=3"],
    ["/form", "-F", "a=1", "-F", "f=content;filename=f.txt"],
    ["/cookie"],
    ["/cookie", "-b", "visits=41; other=x"],
    ["/stream"],
    ["/page"],
    ["/old"],
    ["/none"],
    ["/fails"],
    ["/", "-I"],
    ["/", "-X", "DELETE"],
]


def curl(*options):
    done = subprocess.run(["curl", "-sS", "--max-time", str(PATIENCE), *options],
                          capture_output=True, check=False)
    return done.stdout.decode(errors="replace") if done.returncode == 0 else f"curl: {done.stderr}"


def answer(url, request):
    """The status, headers and body of a response."""
    path, *options = request
    shown = [] if "-I" in options else ["-i"]
    head, _, body = curl(*shown, *options, url + path).partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = sorted(tuple(line.split(": ", 1)) for line in lines if ": " in line)
    headers = [(name.lower(), value) for name, value in headers if name.lower() in COMPARED]
    return first.split(" ")[1:2], headers, body


def wait_for(server, name, value):
    began = time.monotonic()
    while server.metric(name) != value:
        if time.monotonic() - began > PATIENCE:
            return f"{name} is {server.metric(name)} and not {value}"
        time.sleep(0.02)
    return None


def at_rest(server):
    return (wait_for(server, "isolet_requests_in_flight", 0)
            or wait_for(server, "isolet_connections", 0))


class Checks:
    def __init__(self, isolet, app):
        self.isolet, self.app = isolet, app

    def serve(self, *options):
        return Server([self.isolet, "serve", self.app, "--quiet", "--listen", "127.0.0.1:0",
                       "--admin", "127.0.0.1:0", *options])

    def application(self):
        node = Server(["node", SOURCE / "node.mjs", PACKAGES / "x", self.app, "0"])
        with node, self.serve() as warm, self.serve("--fresh", "--warm", "GET:/") as fresh:
            for request in REQUESTS:
                expected = answer(node.url, request)
                for name, server in (("warm", warm), ("fresh", fresh)):
                    found = answer(server.url, request)
                    if found != expected:
                        yield f"{request} ({name}):\n  isolet {found}\n  node   {expected}"

    def http2(self):
        key, cert = FOLDER / "key.pem", FOLDER / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", key, "-out", cert], check=True, capture_output=True)
        written = ["-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
        with self.serve("--cert", cert, "--key", key) as server:
            url = server.url.replace("127.0.0.1", "localhost") + "/page"
            for option, version in (("--http2", "2"), ("--http1.1", "1.1")):
                found = curl(option, "--cacert", str(cert), *written, url)
                if found != f"{version} 200":
                    yield f"curl {option}: {found}"
        with self.serve() as server:
            for option, version in (("--http2-prior-knowledge", "2"), ("--http1.1", "1.1")):
                found = curl(option, *written, f"{server.url}/page")
                if found != f"{version} 200":
                    yield f"curl {option}: {found}"

    def load(self):
        for options in ((), ("--fresh", "--warm", "GET:/")):
            with self.serve(*options) as server:
                told = subprocess.run(
                    ["wrk", "-t2", "-c64", "-d3s", f"{server.url}/hello/you?a=1"],
                    capture_output=True, text=True, check=False).stdout
                requests = re.search(r"(\d+) requests in", told)
                if not requests or int(requests[1]) < 100 or "Non-2xx" in told or "Socket errors" in told:
                    yield f"wrk {options}: {told}"
                left = at_rest(server)
                if left:
                    yield left

    def browser(self):
        # The page tells what it saw by the path of its last request.
        told = re.compile(r"GET /hello/42%2C%20back%2C%201000 200")
        with Server([self.isolet, "serve", self.app, "--listen", "127.0.0.1:0"]) as server:
            chromium = subprocess.Popen(
                ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 f"--user-data-dir={FOLDER / 'chromium'}", "--remote-debugging-port=0", f"{server.url}/page"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                began = time.monotonic()
                while not any(told.search(line) for line in server.log):
                    if chromium.poll() is not None or time.monotonic() - began > PATIENCE:
                        yield f"chromium: exit status {chromium.poll()}, and the server saw {server.log}"
                        break
                    time.sleep(0.02)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(chromium.pid, signal.SIGKILL)
                chromium.wait()

    def idle(self):
        limit = raise_limit()
        count = min(IDLE, limit - 200)
        if count < IDLE:
            print(f"  {count} idle connections: the limit of file descriptors is {limit}")
        options = ("--max-connections", str(count), "--head-timeout", "1h", "--idle-timeout", "1h")
        with self.serve(*options) as server:
            _, _, address = server.url.rpartition("/")
            host, port = address.split(":")
            clients = [socket.create_connection((host, int(port))) for _ in range(count)]
            yield from filter(None, [wait_for(server, "isolet_connections", count)])
            if curl(f"{server.url}/") != "Hello World":
                yield "no answer beside idle connections"
            for client in clients:
                client.close()
            yield from filter(None, [at_rest(server)])

    def leaving(self):
        with self.serve() as server:
            _, _, address = server.url.rpartition("/")
            host, port = address.split(":")
            for text in ("GET /", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                         "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n{",
                         "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" * 100):
                clients = [socket.create_connection((host, int(port))) for _ in range(200)]
                for client in clients:
                    client.sendall(text.encode())
                for client in clients:
                    client.close()
                left = at_rest(server)
                if left:
                    yield f"{text[:40]!r}: {left}"
            if curl(f"{server.url}/") != "Hello World":
                yield "no answer after clients that left"


NEEDED = {"application": "curl", "http2": "curl", "load": "wrk", "browser": "chromium",
          "idle": "curl", "leaving": "curl"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isolet", default=ROOT / "target/release/isolet")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    checks = Checks(arguments.isolet, install())
    failed = False
    for name, program in NEEDED.items():
        if arguments.only not in name:
            continue
        if not shutil.which(program):
            print(f"{name}: skipped, because {program} is not installed (apt-get install {program})")
            continue
        wrong = list(getattr(checks, name)())
        print(f"{name}: {'FAILED' if wrong else 'ok'}")
        for line in wrong:
            print(f"  {line}")
        failed = failed or bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
