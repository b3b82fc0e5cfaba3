# Recipes for working on isolet. `pip install rust-just` brings `just`.

_default:
    @just --list

# Rebuild the committed guests (needs the guests' toolchain: see guest-setup)
guest *which:
    tools/guests.sh build {{ which }}

# Fail if a committed guest is stale
guest-check:
    tools/guests.sh check

# Install the guests' toolchain (root on Debian 12)
guest-setup:
    tools/guests.sh setup

build:
    cargo build --release

# The whole suite, as the README has it
test:
    cargo test

# The integration suite with every sandbox dumped, dropped and restored after every turn
torture:
    ISOLET_TORTURE=1 cargo test --workspace --test suite

# The integration suite with the portable interpreter, in a process that can never make memory
# executable (Linux on x86-64). Takes some ten minutes
interpreter *filter:
    ISOLET_BACKEND=pulley CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="python3 $PWD/tools/mdwe.py" \
        cargo test --workspace --test suite -- {{ filter }}

# TypeScript's own conformance cases, from a checkout of microsoft/TypeScript, against tsc
# (needs node 20 and npm); fails if one is lost of those in tests/conformance/typescript.txt
ts-conformance path *args:
    tools/ts-conformance.sh {{ path }} {{ args }}

# The declarations of `isolet types`, with the real tsc (needs node 20 and npm)
types-check:
    tools/types-check.sh

# Real programs for WASI as tools: ripgrep and Python (needs node 20 and npm)
tools-check:
    tools/tools-check.sh

# The packages for Node and Python with the real packages that they are for: the AI SDK,
# @cloudflare/codemode, LangChain, pydantic-ai (needs npm and Python 3.11 with venv)
ecosystem-check *isolet:
    tools/ecosystem-check.sh {{ isolet }}

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Fuzz a target, or all of them, for so many seconds each: wire, transpile, resolver,
# archive, lock, npmrc, load_request, effects (needs cargo-fuzz)
fuzz target="all" seconds="60":
    tools/fuzz.sh {{ target }} {{ seconds }}

# The engine's guest natively under AddressSanitizer, QuickJS itself too
asan:
    tools/asan.sh

# test262 from a checkout, every test in a sandbox of its own; fails if one is lost
test262 checkout *options:
    cargo build --release -p isolet-cli
    tools/test262.py {{ checkout }} {{ options }}

# workerd's own tests of RPC and the Worker Loader, from a checkout; fails if one is lost
# of those in tests/conformance/peer.json
peer-tests checkout *options:
    cargo build --release -p isolet-cli
    tools/peer_tests.py {{ checkout }} {{ options }}

# web-platform-tests, made into modules (see the head of tools/wpt.py); fails if a subtest is
# lost of those in tests/conformance/wpt.json
wpt folder *options:
    cargo build --release -p isolet-cli
    tools/wpt.py {{ folder }} {{ options }}

# Programs that use packages from npm, in sandboxes and in Node (needs node 20 and npm), bundled or
# with --unbundled from node_modules; fails if one is lost of those in tests/conformance/packages.json
# or packages-unbundled.json
packages *options:
    cargo build --release -p isolet-cli
    tools/packages.py {{ options }}

# The suite on AArch64, in QEMU, with each backend (see tools/aarch64.sh)
aarch64 *filter:
    tools/aarch64.sh test {{ filter }}

# Node's own tests of its modules, from a checkout of nodejs/node; fails if one is lost of those
# in tests/conformance/node.json
node-tests checkout *options:
    cargo build --release -p isolet-cli
    tools/node_tests.py {{ checkout }} {{ options }}

# Write guest-js/node/dist from its sources and pinned packages (needs node 24 and npm)
node-modules:
    cd guest-js/node && npm ci --no-audit --no-fund && node build.mjs

# Write runtime-host/guests/locales from pinned packages of CLDR, ICU4X and the time zones (needs
# node 20 and npm)
locale-data:
    cd tools/locale_data && npm ci --no-audit --no-fund && node build.js
    cd tools/locale_data/rust && cargo run --release --locked

# What is slow to check before a release: every feature beside each backend, the public interface
# against that of a commit (the one before it, or the last release), and the packages
release-check baseline="HEAD^":
    cargo install --locked --quiet cargo-semver-checks@0.51.0 cargo-hack@0.6.46
    cargo hack check --locked -p isolet --each-feature --exclude-features default --features native --no-dev-deps
    cargo hack check --locked -p isolet --each-feature --exclude-features default --features pulley --no-dev-deps
    cargo semver-checks --baseline-rev {{ baseline }} -p isolet -p isolet-wire -p isolet-macros -p isolet-catalog -p isolet-npm -p isolet-runs -p isolet-mcp
    cargo package --locked -p isolet-wire -p isolet-macros -p isolet-catalog -p isolet-npm -p isolet-runs -p isolet -p isolet-mcp -p isolet-cli

# A stripped command for x86_64 Linux with glibc 2.28 or later, packed into target/dist
# (needs Python and binutils)
dist:
    tools/dist.sh

# `isolet serve` with real clients: a Hono application beside Node, curl with HTTP/2, wrk, Chromium,
# ten thousand idle connections (needs node 20, npm, curl, openssl; `apt-get install wrk chromium`
# brings the others, and a check whose program is missing is skipped)
serve-check *options:
    cargo build --release -p isolet-cli
    tools/serve_check.py {{ options }}

# `isolet mcp` with real MCP servers and clients from npm, the peer's Code Mode as a parent in a sandbox,
# and the figures of docs/code-mode-comparison.md, which --record writes (needs node 20 and npm)
mcp-check *options:
    cargo build --release -p isolet-cli
    tools/mcp_check.py {{ options }}

# Licences, bans, sources; advisories where their database can be reached
deny:
    cargo deny --locked check bans licenses sources

# The figures of the README; alone on the machine. `just bench platform` is for cryptography,
# compression and Intl, beside Node and Rust. `just bench serve` is for requests, beside hyper,
# workerd and Node (needs node 20, npm and wrk). `just bench packages` is for packages of npm, beside
# Node (needs node 20 and npm). `just bench mcp` is for `isolet mcp` (needs Python)
bench *groups:
    cargo build --release -p isolet-cli
    {{ if groups =~ "^(mcp|packages|platform|serve)$" { "tools/" + groups + "_bench.py" } else { "cargo bench -p isolet-benches -- " + groups } }}

# isolet beside other ways to run untrusted code: `just peers --quick`, `just peers --only
# isolet,workerd --parts work`. Installs the others into target/peers (needs npm, Python, Debian)
peers *options:
    cargo run --release --locked --manifest-path benches/peers/Cargo.toml -- run {{ options }}

# The medians of two builds of the benches, in turns, and their ratios: two programs that
# `cargo bench -p isolet-benches --no-run` names; alone on the machine
bench-compare old new *options:
    tools/compare_bench.py {{ old }} {{ new }} {{ options }}

ci:
    .ci/run
