//! Links files natively: `link [minify] [NAME=EXPRESSION...] < NAMES`.
//!
//! A line of the input is the name of a file. A line of the output is its name and, each behind
//! a tab, its format, the number of calls with a computed specifier, and its specifiers, or its
//! error. The place of each specifier is checked. Each name is printed first, so that a crash
//! says whose it is.

#![allow(clippy::print_stdout, reason = "a tool's output")]

use isolet_guest_ts::link::{Dialect, Format, LinkOptions, Linked, SpecifierKind, link};
use std::io::{self, Write};
use std::path::Path;

/// As much as the guest has and more: debug builds take large frames.
const STACK_BYTES: usize = 256 << 20;

fn main() -> io::Result<()> {
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    worker.join().map_err(|_| io::Error::other("the transpiler panicked"))?
}

fn run() -> io::Result<()> {
    let mut options = LinkOptions::default();
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some((name, value)) => options.define.push((name.to_owned(), value.to_owned())),
            None => options.minify = argument == "minify",
        }
    }
    for name in io::stdin().lines() {
        let name = name?;
        print!("{name}");
        io::stdout().flush()?;
        let path = Path::new(&name);
        let source = std::fs::read_to_string(path)?;
        let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        let dialect = match ending {
            "ts" | "mts" | "cts" => Dialect::TypeScript,
            "tsx" => Dialect::Tsx,
            "jsx" => Dialect::Jsx,
            _ => Dialect::JavaScript,
        };
        options.format = match ending {
            "mjs" | "mts" => Some(Format::Module),
            "cjs" | "cts" => Some(Format::CommonJs),
            _ => None,
        };
        match link(dialect, &source, &options) {
            Ok(linked) => print(&source, &linked)?,
            Err(error) => {
                let place = error.position;
                println!("\t{}:{}: {}", place.line, place.column, error.message);
            }
        }
    }
    Ok(())
}

fn print(source: &str, linked: &Linked) -> io::Result<()> {
    print!("\t{:?}\t{}", linked.format, linked.unresolved.len());
    let code = linked.code.as_deref().unwrap_or(source);
    for it in &linked.specifiers {
        let place = code.get(it.start as usize..it.end as usize).unwrap_or_default();
        // An attribute that a linker applies goes with the literal.
        let ends = it.attribute_type.as_ref().and(place.get(..it.text.len() + 2));
        let literal = ends.unwrap_or(place);
        let inside = literal
            .strip_prefix(['"', '\'', '`'])
            .and_then(|it| it.strip_suffix(['"', '\'', '`']))
            .ok_or_else(|| io::Error::other(format!("{literal} is not a literal")))?;
        if inside != it.text && !inside.contains('\\') {
            return Err(io::Error::other(format!("{literal} is not {}", it.text)));
        }
        let kind = match it.kind {
            SpecifierKind::StaticImport => "import-statement",
            SpecifierKind::DynamicImport => "dynamic-import",
            SpecifierKind::Require => "require-call",
            SpecifierKind::RequireResolve => "require-resolve",
        };
        print!("\t{kind} {}", it.text);
    }
    println!();
    Ok(())
}
