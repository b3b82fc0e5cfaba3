#!/usr/bin/env bash
# Runs the native tests of the engine's guest under AddressSanitizer, with the engine
# itself, QuickJS, compiled for it too.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')
folder=$PWD/target/asan
mkdir -p "$folder"

# A procedural macro contains QuickJS as well, and runs within the compiler, where
# there is no sanitizer. Only where the objects go tells the two apart.
cat >"$folder/cc" <<SH
#!/bin/sh
case "\$*" in
    *"$folder/$target/"*) exec cc -fsanitize=address "\$@" ;;
    *) exec cc "\$@" ;;
esac
SH
chmod +x "$folder/cc"

# The stable toolchain takes `-Zsanitizer` with RUSTC_BOOTSTRAP. An interpreter ends with
# its memory and is never dropped, so leaks say nothing.
CC="$folder/cc" RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
    ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 \
    cargo test --locked -p isolet-guest-js --lib --target "$target" --target-dir "$folder" "$@"
