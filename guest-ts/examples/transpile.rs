//! Transpiles files natively: `transpile FOLDER < NAMES`.
//!
//! A line of the input is the name of a file in the folder, and its options,
//! each behind a tab: `legacy`, `jsx=MODULE`. What it becomes is written beside
//! it, with `.ours.js` or, as `CommonJS`, `.ours.cjs` behind the name; the error
//! of one that does not parse, with `.ours.error`. Each name is printed first,
//! so that a crash says whose it is.

#![allow(clippy::print_stdout, reason = "a tool's output")]

use isolet_guest_ts::transpile::{Dialect, Options, transpile};
use std::io::{self, Write};
use std::path::Path;

/// As much as the guest has and more: debug builds take large frames.
const STACK_BYTES: usize = 256 << 20;

fn main() -> io::Result<()> {
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    worker.join().map_err(|_| io::Error::other("the transpiler panicked"))?
}

fn run() -> io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| io::Error::other("no folder"))?;
    for line in io::stdin().lines() {
        let line = line?;
        let mut parts = line.split('\t');
        let name = parts.next().unwrap_or_default();
        let mut options = Options::default();
        for part in parts {
            match part.strip_prefix("jsx=") {
                Some(module) => options.jsx_import_source = Some(module.to_owned()),
                None => options.legacy_decorators = part == "legacy",
            }
        }
        println!("{name}");
        io::stdout().flush()?;
        let path = Path::new(&folder).join(name);
        let source = std::fs::read_to_string(&path)?;
        let dialect = match path.extension().and_then(|it| it.to_str()) {
            Some("tsx") => Dialect::Tsx,
            Some("jsx" | "js" | "mjs" | "cjs") => Dialect::Jsx,
            _ => Dialect::TypeScript,
        };
        let (ending, text) = match transpile(dialect, source, &options) {
            Ok(it) if it.commonjs => ("cjs", it.code),
            Ok(it) => ("js", it.code),
            Err(error) => {
                let place = error.position;
                ("error", format!("{}:{}: {}", place.line, place.column, error.message))
            }
        };
        std::fs::write(format!("{}.ours.{ending}", path.display()), text)?;
    }
    Ok(())
}
