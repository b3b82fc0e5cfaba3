#!/usr/bin/env bash
# Builds the integration suite for AArch64 Linux and runs it on this machine, in QEMU:
#
#   aarch64.sh setup              installs what it needs (root on Debian 12, beside `just guest-setup`)
#   aarch64.sh test [FILTER ...]  runs the suite with each backend
#
# Without a compiler at run time, as Cranelift takes long to build. QEMU executes it some ten
# times slower, and a mapping takes it longer the more there are, so that tests of scale are left
# out. A FILTER is a part of a test's name; the core is `calls:: conversions:: fuel:: language::
# limits:: messages::`.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu

setup() {
    tools/guests.sh setup
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
}

run() {
    # Debian's toolchain has the standard library's source. Cargo's own target folder stays as
    # it is.
    export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
    export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
    for backend in native pulley; do
        printf '\n== %s\n' "$backend"
        ISOLET_BACKEND=$backend /usr/bin/cargo test --locked -Zbuild-std --target "$target" \
            --target-dir target/aarch64 -p isolet-tests --no-default-features --features cross \
            --test suite -- --test-threads 2 --skip scale:: --skip lockdown:: --skip no_jit:: \
            --skip peers:: --skip many_sandboxes_at_once "$@"
    done
}

case "${1:-}" in
    setup) setup ;;
    test) shift; run "$@" ;;
    *) sed -n '2,10s/^# \?//p' "$0"; exit 2 ;;
esac
