//! The command `isolet`, as a library of one function: a program of its own can be built with
//! other features than those of this package's program.

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod args;
mod audit;
mod bench;
#[cfg(feature = "packages")]
mod bundle;
#[cfg(feature = "cache")]
mod cache;
mod code;
#[cfg(feature = "mcp")]
mod code_mode;
mod descriptors;
#[cfg(feature = "dir")]
mod dir;
mod disk;
mod escape;
mod init;
#[cfg(any(feature = "cache", feature = "wasi"))]
mod key;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "net")]
mod net;
mod output;
#[cfg(feature = "packages")]
mod packages;
mod record;
mod run;
#[cfg(feature = "mcp")]
mod runs;
#[cfg(feature = "serve")]
mod serve;
#[cfg(any(feature = "mcp", feature = "serve"))]
mod signals;
mod size;
mod streams;
mod terminal;
#[cfg(feature = "wasi")]
mod tool;
mod types;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::terminal::Terminal;

/// Run untrusted JavaScript and TypeScript in a sandbox.
#[derive(Parser)]
#[command(name = "isolet", version, max_term_width = 90)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "packages")]
    Add(packages::add::AddArgs),
    Run(args::RunArgs),
    Bench(args::BenchArgs),
    Init(init::InitArgs),
    Types(types::TypesArgs),
    #[cfg(feature = "packages")]
    Bundle(Box<bundle::BundleArgs>),
    #[cfg(feature = "mcp")]
    CodeMode(code_mode::CodeModeArgs),
    #[cfg(feature = "mcp")]
    Mcp(Box<mcp::McpArgs>),
    #[cfg(feature = "mcp")]
    Runs(runs::RunsArgs),
    #[cfg(feature = "serve")]
    Serve(Box<serve::args::ServeArgs>),
    #[cfg(feature = "wasi")]
    Tool(tool::ToolCommand),
}

/// Runs the command with the arguments of the process, and returns its exit status.
pub fn main() -> ExitCode {
    match Args::try_parse() {
        #[cfg(feature = "packages")]
        Ok(Args { command: Command::Add(args) }) => packages::add::main(&args),
        Ok(Args { command: Command::Run(args) }) => run::main(args),
        Ok(Args { command: Command::Bench(args) }) => bench::main(&args),
        Ok(Args { command: Command::Init(args) }) => init::main(&args),
        Ok(Args { command: Command::Types(args) }) => types::main(&args),
        #[cfg(feature = "packages")]
        Ok(Args { command: Command::Bundle(args) }) => bundle::main(&args),
        #[cfg(feature = "mcp")]
        Ok(Args { command: Command::CodeMode(args) }) => code_mode::main(&args),
        #[cfg(feature = "mcp")]
        Ok(Args { command: Command::Mcp(args) }) => mcp::main(*args),
        #[cfg(feature = "mcp")]
        Ok(Args { command: Command::Runs(args) }) => runs::main(args),
        #[cfg(feature = "serve")]
        Ok(Args { command: Command::Serve(args) }) => serve::main(*args),
        #[cfg(feature = "wasi")]
        Ok(Args { command: Command::Tool(args) }) => tool::main(&args),
        Err(error) => say(&error),
    }
}

/// Prints an error in the arguments, or the requested help.
fn say(error: &clap::Error) -> ExitCode {
    // Help goes to standard output.
    let to_stdout = !error.use_stderr();
    let printed = if to_stdout && streams::STDOUT.was_closed() {
        Err(io::Error::other("it is closed"))
    } else {
        error.print()
    };
    match printed {
        Err(error) if to_stdout && error.kind() != io::ErrorKind::BrokenPipe => {
            Terminal::default().error(format_args!("standard output: {error}"), None);
            ExitCode::from(4)
        }
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}
