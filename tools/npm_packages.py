"""Packages of npm for the tools that need some."""
import shutil
import subprocess


def install(source, folder):
    """Installs what `source`/package-lock.json pins into a folder, without install scripts, unless it
    is there."""
    lock = (source / "package-lock.json").read_bytes()
    stamp = folder / "installed.json"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(source / file, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(command, cwd=folder, check=True)
    stamp.write_bytes(lock)
