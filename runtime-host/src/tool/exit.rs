//! The exit status of programs for preview 1.
//!
//! The adapter tells success from failure and drops the number. So its function `proc_exit` is
//! replaced by one of the host.

#[cfg(feature = "compiler")]
use wasmparser::{Imports, Parser, Payload};
use wasmtime::component::Linker;
use wasmtime_wasi::I32Exit;
#[cfg(feature = "compiler")]
use wit_component::StringEncoding;
#[cfg(feature = "compiler")]
use wit_parser::Resolve;

use super::state::State;

#[cfg(feature = "compiler")]
const REPLACED: (&str, &str) = ("wasi_snapshot_preview1", "proc_exit");

/// The function of the host. Its names are as long as those that they replace, so that nothing in
/// a module moves.
const FUNCTION: (&str, &str) = ("isolet:tool/exit@0.1.0", "proc-exit");

#[cfg(feature = "compiler")]
const WIT: &str = "package isolet:tool@0.1.0;
    interface exit { proc-exit: func(status: s32); }
    world program { import exit; }";

/// Returns a module that imports the function of the host, if it imports the other.
///
/// # Errors
/// Errors with a text if the module cannot be read.
#[cfg(feature = "compiler")]
pub(super) fn redirected(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut redirected = module.to_vec();
    let Some(at) = import(module)? else { return Ok(redirected) };
    let names = |(module, name): (&str, &str)| {
        // Each name comes after its length, which is one byte.
        let length = |name: &str| u8::try_from(name.len()).ok();
        Some([&[length(module)?], module.as_bytes(), &[length(name)?], name.as_bytes()].concat())
    };
    let (Some(old), Some(new)) = (names(REPLACED), names(FUNCTION)) else { return Ok(redirected) };
    let end = at.saturating_add(old.len());
    match redirected.get_mut(at..end) {
        Some(bytes) if *bytes == *old => bytes.copy_from_slice(&new),
        // Another encoding of the lengths: the adapter's function stays.
        _ => return Ok(redirected),
    }
    let mut resolve = Resolve::default();
    resolve
        .push_source("exit.wit", WIT)
        .and_then(|package| resolve.select_world(&[package], None))
        .and_then(|world| {
            let encoding = StringEncoding::UTF8;
            wit_component::embed_component_metadata(&mut redirected, &resolve, world, encoding)
        })
        .map_err(|error| format!("{error:#}"))?;
    Ok(redirected)
}

/// Returns the position of the import.
#[cfg(feature = "compiler")]
fn import(module: &[u8]) -> Result<Option<usize>, String> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload.map_err(|error| error.to_string())? else {
            continue;
        };
        for imports in section {
            let imports = imports.map_err(|error| error.to_string())?;
            if let Imports::Single(at, import) = imports
                && (import.module, import.name) == REPLACED
            {
                return Ok(Some(at));
            }
        }
    }
    Ok(None)
}

/// Adds the function of the host.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let (interface, function) = FUNCTION;
    linker
        .instance(interface)?
        .func_wrap(function, |_, (status,): (i32,)| -> wasmtime::Result<()> {
            Err(I32Exit(status).into())
        })
}
