//! Programs that were compiled before. The `unsafe` code is here and in `engine/artifacts.rs`
//! alone.
#![allow(unsafe_code)]

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::support::sealed::{Identity, SealedFolder};

/// Returns a program of the folder of compiled tools. `None` if the folder has none of that
/// identity, or if it was compiled for another engine.
pub(super) fn load(
    folder: &SealedFolder,
    identity: &Identity,
    engine: &Engine,
) -> Option<Component> {
    let bytes = folder.load(identity)?;
    // SAFETY: this trusts the bytes to be Wasmtime's own output. The folder has returned them
    // because they are authentic: somebody who has the embedder's key wrote them for this identity
    // and for no other purpose. `CompiledTools::compile` does that with the output of
    // `Component::serialize` and nothing else. They are in the memory of this process, so that
    // nobody changes them after they were checked. Wasmtime itself refuses output of another
    // version, for another target or for other settings.
    unsafe { Component::deserialize(engine, bytes) }.ok()
}
