//! The WASI programs of a program: `--tool`, and `isolet tool`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use isolet::{Backend, CompiledTools, Stub, Tool, ToolOptions, WorkerCode};

use crate::args::{self, ProgramArgs};
use crate::key::KeyFile;
use crate::run::{self, Failure};
use crate::terminal::Terminal;
use crate::{disk, size};

/// The maximum number of bytes of a tool's file.
const MAX_BYTES: u64 = 64 << 20;

const KEY: KeyFile = KeyFile { option: "--tool-key", default: "tool-key" };

/// The tools that were compiled, because a program may be loaded more than once.
static COMPILED: Mutex<BTreeMap<(String, PathBuf), Tool>> = Mutex::new(BTreeMap::new());

/// The limits of each tool, and where compiled ones are kept.
#[derive(Clone, Default, clap::Args)]
pub(crate) struct ToolArgs {
    /// The maximum number of Wasm operations of one run of a tool, which also count for --fuel
    /// [default: 20000000000]
    #[arg(long, value_name = "N", requires = "tools")]
    tool_fuel: Option<u64>,

    /// The maximum memory of one run of a tool, such as 64M, which also counts for the memory of the
    /// program and all that it loads [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, requires = "tools")]
    tool_memory: Option<u64>,

    /// The maximum size of what a tool writes to standard output and to standard error, each [default:
    /// 4M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, requires = "tools")]
    tool_output: Option<u64>,

    /// The maximum wall time of one run of a tool [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, requires = "tools")]
    tool_timeout: Option<Duration>,

    #[command(flatten)]
    cache: CacheArgs,

    /// The engine that executes the tools.
    #[clap(skip)]
    pub(crate) backend: Backend,

    /// Compiles nothing.
    #[clap(skip)]
    compiled_alone: bool,
}

#[derive(Clone, Default, clap::Args)]
struct CacheArgs {
    /// Keep compiled tools in DIR, encrypted, and load them from there. Whoever can write to DIR and
    /// has the key can execute code in the process
    #[arg(long, value_name = "DIR")]
    tool_cache: Option<PathBuf>,

    /// The file with the key of --tool-cache: 64 hexadecimal digits. It is created if it is missing
    /// [default: isolet/tool-key in the folder for configuration]
    #[arg(long, value_name = "FILE", requires = "tool_cache")]
    tool_key: Option<PathBuf>,
}

impl CacheArgs {
    /// Opens the folder. `None` if there is none in the arguments.
    fn open(&self) -> Result<Option<CompiledTools>, String> {
        let Some(folder) = &self.tool_cache else { return Ok(None) };
        let key = KEY.key(self.tool_key.as_deref())?;
        let opened = CompiledTools::open(folder, &key);
        opened.map(Some).map_err(|error| format!("--tool-cache {}: {error}", folder.display()))
    }
}

impl ToolArgs {
    fn options(&self, name: &str) -> ToolOptions {
        let mut options = ToolOptions::new().name(name).backend(self.backend);
        let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        if let Some(operations) = self.tool_fuel {
            options = options.fuel(operations);
        }
        if let Some(memory) = self.tool_memory {
            options = options.memory_bytes(bytes(memory));
        }
        if let Some(output) = self.tool_output {
            options = options.output_bytes(bytes(output));
        }
        if let Some(time) = self.tool_timeout {
            options = options.wall(time);
        }
        options
    }

