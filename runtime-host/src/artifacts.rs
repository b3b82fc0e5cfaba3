//! The guests as the build script compiled them. The only `unsafe` of the crate.
#![allow(unsafe_code)]

use wasmtime::component::Component;
use wasmtime::{Engine, Module, Result};

/// The memory that the base image maps.
pub(crate) const BASE_MEMORY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image.bin"));

const ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.cwasm"));
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image.cwasm"));
const SANDBOX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sandbox.cwasm"));
const TRANSPILER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/transpiler.cwasm"));

/// The engine, `QuickJS`, and the glue around it: code without data.
pub(crate) fn engine(engine: &Engine) -> Result<Module> {
    // SAFETY: `deserialize` trusts its bytes to be Wasmtime's own output. These
    // were written by the build script that compiled this crate and are part
    // of the program's read-only data; nothing read at run time comes here.
    unsafe { Module::deserialize(engine, ENGINE) }
}

/// The heap after the globals were made.
pub(crate) fn base_image(engine: &Engine) -> Result<Module> {
    // SAFETY: as in `engine`.
    unsafe { Module::deserialize(engine, IMAGE) }
}

/// The component around an image and the engine.
pub(crate) fn sandbox(engine: &Engine) -> Result<Component> {
    // SAFETY: as in `engine`.
    unsafe { Component::deserialize(engine, SANDBOX) }
}

/// The guest that turns TypeScript into JavaScript.
pub(crate) fn transpiler(engine: &Engine) -> Result<Component> {
    // SAFETY: as in `engine`.
    unsafe { Component::deserialize(engine, TRANSPILER) }
}
