//! The commands of the backends that are a process for each sandbox.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::catalog::Places;
use crate::host::process::{Commands, Process};
use crate::host::serve;
use crate::protocol::Limits;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The path of this program in a root file system of its own.
const INSIDE: &str = "/isolet-peers";

/// Serves the driver for one of these backends.
pub fn serve_named(name: &str, places: &Places) -> Outcome<()> {
    let program = std::env::current_exe()?;
    let find = |name: &str| places.program(name).ok_or_else(|| format!("there is no {name}"));
    match name {
        "rquickjs_process" => serve(Process::new("rquickjs 0.14".into(), move |_, limits| {
            let mut command = Command::new(&program);
            command.args(child(limits, "confined")).env_clear();
            Commands { start: command, end: None, is_program: true }
        })),
        "node_process" => {
            let (node, script) = (places.node(), places.package.join("node/child.mjs"));
            let version = version(&node, "--version")?;
            serve(Process::new(format!("Node {version}"), move |_, limits| {
                let mut command = Command::new(&node);
                command.arg(format!("--max-old-space-size={}", limits.memory_bytes >> 20));
                command.arg(&script).env_clear();
                Commands { start: command, end: None, is_program: true }
            }))
        }
        "bubblewrap" => {
            let (bwrap, root) = (find("bwrap")?, root(&program, places)?);
            let version = format!("{}, rquickjs 0.14", version(&bwrap, "--version")?);
            serve(Process::new(version, move |_, limits| {
                let mut command = Command::new(&bwrap);
                command.args(["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]);
                command.args(["--cap-drop", "ALL", "--ro-bind"]).arg(&root).args(["/", "--"]);
                command.arg(INSIDE).args(child(limits, "free"));
                Commands { start: command, end: None, is_program: false }
            }))
        }
        "runc" => {
            let (runc, root) = (find("runc")?, root(&program, places)?);
            let version = format!("{}, rquickjs 0.14", version(&runc, "--version")?);
            let folder = places.installed.join(format!("runc-{}", std::process::id()));
            serve(Process::new(version, move |number, limits| {
                let id = format!("peers-{}-{number}", std::process::id());
                let bundle = folder.join(number.to_string());
                let mut command = Command::new(&runc);
                // A bundle that cannot be written makes runc fail, which is reported.
                let _ = std::fs::create_dir_all(&bundle);
                let _ = std::fs::write(bundle.join("config.json"), bundle_of(&root, limits));
                command.arg("--root").arg(folder.join("state")).args(["run", "--bundle"]);
                command.arg(&bundle).arg(&id);
                let mut end = Command::new(&runc);
                end.arg("--root").arg(folder.join("state")).args(["delete", "--force", &id]);
                Commands { start: command, end: Some(end), is_program: false }
            }))
        }
        _ => Err(format!("{name} has no host process here").into()),
    }
}

/// Deletes the containers of host processes that were killed.
pub fn sweep(places: &Places) {
    let Some(runc) = places.program("runc") else { return };
    for entry in std::fs::read_dir(&places.installed).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(id) = name.strip_prefix("runc-") else { continue };
        if Path::new("/proc").join(id).exists() {
            continue;
        }
        let state = entry.path().join("state");
        for container in std::fs::read_dir(&state).into_iter().flatten().flatten() {
            let mut command = Command::new(&runc);
            command.arg("--root").arg(&state).args(["delete", "--force"]);
            let _ = command.arg(container.file_name()).output();
        }
        let _ = std::fs::remove_dir_all(entry.path());
    }
}

/// Returns the arguments of [`crate::child`].
fn child(limits: Limits, confined: &str) -> [String; 4] {
    let (memory, wall) = (limits.memory_bytes.to_string(), limits.wall_ms.to_string());
    ["child".to_owned(), memory, wall, confined.to_owned()]
}

fn version(program: &Path, flag: &str) -> Outcome<String> {
    let output = Command::new(program).arg(flag).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim_start_matches('v').replace(" version", ""))
}

/// Makes a root file system that holds this program and its libraries. Returns its path.
fn root(program: &Path, places: &Places) -> Outcome<PathBuf> {
    let root = places.installed.join("root");
    let output = Command::new("ldd").arg(program).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let libraries = text.split_whitespace().filter(|word| word.starts_with('/'));
    let files = libraries.map(|path| (PathBuf::from(path), path));
    for (from, to) in files.chain([(program.to_owned(), INSIDE)]) {
        let to = root.join(to.trim_start_matches('/'));
        // Another host process may be using it.
        let newer = |from: &Path, to: &Path| -> std::io::Result<bool> {
            Ok(from.metadata()?.modified()? > to.metadata()?.modified()?)
        };
        if newer(&from, &to).unwrap_or(true) {
            if let Some(folder) = to.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let fresh = to.with_extension(format!("new-{}", std::process::id()));
            std::fs::copy(&from, &fresh)?;
            std::fs::rename(&fresh, &to)?;
        }
    }
    for folder in ["dev", "proc", "tmp"] {
        std::fs::create_dir_all(root.join(folder))?;
    }
    Ok(root)
}

/// Returns the configuration of a container.
fn bundle_of(root: &Path, limits: Limits) -> String {
    let namespaces = ["pid", "network", "ipc", "uts", "mount", "cgroup"];
    let namespaces: Vec<_> = namespaces.iter().map(|kind| json!({ "type": kind })).collect();
    let mut args = vec![INSIDE.to_owned()];
    args.extend(child(limits, "free"));
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "user": { "uid": 65_534, "gid": 65_534 },
            "args": args,
            "cwd": "/",
            "capabilities": {},
            "noNewPrivileges": true,
        },
        "root": { "path": root, "readonly": true },
        "mounts": [{ "destination": "/proc", "type": "proc", "source": "proc" }],
        "linux": {
            "namespaces": namespaces,
            "resources": {
                // The program itself comes on top.
                "memory": { "limit": limits.memory_bytes + (64 << 20) },
                "pids": { "limit": 16 },
            },
            "maskedPaths": ["/proc/kcore", "/proc/keys"],
            "readonlyPaths": ["/proc/sys"],
        },
    })
    .to_string()
}