    /// Makes a tool of a file, compiled before or now.
    ///
    /// # Errors
    /// Errors if the file cannot be read, is not a program for WASI, or would have to be compiled
    /// and may not be.
    pub(crate) fn tool(&self, name: &str, path: &Path) -> Result<Tool, String> {
        let shown =
            |error: &dyn std::fmt::Display| format!("--tool {name}: {}: {error}", path.display());
        let bytes = disk::read_bytes(path, MAX_BYTES).map_err(|error| shown(&error))?;
        let options = self.options(name);
        let Some(compiled) = self.cache.open()? else {
            return Tool::with_options(bytes, options).map_err(|error| shown(&error));
        };
        match compiled.load(&bytes, options.clone()) {
            Ok(Some(tool)) => Ok(tool),
            Ok(None) if self.compiled_alone => Err(shown(
                &"it is not in --tool-cache, or for another build of isolet or another processor \
                  (isolet tool compile puts it there)",
            )),
            Ok(None) => compiled.compile(&bytes, options).map_err(|error| shown(&error)),
            Err(error) => Err(shown(&error)),
        }
    }
}

/// Adds the tools of the arguments to `env`.
///
/// # Errors
/// Errors if a file cannot be read, or is not a program for WASI.
pub(crate) fn add(args: &ProgramArgs, mut code: WorkerCode) -> Result<WorkerCode, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, path) in &args.tools {
        let key = (name.clone(), path.clone());
        let tool = if let Some(tool) = compiled.get(&key) {
            tool.clone()
        } else {
            let tool = args.tool.tool(name, path)?;
            compiled.insert(key, tool.clone());
            tool
        };
        code = code.env(name, Stub::new(tool));
    }
    Ok(code)
}

/// Prepares the tools of a process that will be locked down: they have to be compiled already.
///
/// # Errors
/// Errors if there are tools and no folder for compiled ones.
pub(crate) fn before_lockdown(args: &mut ProgramArgs) -> Result<(), Failure> {
    if !args.tools.is_empty() && args.tool.cache.tool_cache.is_none() {
        let text = "--lockdown with --tool needs --tool-cache, because a process that has compiled \
                    a tool has threads, and then cannot be locked down";
        return Err(Failure::Usage(text.to_owned()));
    }
    args.tool.compiled_alone = true;
    Ok(())
}

const EXIT_CODES: &str = "\
Exit status:
  0    Success
  2    Usage error, or a file that is not a program for WASI
  4    The folder cannot be written";

/// Compile programs for WASI.
#[derive(clap::Args)]
pub(crate) struct ToolCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Compile(CompileArgs),
}

/// Compile programs for WASI, and keep them for --tool-cache.
///
/// The programs then need no compiler, and can be used with --lockdown. They are found by the contents
/// of their files, and only by the same build of isolet with the same key, on processors that have
/// what this one has.
#[allow(clippy::doc_markdown, reason = "help has no Markdown")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
struct CompileArgs {
    /// The programs
    #[arg(value_name = "FILE.wasm", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    cache: CacheArgs,

    /// The engine that executes the programs: machine code, or the portable interpreter Pulley
    #[arg(long, value_parser = args::engine(), default_value_t)]
    engine: Backend,
}

/// Runs `isolet tool`.
pub(crate) fn main(command: &ToolCommand) -> ExitCode {
    let terminal = Terminal::default();
    let Action::Compile(args) = &command.action;
    let code =
        compile(args, &terminal).map_or_else(|failure| run::failed(&terminal, failure), |()| 0);
    ExitCode::from(code)
}

fn compile(args: &CompileArgs, terminal: &Terminal) -> Result<(), Failure> {
    let Some(compiled) = args.cache.open()? else {
        return Err(Failure::Usage("isolet tool compile needs --tool-cache DIR".to_owned()));
    };
    for path in &args.files {
        let shown = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bytes = disk::read_bytes(path, MAX_BYTES).map_err(|error| shown(&error))?;
        let options = ToolOptions::new().backend(args.engine);
        match compiled.compile(&bytes, options) {
            Ok(_) => terminal.note(&format!("{} was compiled for {}", path.display(), args.engine)),
            Err(error @ isolet::ToolError::NotKept(_)) => {
                return Err(Failure::internal(shown(&error)));
            }
            Err(error) => return Err(Failure::Usage(shown(&error))),
        }
    }
    Ok(())
}
