//! The guests as the build script compiled them, and what is trusted of them. This is the
//! only `unsafe` code of the crate.
#![allow(unsafe_code)]

use std::sync::OnceLock;

use wasmtime::component::{Component, ComponentExportIndex, Func, Instance, TypedFunc};
use wasmtime::{Engine, Error, Module, Result, Store};

use crate::engine::bindings::sandbox::{Event, Outcome};

/// The memory that the base image maps.
pub(crate) const BASE_MEMORY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image.bin"));

const ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.cwasm"));
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image.cwasm"));
const SANDBOX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sandbox.cwasm"));
#[cfg(feature = "typescript")]
const TRANSPILER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/transpiler.cwasm"));

/// Loads the engine module: `QuickJS` and the glue around it, code without data.
pub(crate) fn engine(engine: &Engine) -> Result<Module> {
    // SAFETY: `deserialize` trusts its bytes to be Wasmtime's own output. These bytes
    // were written by the build script that compiled this crate, and are part of the
    // program's read-only data. Nothing read at run time comes here.
    unsafe { Module::deserialize(engine, ENGINE) }
}

/// Loads the image module of the heap after the globals were made.
pub(crate) fn base_image(engine: &Engine) -> Result<Module> {
    // SAFETY: as in `engine`.
    unsafe { Module::deserialize(engine, IMAGE) }
}

/// Loads the component around an image and the engine.
pub(crate) fn sandbox(engine: &Engine) -> Result<Component> {
    // SAFETY: as in `engine`.
    unsafe { Component::deserialize(engine, SANDBOX) }
}

/// Loads the guest that turns TypeScript into JavaScript.
#[cfg(feature = "typescript")]
pub(crate) fn transpiler(engine: &Engine) -> Result<Component> {
    // SAFETY: as in `engine`.
    unsafe { Component::deserialize(engine, TRANSPILER) }
}

/// There is no such guest without the feature.
#[cfg(not(feature = "typescript"))]
pub(crate) fn transpiler(_: &Engine) -> Result<Component> {
    Err(Error::msg("built without the feature `typescript`"))
}

/// The `turn` export of one component. Its type is checked against the bindings only
/// once, because the check takes longer than everything else that finds the function.
pub(crate) struct TurnExport {
    index: ComponentExportIndex,
    checked: OnceLock<()>,
}

/// The `turn` function of one instance.
pub(crate) struct TurnFunc(Func);

impl TurnExport {
    pub(crate) fn new(component: &Component) -> Result<Self> {
        let index = component.get_export_index(None, "turn").ok_or_else(missing)?;
        Ok(Self { index, checked: OnceLock::new() })
    }

    pub(crate) fn of<T>(&self, store: &mut Store<T>, instance: &Instance) -> Result<TurnFunc> {
        if self.checked.get().is_none() {
            instance.get_typed_func::<(f64, &Event), (Outcome,)>(&mut *store, self.index)?;
            let _ = self.checked.set(());
        }
        // `None` if the instance is of another component.
        instance.get_func(store, self.index).map(TurnFunc).ok_or_else(missing)
    }
}

impl TurnFunc {
    pub(crate) fn typed<'a>(&self) -> TypedFunc<(f64, &'a Event), (Outcome,)> {
        // SAFETY: the type of an export depends on its component alone. `TurnExport::of`,
        // which alone creates these values, has compared it.
        unsafe { TypedFunc::new_unchecked(self.0) }
    }
}

fn missing() -> Error {
    Error::msg("the guest has no turn")
}
