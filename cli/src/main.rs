//! The command `isolet`.

fn main() -> std::process::ExitCode {
    isolet_cli::main()
}
