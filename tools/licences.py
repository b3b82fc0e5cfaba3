#!/usr/bin/env python3
"""Prints the licences of all that the command and its guests are built from."""

import json
import pathlib
import subprocess
import sys


def packages():
    """The packages that are linked into the command or into a guest, by name."""
    names = set()
    for root in ("isolet-cli", "isolet-guest-js", "isolet-guest-ts"):
        tree = subprocess.run(
            ["cargo", "tree", "--locked", "-p", root, "-e", "normal", "--prefix", "none",
             "--format", "{p}"],
            check=True, capture_output=True, text=True).stdout
        names.update(tuple(line.split()[:2]) for line in tree.splitlines() if line)
    metadata = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"],
        check=True, capture_output=True, text=True).stdout
    for package in sorted(json.loads(metadata)["packages"], key=lambda it: it["name"]):
        if (package["name"], "v" + package["version"]) in names and package["source"]:
            yield package


def texts(folder):
    """The licence files of a package, those of sources that it brings along too."""
    wanted = ("licen", "copying", "notice", "copyright")
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if len(inside.parts) <= 2 and path.is_file() and path.name.lower().startswith(wanted):
            yield inside, path.read_text(errors="replace").strip()


def main():
    seen = {}
    for package in packages():
        folder = pathlib.Path(package["manifest_path"]).parent
        print("=" * 72)
        print(f"{package['name']} {package['version']}: {package['license']}")
        for inside, text in texts(folder):
            if text in seen:
                print(f"{inside}: as {seen[text]}")
                continue
            seen[text] = f"{package['name']}/{inside}"
            print(f"\n--- {inside}\n{text}\n")
    print("=" * 72)
    print("Node's modules in the guest\n")
    print((pathlib.Path(__file__).parent.parent / "guest-js/node/LICENSES").read_text())
    print("=" * 72)
    print("Data of locales from the Unicode CLDR, under Unicode-3.0: the licence of icu_locale above")
    return 0


if __name__ == "__main__":
    sys.exit(main())
