#!/usr/bin/env bash
# Fuzzes one target or all of them, one after another, under AddressSanitizer.
#
#   fuzz.sh [TARGET|all] [SECONDS]
#
# What is found lies in fuzz/artifacts; new inputs of interest lie in fuzz/found.
# fuzz/corpus stays as it is: its inputs are few, and tests replay each of them.
# To add to it, run `cargo fuzz cmin` over both and choose.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-all}
seconds=${2:-60}
targets=(wire transpile resolver archive lock npmrc load_request effects)
[ "$target" = all ] || targets=("$target")

# The stable toolchain takes `-Zsanitizer` with this.
export RUSTC_BOOTSTRAP=1
# Engines are kept for the whole run.
export ASAN_OPTIONS=detect_leaks=0

for target in "${targets[@]}"; do
    features=(--features host)
    options=()
    case $target in
        wire) features=() ;;
        archive | lock | npmrc) features=(--features npm) ;;
        transpile) options=(-dict=fuzz/transpile.dict) ;;
    esac
    mkdir -p "fuzz/found/$target"
    cargo fuzz run "${features[@]}" "$target" "fuzz/found/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -max_len=600 -timeout=20 -rss_limit_mb=4096 "${options[@]}"
done
