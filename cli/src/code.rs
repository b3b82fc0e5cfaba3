//! The worker that the arguments describe.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use isolet::{Limits, Module, TranspileOptions, WorkerCode};

use crate::args::{CompatibilityFlag, ProgramArgs};
use crate::disk::{self, Folder, Source};
use crate::run::Failure;
use crate::streams;

/// The name of standard input in stack traces.
const STDIN: &str = "stdin.ts";

/// Creates the worker's code from the arguments.
///
/// # Errors
/// Errors if the arguments, or a file that they name, are wrong.
pub(crate) fn code(args: &ProgramArgs) -> Result<WorkerCode, Failure> {
    made(args).map(|made| made.code)
}

/// A worker's code, and what it was made with.
pub(crate) struct Made {
    pub(crate) code: WorkerCode,
    /// The folders that are read while the code runs, which may import from them. The first one is
    /// that of the program.
    pub(crate) readable: Vec<PathBuf>,
    #[cfg(feature = "serve")]
    pub(crate) folder: Arc<Folder>,
    #[cfg(feature = "dir")]
    pub(crate) overlays: crate::dir::Overlays,
}

/// Creates the worker's code from the arguments.
///
/// # Errors
/// Errors if the arguments, or a file that they name, are wrong.
pub(crate) fn made(args: &ProgramArgs) -> Result<Made, Failure> {
    let mut given = BTreeMap::new();
    for (specifier, path) in &args.modules {
        let text = read(path)?;
        let name = path.to_string_lossy();
        let module = Module::by_name(&name, text)
            .ok_or_else(|| format!("--module {name}: not a kind of module"))?;
        given.insert(specifier.clone(), module);
    }
    let (main, root, module) =
        if args.file == "-" { from_stdin(args.root.as_deref())? } else { from_file(args)? };
    given.insert(main.clone(), module);
    let folder = Folder::open(root.as_deref()).map_err(|error| {
        format!("{}: {error}", root.as_deref().unwrap_or(Path::new("")).display())
    })?;
    let folder = Arc::new(folder);

    let mut options = TranspileOptions::default().legacy_decorators(args.legacy_decorators);
    if let Some(name) = &args.jsx_import_source {
        options = options.jsx_import_source(name);
    }
    #[cfg_attr(not(feature = "packages"), allow(unused_mut, reason = "there are no packages"))]
    let mut readable = Vec::from_iter(root.clone());
    let source = Source {
        folder: Arc::clone(&folder),
        #[cfg(feature = "packages")]
        packages: match root.as_deref() {
            Some(root) => {
                let opened = crate::packages::open(root, &args.store, args.install)?;
                readable.extend(opened.readable);
                Some(opened.packages)
            }
            None => None,
        },
    };
    let mut code = WorkerCode::from_source(main, source)
        .limits(limits(args))
        .transpile_options(options)
        .node_globals(true);
    for (name, module) in given {
        code = code.add(name, module);
    }
    for (name, value) in &args.env {
        code = code.env_value(name, value);
    }
    #[cfg(feature = "net")]
    if let Some(network) = crate::net::network(args)? {
        for (name, placeholder) in network.placeholders() {
            if args.env.iter().any(|(other, _)| other == name) {
                let text = format!("--env {name}: a secret of --net-policy has this name");
                return Err(Failure::Usage(text));
            }
            code = code.env_value(name, placeholder);
        }
        code = code.outbound(isolet::Stub::new(network));
    }
    for name in &args.loaders {
        code = match name.split_once('=') {
            Some((name, id)) => code.loader_with_id(name, id),
            None => code.loader(name),
        };
    }
    for flag in &args.compatibility_flags {
        code = match flag {
            CompatibilityFlag::TransferStubs => code.transfer_stubs(true),
            CompatibilityFlag::DuplicateStubs => code.transfer_stubs(false),
            CompatibilityFlag::MapPromises => code.map_promises(true),
            CompatibilityFlag::LegacyUrl => code.keep_urls(true),
            CompatibilityFlag::StandardUrl => code.keep_urls(false),
            CompatibilityFlag::NodeGlobals => code.node_globals(true),
            CompatibilityFlag::NoNodeGlobals => code.node_globals(false),
        };
    }
    if let Some(zone) = &args.timezone {
        code = code.time_zone(zone);
    }
    if let Some(seed) = args.seed {
        code = code.seed(seed);
    }
    check_names(args)?;
    #[cfg(feature = "packages")]
    let code = crate::packages::add_installer(args, code)?;
    #[cfg(feature = "cache")]
    let code = crate::cache::add(args, code)?;
    #[cfg(feature = "wasi")]
    let code = crate::tool::add(args, code)?;
    #[cfg(feature = "dir")]
    let (code, overlays) = crate::dir::add(args, code)?;
    Ok(Made {
        code,
        readable,
        #[cfg(feature = "serve")]
        folder,
        #[cfg(feature = "dir")]
        overlays,
    })
}

