//! The backends: what each is, what it needs, and how its host process is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

/// One backend.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub name: &'static str,
    pub title: &'static str,
    /// The boundary between the program and its host.
    pub wall: Wall,
    /// The setup of the backend, and the things that it cannot do by itself.
    pub note: &'static str,
    needs: &'static [Need],
    start: Start,
}

/// The boundary between the program and its host.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wall {
    None,
    Wasm,
    Isolate,
    Process,
    Container,
    Machine,
}

impl Wall {
    pub fn text(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wasm => "Wasm",
            Self::Isolate => "V8 isolate",
            Self::Process => "process",
            Self::Container => "container",
            Self::Machine => "virtual machine",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A package of npm and its version.
    Npm(&'static str, &'static str),
    /// A package of PyPI and its version.
    Pypi(&'static str, &'static str),
    /// A program, and the Debian packages that it is unpacked from where it is not installed.
    Program(&'static str, &'static [&'static str]),
    /// A file that must exist.
    File(&'static str),
    /// Something that this program does not have; the reason.
    Absent(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Start {
    /// This program, as `host NAME`.
    Rust,
    /// `node/main.mjs NAME` in Node, with these options.
    Node(&'static [&'static str]),
    Deno,
    /// `python/NAME.py`.
    Python,
}

const NODE: Need = Need::Npm("node", "24.21.0");

pub const PEERS: &[Peer] = &[
    Peer {
        name: "isolet",
        title: "isolet",
        wall: Wall::Wasm,
        note: "limits of fuel, memory and wall time; the wall time is what ends loops here",
        needs: &[],
        start: Start::Rust,
    },
    Peer {
        name: "isolet_pulley",
        title: "isolet, Pulley",
        wall: Wall::Wasm,
        note: "Wasmtime's interpreter: no machine code is made from the guests; limits as above",
        needs: &[],
        start: Start::Rust,
    },
    Peer {
        name: "rquickjs",
        title: "rquickjs",
        wall: Wall::None,
        note: "a native QuickJS runtime each, in the host's process",
        needs: &[],
        start: Start::Rust,
    },
    Peer {
        name: "rquickjs_process",
        title: "rquickjs, confined process",
        wall: Wall::Process,
        note: "native QuickJS in a child under seccomp and rlimits, killed at its deadline",
        needs: &[],
        start: Start::Rust,
    },
    Peer {
        name: "workerd",
        title: "workerd, Worker Loader",
        wall: Wall::Isolate,
        note: "the harness is the parent worker; the open-source program has no limits of CPU or \
               memory, and drops no worker at a given time",
        needs: &[NODE, Need::Npm("workerd", "1.20261117.1")],
        start: Start::Node(&[]),
    },
    Peer {
        name: "isolated_vm",
        title: "isolated-vm",
        wall: Wall::Isolate,
        note: "an isolate each; its timeout, and disposal by the host's timer",
        needs: &[NODE, Need::Npm("isolated-vm", "6.2.0")],
        start: Start::Node(&["--no-node-snapshot"]),
    },
    Peer {
        name: "secure_exec",
        title: "secure-exec",
        wall: Wall::Isolate,
        note: "an isolate in a process that all share",
        needs: &[NODE, Need::Npm("secure-exec", "0.2.1")],
        start: Start::Node(&[]),
    },
    Peer {
        name: "deno_worker",
        title: "Deno worker",
        wall: Wall::Isolate,
        note: "permissions none, terminated by the host's timer; no limit of memory",
        needs: &[Need::Npm("deno", "2.9.6")],
        start: Start::Deno,
    },
    Peer {
        name: "worker_threads",
        title: "worker_threads",
        wall: Wall::Isolate,
        note: "a thread each, with a context of node:vm inside; resourceLimits, terminated by \
               the host's timer; no security boundary",
        needs: &[NODE],
        start: Start::Node(&[]),
    },
    Peer {
        name: "node_vm",
        title: "node:vm",
        wall: Wall::None,
        note: "a context in the host's isolate; its timeout covers synchronous code only, and \
               Node calls it no security boundary",
        needs: &[NODE],
        start: Start::Node(&[]),
    },
    Peer {
        name: "quickjs_emscripten",
        title: "quickjs-emscripten",
        wall: Wall::Wasm,
        note: "a Wasm instance each, compiled once; interrupt handler and memory limit",
        needs: &[NODE, Need::Npm("quickjs-emscripten", "0.32.0")],
        start: Start::Node(&[]),
    },
    Peer {
        name: "quickjs_emscripten_shared",
        title: "quickjs-emscripten, shared",
        wall: Wall::Wasm,
        note: "runtimes in one Wasm instance: one memory for all of them",
        needs: &[NODE, Need::Npm("quickjs-emscripten", "0.32.0")],
        start: Start::Node(&[]),
    },
    Peer {
        name: "quickjs_wasi",
        title: "quickjs-wasi",
        wall: Wall::Wasm,
        note: "a Wasm instance each, compiled once; interrupt handler and memory limit",
        needs: &[NODE, Need::Npm("quickjs-wasi", "3.7.0")],
        start: Start::Node(&[]),
    },
    Peer {
        name: "monty",
        title: "pydantic-monty (Python)",
        wall: Wall::Process,
        note: "runs Python, so the work is written anew in Python, as far as its Python goes; \
               pooled worker processes",
        needs: &[Need::Pypi("pydantic-monty", "1.4.0")],
        start: Start::Python,
    },
    Peer {
        name: "node_process",
        title: "fresh node process",
        wall: Wall::Process,
        note: "max-old-space-size, killed at its deadline; the program has all that Node has",
        needs: &[NODE],
        start: Start::Rust,
    },
    Peer {
        name: "bubblewrap",
        title: "bubblewrap + QuickJS",
        wall: Wall::Container,
        note: "namespaces of its own, killed at its deadline",
        needs: &[Need::Program("bwrap", &["bubblewrap"])],
        start: Start::Rust,
    },
    Peer {
        name: "runc",
        title: "runc + QuickJS",
        wall: Wall::Container,
        note: "killed at its deadline",
        needs: &[Need::Program("runc", &["runc"])],
        start: Start::Rust,
    },
    Peer {
        name: "hyperlight",
        title: "hyperlight-js",
        wall: Wall::Machine,
        note: "a small virtual machine each",
        needs: &[
            Need::File("/dev/kvm"),
            Need::Absent(
                "its build script gets rust-src from rustup, which no package registry has; there \
                 is no adapter for it yet",
            ),
        ],
        start: Start::Rust,
    },
];

/// The paths of the installed backends.
#[derive(Clone, Debug)]
pub struct Places {
    /// This package.
    pub package: PathBuf,
    /// The installed versions.
    pub installed: PathBuf,
}

impl Places {
    pub fn find() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        let installed = package.join("../../target/peers");
        let _ = std::fs::create_dir_all(&installed);
        Self { installed: installed.canonicalize().unwrap_or(installed), package }
    }

    pub fn npm(&self, package: &str) -> PathBuf {
        self.installed.join("npm").join(package)
    }

    pub fn node(&self) -> PathBuf {
        self.npm("node").join("node_modules/node/bin/node")
    }

    pub fn venv(&self, package: &str) -> PathBuf {
        self.installed.join("pypi").join(package)
    }

    /// Returns a program that is installed on the machine, or was unpacked here.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let unpacked = self.installed.join("debian");
        let path = std::env::var_os("PATH")?;
        let own = ["usr/bin", "usr/sbin"].map(|folder| unpacked.join(folder));
        std::env::split_paths(&path).chain(own).map(|dir| dir.join(name)).find(|file| file.exists())
    }
}

impl Peer {
    pub fn is_python(&self) -> bool {
        matches!(self.start, Start::Python)
    }

    pub fn needs(&self) -> &'static [Need] {
        self.needs
    }

    /// Returns the command of a host process.
    pub fn command(&self, places: &Places) -> std::io::Result<Command> {
        let mut command = match self.start {
            Start::Rust => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["host", self.name]);
                command
            }
            Start::Node(options) => {
                let mut command = Command::new(places.node());
                command.args(options).arg(places.package.join("node/main.mjs")).arg(self.name);
                command
            }
            Start::Deno => {
                let folder = places.npm("deno").join("node_modules/@deno");
                let machine = std::env::consts::ARCH.replace("x86_64", "x64");
                let machine = machine.replace("aarch64", "arm64");
                let mut command = Command::new(folder.join(format!("linux-{machine}-glibc/deno")));
                command.args(["run", "--allow-all", "--quiet", "--unstable-worker-options"]);
                command.arg(places.package.join("node/main.mjs")).arg(self.name);
                command
            }
            Start::Python => {
                let mut command = Command::new(places.venv("pydantic-monty").join("bin/python"));
                command.arg(places.package.join(format!("python/{}.py", self.name)));
                command
            }
        };
        command.env("PEERS_NPM", places.installed.join("npm"));
        // Deno keeps what it has compiled there.
        command.env("DENO_DIR", places.installed.join("deno"));
        command.env("NO_COLOR", "1");
        Ok(command)
    }
}
