#!/usr/bin/env bash
# Builds the command for x86_64 Linux with glibc 2.28 or later, and packs it: target/dist has
# the archive and its checksum. Needs Rust, Python with pip and venv, and binutils.
set -euo pipefail
cd "$(dirname "$0")/.."

zigbuild=0.24.1
ziglang=0.15.2
glibc=2.28
target=x86_64-unknown-linux-gnu

die() {
    echo "dist: $*" >&2
    exit 1
}

out=target/dist
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
name=isolet-$version-$target
rm -rf "$out/$name"
mkdir -p "$out/$name"

tools=$out/tools
[ -x "$tools/bin/cargo-zigbuild" ] || {
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet "cargo-zigbuild==$zigbuild" "ziglang==$ziglang"
}
PATH=$PWD/$tools/bin:$PATH cargo zigbuild --locked --release -p isolet-cli --target "$target.$glibc"

program=$out/$name/isolet
cp "target/$target/release/isolet" "$program"
strip "$program"

newest=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)
[ "$(printf '%s\n' "GLIBC_$glibc" "$newest" | sort -V | tail -1)" = "GLIBC_$glibc" ] \
    || die "it needs $newest"
[ "$("$program" run - <<<'export default () => 42')" = 42 ] || die "it does not run"

cp README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$out/$name"
tools/licences.py >"$out/$name/THIRD-PARTY"

# The same bytes whenever the same files are packed.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$out" -c "$name" \
    | gzip -n >"$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "dist: $out/$name.tar.gz, $(du -h "$program" | cut -f1) unpacked, needs $newest"
