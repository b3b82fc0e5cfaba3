#!/usr/bin/env bash
# Builds the two guests, or checks that the committed ones are current.
#
#   guests.sh build [guest-js|guest-ts]
#                      writes runtime-host/guests/*.wasm and their record
#   guests.sh digest   compares the record's digest with the sources
#   guests.sh check    digest; and if this machine has the recorded toolchain,
#                      builds and compares byte for byte
#   guests.sh setup    installs the toolchain (root on Debian 12)
#
# A user of isolet needs none of this.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
committed=$root/runtime-host/guests
work=$root/target/guests

die() { printf 'guests: %s\n' "$1" >&2; exit 1; }

# What the guests are built from: their sources, the wire format, the WIT, this
# script, and the versions of every crate that goes into them.
digest() {
    {
        git ls-files -co --exclude-standard -- guest-js guest-ts wire wit tools/guests.sh tools/guest_memory.c \
            | grep -v '/tests\(/\|\.rs$\)' | LC_ALL=C sort | while read -r file; do
            if [ -f "$file" ]; then printf '%s ' "$file"; sha256sum <"$file"; fi
        done
        for guest in isolet-guest-js isolet-guest-ts; do
            cargo tree --locked --quiet --prefix none --edges normal,build --no-dedupe \
                --target wasm32-unknown-unknown -p "$guest" \
                | sed -e "s# (.*##" | LC_ALL=C sort -u
        done
    } | sha256sum | cut -d' ' -f1
}

toolchain() {
    printf '%s; %s; %s; %s\n' "$(/usr/bin/rustc --version 2>/dev/null)" \
        "$(clang-19 --version 2>/dev/null | head -1)" \
        "$(wasm-ld-19 --version 2>/dev/null | head -1)" \
        "$(wasm-opt --version 2>/dev/null)"
}

setup() {
    [ "$(id -u)" = 0 ] || die "installing the toolchain needs root"
    [ -x /usr/bin/rustc ] && [ -d /usr/src/rustc-web ] && command -v clang-19 >/dev/null \
        && command -v wasm-ld-19 >/dev/null && command -v wasm-opt >/dev/null && return 0
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        rustc-web rust-web-src cargo-web clang-19 lld-19 llvm-19 binaryen patch
}

