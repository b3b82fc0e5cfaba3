#!/usr/bin/env bash
# The declarations of `isolet types` with the real tsc: tools/types-check.sh
# Checks them alone, with the programs in cli/tests/types, with @types/node, and with the project of
# `isolet init`. Needs node 20 or later and npm, by which it gets the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD/target/types-check
mkdir -p "$here"
[[ -d "$here/node_modules/typescript" ]] ||
  npm install --silent --no-save --prefix "$here" typescript@6.0.3 @types/node@24.10.1
cargo build --locked -p isolet-cli
isolet=$PWD/target/debug/isolet

rm -rf "$here/programs" "$here/project"
cp -r cli/tests/types "$here/programs"
"$isolet" types "$here/programs"
"$isolet" init "$here/project"

# check NAME TYPES SKIP_LIB_CHECK FILE...
check() {
  local name=$1 types=$2 skip=$3
  shift 3
  local files
  files=$(printf '"%s",' worker-configuration.d.ts "$@")
  cat >"$here/programs/$name.json" <<END
{
  "compilerOptions": {
    "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
    "noPropertyAccessFromIndexSignature": true, "isolatedModules": true, "noEmit": true,
    "target": "esnext", "module": "esnext", "moduleResolution": "bundler",
    "lib": ["esnext"], "types": [$types], "skipLibCheck": $skip
  },
  "files": [${files%,}]
}
END
  echo "tsc: $name"
  node "$here/node_modules/typescript/bin/tsc" -p "$here/programs/$name.json"
}
check alone '' false loader.ts
check programs '' false loader.ts tutorial.ts platform.ts bundler.ts absent.ts
check node '"node"' true loader.ts node.ts
echo "tsc: the project of isolet init"
node "$here/node_modules/typescript/bin/tsc" -p "$here/project"
