//! `isolet bundle`.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isolet::{BundleOptions, Engine, EngineConfig, Jsx, Limits, Module, Packages};

use crate::run::{self, Failure};
use crate::size;
use crate::terminal::Terminal;
use crate::types;

const EXIT_CODES: &str = "\
Exit status:
  0    Success
  2    Usage error, or a file that cannot be bundled
  4    A file cannot be written
  130  Interrupted";

/// Write a program and the packages that it imports as modules that need no packages.
///
/// TypeScript and JSX become JavaScript, and names of packages become relative paths. Modules are
/// not concatenated: each file stays one module, under its path from the root. Names of Node's
/// modules, and those that begin with node:, cloudflare: or isolet:, stay as they are. Files are
/// parsed in a sandbox, and nothing of the program runs.
#[allow(clippy::doc_markdown, reason = "the text is printed as it is")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct BundleArgs {
    /// The file to begin with
    file: PathBuf,

    /// The folder to write to. Files of the same names are replaced, and others stay
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The folder that imports are read from. It must contain FILE [default: the nearest folder
    /// around FILE that has a package.json, or else the folder of FILE]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Make the code shorter
    #[arg(long)]
    minify: bool,

    /// Leave SPECIFIER as it is, and all below it (can be repeated). One that ends in / or : is a
    /// prefix
    #[arg(long = "external", value_name = "SPECIFIER")]
    externals: Vec<String>,

    /// Replace a global name by an expression, such as process.env.NODE_ENV='"production"', and leave
    /// out code that then never runs (can be repeated)
    #[arg(long = "define", value_name = "NAME=EXPRESSION", value_parser = pair)]
    define: Vec<(String, String)>,

    /// A condition of exports and imports in package.json (can be repeated) [default: workerd,
    /// worker, browser]
    #[arg(long = "condition", value_name = "NAME")]
    conditions: Vec<String>,

    /// Read files whose names end in ENDING as js, jsx, ts, tsx, json, css, text, binary, base64 or
    /// dataurl (can be repeated) [default: scripts and JSON by their endings, all else as text]
    #[arg(long = "loader", value_name = "ENDING=LOADER", value_parser = pair)]
    loaders: Vec<(String, String)>,

    /// The treatment of JSX
    #[arg(long, value_name = "MODE")]
    jsx: Option<JsxMode>,

    /// Create JSX elements with the module NAME/jsx-runtime
    #[arg(long, value_name = "NAME")]
    jsx_import_source: Option<String>,

    #[command(flatten)]
    store: crate::packages::StoreArgs,

    /// The maximum number of Wasm operations of the compiler [default: 100000000000]
    #[arg(long, value_name = "N", default_value_t = 100_000_000_000, hide_default_value = true)]
    fuel: u64,

    /// The maximum memory of the compiler for one file, such as 64M [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory: Option<u64>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum JsxMode {
    /// Calls of React.createElement
    Transform,
    /// Calls of functions that each module imports from a JSX runtime
    Automatic,
    /// JSX stays
    Preserve,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

pub(crate) fn main(args: &BundleArgs) -> ExitCode {
    let terminal = Terminal::default();
    let code =
        bundle(args, &terminal).map_or_else(|failure| run::failed(&terminal, failure), |()| 0);
    ExitCode::from(code)
}

fn bundle(args: &BundleArgs, terminal: &Terminal) -> Result<(), Failure> {
    let file = args.file.canonicalize();
    let file = file.map_err(|error| usage(&args.file, &error))?;
    let root = match &args.root {
        Some(root) => root.canonicalize().map_err(|error| usage(root, &error))?,
        None => root_of(&file),
    };
    let Ok(entry) = file.strip_prefix(&root) else {
        let text = format!("{} does not lie in --root {}", args.file.display(), root.display());
        return Err(Failure::Usage(text));
    };
    let entry: Vec<_> = entry.iter().map(|name| name.to_string_lossy()).collect();
    let entry = entry.join("/");
    let packages = crate::packages::open(&root, &args.store, false)?.packages;
    let bundle = link(args, &packages, &entry)?;
    for warning in &bundle.warnings {
        terminal.warning(warning);
    }
    let (out, own) = (args.out.canonicalize().ok(), root.canonicalize().ok());
    if out.is_some() && out == own {
        let text = format!("--out {} would replace the files that are bundled", args.out.display());
        return Err(Failure::Usage(text));
    }
    let mut folders = BTreeSet::new();
    for (name, module) in &bundle.modules {
        let path = args.out.join(name);
        let written = (|| {
            if let Some(folder) = path.parent()
                && folders.insert(folder.to_owned())
            {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, contents(module)?)
        })();
        written.map_err(|error: io::Error| {
            Failure::internal(format!("{}: {error}", path.display()))
        })?;
    }
    types::print(&format!(
        "Wrote {} {}. Run it: isolet run {} --root {}\n",
        bundle.modules.len(),
        if bundle.modules.len() == 1 { "module" } else { "modules" },
        args.out.join(&bundle.main).display(),
        args.out.display()
    ))
}

fn usage(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

fn root_of(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let project = folder.ancestors().find(|folder| folder.join("package.json").is_file());
    project.unwrap_or(folder).to_owned()
}

fn link(args: &BundleArgs, packages: &Packages, entry: &str) -> Result<isolet::Bundle, Failure> {
    let memory = args.memory.unwrap_or(512 << 20);
    let limits = Limits::default().fuel(args.fuel).memory_bytes(memory / 2);
    let mut options = BundleOptions::new().minify(args.minify).named_by_kind(true).limits(limits);
    for external in &args.externals {
        options = options.external(external);
    }
    for (name, expression) in &args.define {
        options = options.define(name, expression);
    }
    for (ending, loader) in &args.loaders {
        options = options.loader(ending, loader);
    }
    if !args.conditions.is_empty() {
        options = options.conditions(&args.conditions);
    }
    if let Some(jsx) = args.jsx {
        options = options.jsx(match jsx {
            JsxMode::Transform => Jsx::Transform,
            JsxMode::Automatic => Jsx::Automatic,
            JsxMode::Preserve => Jsx::Preserve,
        });
    }
    if let Some(name) = &args.jsx_import_source {
        options = options.jsx_import_source(name);
    }
    let config = EngineConfig::new().max_sandboxes(1).max_memory_bytes(memory);
    let engine = Engine::with_config(config)?;
    run::runtime()?.block_on(async {
        let spinner = run::spinner("bundling");
        let bundle = tokio::select! {
            bundle = packages.bundle(&engine, entry, &options) => {
                bundle.map_err(|error| Failure::Usage(error.to_string()))
            }
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
            () = run::spin(&spinner) => Err(Failure::Interrupted),
        };
        spinner.finish_and_clear();
        bundle
    })
}

/// Returns the text or bytes of a module's file.
fn contents(module: &Module) -> io::Result<&[u8]> {
    Ok(match module {
        Module::JavaScript(text)
        | Module::CommonJs(text)
        | Module::Json(text)
        | Module::Text(text) => text.as_bytes(),
        Module::Data(bytes) => bytes,
        _ => return Err(io::Error::other("a module of an unknown kind")),
    })
}