/// Returns an error if two arguments give the same name of `env` to different things.
fn check_names(args: &ProgramArgs) -> Result<(), String> {
    let mut names = BTreeMap::new();
    let loaders = args.loaders.iter().map(|name| name.split_once('=').map_or(&**name, |it| it.0));
    let given = loaders.map(|name| ("--loader", name));
    #[cfg(feature = "wasi")]
    let given = given.chain(args.tools.iter().map(|(name, _)| ("--tool", &**name)));
    #[cfg(feature = "dir")]
    let given = given.chain(args.dirs.iter().map(|dir| ("--dir", &*dir.name)));
    for (name, _) in &args.env {
        names.insert(&**name, "--env");
    }
    for (option, name) in given {
        if let Some(other) = names.insert(name, option) {
            return Err(format!("{option} {name}: {other} has given this name already"));
        }
    }
    Ok(())
}

/// The name of the main module, the folder that it imports from, and the module.
type Main = (String, Option<PathBuf>, Module);

fn from_stdin(root: Option<&Path>) -> Result<Main, String> {
    if streams::STDIN.was_closed() {
        return Err("standard input: it is closed".to_owned());
    }
    let text = disk::text(io::stdin().lock(), disk::MAX_BYTES)
        .map_err(|error| format!("standard input: {error}"))?;
    Ok((STDIN.to_owned(), root.map(Path::to_owned), Module::TypeScript(text)))
}

fn from_file(args: &ProgramArgs) -> Result<Main, String> {
    let path = Path::new(&args.file);
    // Read here, so that an error names its path.
    let text = read(path)?;
    let Some(name) = path.file_name() else { return Err(format!("{} is not a file", args.file)) };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let (root, name) = match &args.root {
        None => (parent.to_owned(), name.to_string_lossy().into_owned()),
        Some(root) => {
            let within = within(parent, root)?;
            (root.clone(), module_name(&within.join(name)))
        }
    };
    let module = Module::by_name(&name, text).ok_or_else(|| {
        format!(
            "{}: the name of a module ends in .js, .mjs, .cjs, .jsx, .ts, .mts or .tsx",
            args.file
        )
    })?;
    Ok((name, Some(root), module))
}

/// Returns the path from `root` to a folder in it, whatever links lead there.
fn within(folder: &Path, root: &Path) -> Result<PathBuf, String> {
    let real =
        |path: &Path| path.canonicalize().map_err(|error| format!("{}: {error}", path.display()));
    let (folder, real_root) = (real(folder)?, real(root)?);
    folder.strip_prefix(real_root).map(Path::to_owned).map_err(|_| {
        format!("FILE lies in {}, which is not in --root {}", folder.display(), root.display())
    })
}

fn module_name(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn limits(args: &ProgramArgs) -> Limits {
    let mut limits = Limits::default();
    if let Some(fuel) = args.fuel {
        limits = limits.fuel(fuel);
    }
    if let Some(bytes) = args.memory {
        limits = limits.memory_bytes(bytes);
    }
    if let Some(time) = args.timeout {
        limits = limits.wall(time);
    }
    limits
}

fn read(path: &Path) -> Result<String, String> {
    disk::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
