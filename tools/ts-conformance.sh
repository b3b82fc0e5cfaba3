#!/usr/bin/env bash
# The conformance cases of a checkout of microsoft/TypeScript, as tsc compiles them and as the
# transpiler does: tools/ts-conformance.sh PATH [--bless] [--only TEXT] [--verbose]
# Needs node 20 or later and npm, by which it gets the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
here=target/ts-conformance
mkdir -p "$here"
[[ -d "$here/node_modules/typescript" ]] ||
  npm install --silent --no-save --prefix "$here" typescript@6.0.3
cargo build --locked -p isolet-guest-ts --example transpile
exec node --experimental-vm-modules --no-warnings tools/ts-conformance.mjs "$1" \
  "$here/node_modules/typescript" target/debug/examples/transpile "${@:2}"
