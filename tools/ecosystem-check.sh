#!/usr/bin/env bash
# packages/codemode and packages/python with the real packages: tools/ecosystem-check.sh [ISOLET]
# Installs pinned versions from npm (Node 24, the AI SDK, @cloudflare/codemode, TanStack AI, the MCP
# SDK, TypeScript) and PyPI (LangChain, pydantic-ai, mypy) into target/ecosystem-check, checks the types
# and runs the tests with the command ISOLET, or one that it builds. Needs npm and Python 3.11 with venv.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ $# -eq 0 ]]; then
  cargo build --locked -p isolet-cli
  set -- target/debug/isolet
fi
ISOLET_COMMAND=$(realpath "$1")
export ISOLET_COMMAND
here=$PWD/target/ecosystem-check
mkdir -p "$here"

# Copies, so that nothing is written into the sources.
rm -rf "$here/python" "$here/codemode/src" "$here/codemode/test" "$here/codemode/dist"
mkdir -p "$here/codemode"
cp -r packages/python "$here/python"
cp -r packages/codemode/{.npmrc,LICENSE-*,README.md,package*.json,src,test,tsconfig*.json} "$here/codemode"

echo "== @isolet/codemode"
[[ -x "$here/node/node_modules/.bin/node" ]] ||
  npm install --silent --no-save --prefix "$here/node" node@24.21.0
PATH=$here/node/node_modules/.bin:$PATH
node --version
(
  cd "$here/codemode"
  npm ci --silent --ignore-scripts
  npm run --silent build
  npm run --silent check
  npm test --silent
  # What is published has all that is imported.
  npm pack --silent --dry-run --json | node -e '
    const files = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[0].files.map((it) => it.path);
    for (const name of ["dist/ai.js", "dist/ai.d.ts", "dist/index.js", "dist/index.d.ts", "README.md", "LICENSE-MIT"]) {
      require("node:assert").ok(files.includes(name), name);
    }'
)

echo "== isolet for Python"
[[ -x "$here/venv/bin/python" ]] || python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet langchain-core==1.8.3 pydantic-ai-slim==2.68.0 mypy==2.4.1
"$here/venv/bin/pip" install --quiet --force-reinstall --no-deps "$here/python"
(
  cd "$here/python"
  # The tests are those of what was installed.
  rm -r src
  "$here/venv/bin/mypy" --strict tests
  ISOLET_ALL=1 "$here/venv/bin/python" -W error::ResourceWarning -m unittest discover -s tests -t .
)
echo "the packages work with those that they are for"
