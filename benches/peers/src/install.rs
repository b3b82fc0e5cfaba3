//! Installs what a backend needs into `target/peers`, at the versions that the catalog pins.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::catalog::{Need, Peer, Places};

/// Makes sure that the peer can be started. Errors say why it is missing.
pub fn install(peer: &Peer, places: &Places) -> Result<(), String> {
    peer.needs().iter().try_for_each(|need| match *need {
        Need::Npm(package, version) => npm(package, version, places),
        Need::Pypi(package, version) => pypi(package, version, places),
        Need::Program(name, packages) => program(name, packages, places),
        Need::File(path) if Path::new(path).exists() => Ok(()),
        Need::File(path) => Err(format!("there is no {path}")),
        Need::Absent(why) => Err(why.to_owned()),
    })
}

/// Installs a package of npm in a folder of its own, so that one that fails spoils no other.
pub fn npm(package: &str, version: &str, places: &Places) -> Result<(), String> {
    let folder = places.npm(package);
    let pinned = format!("{package}@{version}");
    once(&folder, &pinned, |folder| {
        std::fs::write(folder.join("package.json"), "{\"private\":true}\n")
            .map_err(|error| error.to_string())?;
        let mut command = Command::new("npm");
        command.args(["install", "--no-audit", "--no-fund", "--no-package-lock", &pinned]);
        // Node itself is unpacked by the script of its package.
        command.arg("--foreground-scripts").current_dir(folder);
        // Packages choose what they bring by the Node that installs them.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let node = places.node().parent().map(Path::to_owned);
        let path = node.into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(path).map_err(|error| error.to_string())?);
        run(command)
    })
}

fn pypi(package: &str, version: &str, places: &Places) -> Result<(), String> {
    let pinned = format!("{package}=={version}");
    once(&places.venv(package), &pinned, |folder| {
        let mut command = Command::new("python3");
        command.args(["-m", "venv", "."]).current_dir(folder);
        run(command)?;
        let mut command = Command::new(folder.join("bin/pip"));
        command.args(["install", "--quiet", "--disable-pip-version-check", &pinned]);
        run(command)
    })
}

/// Unpacks Debian's packages without installing them, unless the machine has the program.
fn program(name: &str, packages: &[&str], places: &Places) -> Result<(), String> {
    if places.program(name).is_some() {
        return Ok(());
    }
    let folder = places.installed.join("debian");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for package in packages {
        let mut command = Command::new("apt-get");
        command.args(["download", package]).current_dir(&folder);
        run(command)?;
    }
    for entry in std::fs::read_dir(&folder).map_err(|error| error.to_string())?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            let mut command = Command::new("dpkg");
            command.arg("-x").arg(entry.path()).arg(&folder);
            run(command)?;
        }
    }
    places.program(name).map(drop).ok_or_else(|| format!("{packages:?} brings no {name}"))
}

/// Runs `work` unless the folder says that it was done for `what`.
fn once(
    folder: &Path,
    what: &str,
    work: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|done| done == what) {
        return Ok(());
    }
    eprintln!("installing {what}");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    work(folder)?;
    std::fs::write(mark, what).map_err(|error| error.to_string())
}

fn run(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.to_lowercase().contains("error"));
    let line = line.or(text.lines().last()).unwrap_or_default();
    Err(format!("{name} failed: {line}"))
}
