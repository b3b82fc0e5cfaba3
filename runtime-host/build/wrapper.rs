//! Fills the template of the wrapper component with what it must know of the engine.

use std::fmt::Write as _;

use wasmparser::ValType;
use wasmtime::{Error, Result};

use super::split::{Guest, Signature};

pub(crate) fn component(guest: &Guest, pages: usize) -> Result<Vec<u8>> {
    let mut engine = String::new();
    for import in &guest.imports {
        let (module, name) = (&import.module, &import.name);
        writeln!(engine, "    (import \"{module}\" \"{name}\" {})", func(import))?;
    }
    for export in &guest.exports {
        writeln!(engine, "    (export \"{}\" {})", export.name, func(export))?;
    }
    // The memory that an image exports may be larger than the engine asks for, but never
    // smaller.
    let text = include_str!("wrapper.wat")
        .replace(
            "(export \"memory\" (memory PAGES))",
            &format!("(export \"memory\" (memory {pages}))"),
        )
        .replace("PAGES", &(guest.memory.len() / 65536).to_string())
        .replace("ENGINE", &engine);
    wat::parse_str(text).map_err(|error| Error::msg(format!("wrapper.wat: {error}")))
}

fn func(signature: &Signature) -> String {
    let list = |keyword: &str, types: &[ValType]| {
        let types: Vec<_> = types.iter().map(|ty| format!(" ({keyword} {ty})")).collect();
        types.concat()
    };
    format!("(func{}{})", list("param", &signature.params), list("result", &signature.results))
}
