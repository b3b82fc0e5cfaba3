//! The command `isolet`, with the features of this package.

fn main() -> std::process::ExitCode {
    isolet_cli::main()
}
