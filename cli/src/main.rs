//! The command `isolet`.

mod disk;
mod escape;
mod record;
mod run;
mod size;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs untrusted JavaScript and TypeScript in a sandbox.
#[derive(Parser)]
#[command(name = "isolet", version, max_term_width = 90)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
}

fn main() -> ExitCode {
    match Args::parse().command {
        Command::Run(args) => run::main(args),
    }
}
