//! Calls of the functions of the transpiler's guest.

use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Dialect, Guest, MemoryLimit};
use crate::engine::artifacts::Signature;
use crate::engine::bindings::transpiler as wit;

/// A call of the guest.
pub(super) trait Job: Send {
    type Output: Send;
    type Error: Send;

    fn call(
        self,
        guest: &Guest,
        instance: &Instance,
        store: &mut Store<MemoryLimit>,
        source: &str,
    ) -> impl Future<Output = wasmtime::Result<Result<Self::Output, Self::Error>>> + Send;
}

pub(super) struct Transpile<'a> {
    pub(super) dialect: Dialect,
    pub(super) options: &'a wit::Options,
}

impl Signature for Transpile<'_> {
    const NAME: &'static str = "transpile";
    type Params<'a> = (Dialect, &'a str, &'a wit::Options);
    type Results = (Result<wit::Transpiled, wit::SyntaxError>,);
}

impl Job for Transpile<'_> {
    type Output = wit::Transpiled;
    type Error = wit::SyntaxError;

    async fn call(
        self,
        guest: &Guest,
        instance: &Instance,
        store: &mut Store<MemoryLimit>,
        source: &str,
    ) -> wasmtime::Result<Result<wit::Transpiled, wit::SyntaxError>> {
        let transpile = guest.transpile.of(store, instance)?;
        let (output,) =
            transpile.typed().call_async(store, (self.dialect, source, self.options)).await?;
        Ok(output)
    }
}

#[cfg(feature = "packages")]
pub(super) struct Link<'a> {
    pub(super) dialect: Dialect,
    pub(super) options: &'a wit::LinkOptions,
}

#[cfg(feature = "packages")]
impl Signature for Link<'_> {
    const NAME: &'static str = "link";
    type Params<'a> = (Dialect, &'a str, &'a wit::LinkOptions);
    type Results = (Result<wit::Linked, wit::SyntaxError>,);
}

#[cfg(feature = "packages")]
impl Job for Link<'_> {
    type Output = wit::Linked;
    type Error = wit::SyntaxError;

    async fn call(
        self,
        guest: &Guest,
        instance: &Instance,
        store: &mut Store<MemoryLimit>,
        source: &str,
    ) -> wasmtime::Result<Result<wit::Linked, wit::SyntaxError>> {
        let link = guest.link.of(store, instance)?;
        let (output,) =
            link.typed().call_async(store, (self.dialect, source, self.options)).await?;
        Ok(output)
    }
}

#[cfg(feature = "mcp")]
pub(super) struct Program {
    pub(super) options: wit::ProgramOptions,
}

#[cfg(feature = "mcp")]
impl Signature for Program {
    const NAME: &'static str = "program";
    type Params<'a> = (&'a str, &'a wit::ProgramOptions);
    type Results = (Result<wit::CompiledProgram, wit::ProgramError>,);
}

#[cfg(feature = "mcp")]
impl Job for Program {
    type Output = wit::CompiledProgram;
    type Error = wit::ProgramError;

    async fn call(
        self,
        guest: &Guest,
        instance: &Instance,
        store: &mut Store<MemoryLimit>,
        source: &str,
    ) -> wasmtime::Result<Result<wit::CompiledProgram, wit::ProgramError>> {
        let program = guest.program.of(store, instance)?;
        let (output,) = program.typed().call_async(store, (source, &self.options)).await?;
        Ok(output)
    }
}