# Copies the source of a dependency into the workspace, with the patches in a folder.
patched() {
    local source
    source=$(cargo metadata --format-version 1 --locked \
        | python3 -c 'import json,sys,os
for p in json.load(sys.stdin)["packages"]:
    if p["name"] == sys.argv[1]: print(os.path.dirname(p["manifest_path"]))' "$1")
    cp -r "$source" "$work/src/$1"
    chmod -R u+w "$work/src/$1"
    for patch in "$2"/*.patch; do
        patch --quiet -p1 -d "$work/src/$1" <"$patch"
    done
}

# The guests as a workspace of their own, with the engine's C source patched.
lay_out() {
    rm -rf "$work/src"
    mkdir -p "$work/src"
    cp -r guest-js guest-ts wire wit Cargo.lock "$work/src/"
    rm -rf "$work"/src/*/target
    patched rquickjs-sys guest-js/patches
    patched brotli guest-js/patches/brotli
    cat >"$work/src/Cargo.toml" <<'TOML'
[workspace]
resolver = "3"
members = ["guest-js", "guest-ts", "wire"]
TOML
    # What the members inherit.
    sed -n '/^\[workspace\.package\]/,/^\[profile/p' Cargo.toml | sed '/^\[profile/d' \
        >>"$work/src/Cargo.toml"
    cat >>"$work/src/Cargo.toml" <<'TOML'
[patch.crates-io]
brotli = { path = "brotli" }
rquickjs-sys = { path = "rquickjs-sys" }

[profile.release]
opt-level = 3
lto = "fat"
codegen-units = 1
panic = "abort"
incremental = false
TOML
}

# Compiles one guest to an archive, every panic message naming the same paths on
# every machine.
compile() {
    local separator rust_src registry index source remap features
    separator=$(printf '\037')
    rust_src=$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust
    registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
    remap="--remap-path-prefix=$work/src=/isolet"
    for source in "$rust_src" "$(realpath -- "$rust_src")"; do
        remap="$remap$separator--remap-path-prefix=$source=/rust"
    done
    for index in "$registry"/* "$(realpath -- "$registry")"/*; do
        remap="$remap$separator--remap-path-prefix=$index=/crates"
    done
    # All that Wasm has today but bulk memory, which is guest_memory.c's alone.
    features=-Ctarget-feature=+sign-ext,+nontrapping-fptoint,+mutable-globals,+multivalue
    # `-Zbuild-std` is why the compiler has to be told that it is a nightly one.
    # The engine asks for its frame's address, which Wasm functions do not have.
    (
        cd "$work/src"
        RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$work/build \
        CARGO_ENCODED_RUSTFLAGS=-Ctarget-cpu=mvp$separator$features$separator$remap \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/wasm-ld-19 \
        CC_wasm32_unknown_unknown=clang-19 \
        AR_wasm32_unknown_unknown=/usr/lib/llvm-19/bin/llvm-ar \
        CFLAGS_wasm32_unknown_unknown="-O3 -DNDEBUG -mno-bulk-memory -msign-ext \
-mnontrapping-fptoint -D__builtin_frame_address(x)=__builtin_alloca(0) \
-ffile-prefix-map=$work/src=/isolet" \
            /usr/bin/cargo rustc --quiet -p "$1" --lib --crate-type staticlib --release \
            --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort
    )
}

# Linked here and not by rustc, which would export every `#[no_mangle]` symbol of
# every dependency and keep what those need. The stack comes first in memory: to
# overflow it is to go below address 0, which traps.
link() {
    local archive=$1 output=$2
    shift 2
    clang-19 --target=wasm32 -O2 -ffreestanding -fno-builtin -mbulk-memory -Wall -Werror \
        -c "$root/tools/guest_memory.c" -o "$work/guest_memory.o"
    wasm-ld-19 --no-entry --gc-sections --stack-first --strip-all --fatal-warnings -O2 \
        "$@" "$work/guest_memory.o" "$work/build/wasm32-unknown-unknown/release/lib$archive.a" -o "$output"
}

# Cranelift translates instruction by instruction: what Binaryen takes out costs neither
# time nor fuel, and Cranelift does not inline: small functions are inlined here. -O4 and
# -Os measure slower.
optimize() {
    wasm-opt -O3 -aimfs 20 -fimfs 60 -pii 4 --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int \
        --enable-mutable-globals --enable-multivalue "$1" -o "$1"
}

build() {
    local only=${2:-}
    command -v wasm-ld-19 >/dev/null && command -v wasm-opt >/dev/null || die "no toolchain here; see the head of $0"
    lay_out
    mkdir -p "$1"
    [ "$only" = guest-ts ] || build_js "$1"
    [ "$only" = guest-js ] || build_ts "$1"
}

build_js() {
    compile isolet-guest-js
    # The constructors are exported so that wasm-ld does not run them on every
    # call; the guest runs them once.
    link isolet_guest_js "$1/guest-js.wasm" --import-memory -z stack-size=1048576 \
        --export=turn --export=cabi_post_turn --export=cabi_realloc \
        --export=begin --export=compile --export=init --export=dump --export=__wasm_call_ctors
    optimize "$1/guest-js.wasm"
}

build_ts() {
    compile isolet-guest-ts
    link isolet_guest_ts "$work/guest-ts.wasm" -z stack-size=2097152 --initial-heap=1048576 \
        --export=transpile --export=cabi_post_transpile --export=link --export=cabi_post_link \
        --export=program --export=cabi_post_program \
        --export=cabi_realloc
    optimize "$work/guest-ts.wasm"
    # Descriptions for a tool that has nothing to do here.
    /usr/lib/llvm-19/bin/llvm-objcopy --remove-section=__wasm_bindgen_unstable \
        "$work/guest-ts.wasm" "$1/guest-ts.wasm"
}

check_digest() {
    local recorded
    recorded=$(sed -n 's/^sources: //p' "$committed/RECORD")
    [ "$recorded" = "$(digest)" ] \
        || die "the committed guests are stale: run 'just guest' and commit runtime-host/guests"
    echo "guests: the committed guests were built from these sources"
}

case "${1:-}" in
build)
    build "$committed" "${2:-}"
    {
        echo "sources: $(digest)"
        echo "toolchain: $(toolchain)"
        (cd "$committed" && sha256sum guest-js.wasm guest-ts.wasm)
    } >"$committed/RECORD"
    cat "$committed/RECORD"
    ;;
digest) check_digest ;;
check)
    check_digest
    if [ "$(toolchain)" = "$(sed -n 's/^toolchain: //p' "$committed/RECORD")" ]; then
        build "$work/check"
        for guest in guest-js guest-ts; do
            cmp "$work/check/$guest.wasm" "$committed/$guest.wasm" \
                || die "$guest.wasm is not what its sources build to"
        done
        echo "guests: rebuilt, byte for byte the same"
    else
        echo "guests: another toolchain than the recorded one is installed, so nothing was rebuilt"
    fi
    ;;
setup) setup ;;
*) sed -n '2,11p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
