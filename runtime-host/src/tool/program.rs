//! From the bytes of a module to a compiled program.

use std::fmt;
use std::sync::Arc;

use isolet_wire::Value;
use tokio::sync::Semaphore;
use wasmparser::{Parser, Payload};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine};
use wasmtime_wasi::p2::bindings::CommandPre;

use super::caller::Caller;
use super::error::ToolError;
use super::methods::Methods;
use super::options::ToolOptions;
use super::state::State;
use crate::rpc::capability::{Answer, Call, Capability};
use crate::support::backend::Backend;

/// The maximum number of imports of a module.
const MAX_IMPORTS: u64 = 1000;

/// A program compiled for WASI, as a capability of workers: a core module for preview 1, or a
/// component for preview 2 with `wasi:cli/run`.
///
/// ```
/// use isolet::{Engine, Stub, Tool, WorkerCode};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A program that ends with status 3.
/// # let program = wat::parse_str(
/// #     "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
/// #        (memory (export \"memory\") 1)
/// #        (func (export \"_start\") (call $exit (i32.const 3))))",
/// # )?;
/// let code = WorkerCode::module(
///     "agent.js",
///     "export default { go: async (_, env) => (await env.EXIT.run([])).exitCode }",
/// )
/// .env("EXIT", Stub::new(Tool::new(&program)?));
/// let worker = Engine::new()?.loader().load(code)?;
/// assert_eq!(worker.entrypoint().call::<i32>("go", ((),)).await?, 3);
/// # Ok(())
/// # }
/// ```
///
/// # In JavaScript
///
/// `await env.NAME.run(args, { stdin, env, dirs, bytes })` returns
/// `{ exitCode, stdout, stderr, truncated }`, and `start(args, options)` returns streams of the
/// output and the process. docs/tools.md has the details.
///
/// # What a program reaches
///
/// The arguments, variables, input and directories of its call, and nothing else: no network, no
/// other files, no clock and no random bytes of the host unless [`ToolOptions`] say so. A
/// directory is a [`Directory`](crate::Directory) that the worker holds itself; one that is
/// read-only stays so, and an overlay is refused.
///
/// # Cost and lifetime
///
/// Making one compiles it, which takes seconds for a program of megabytes: call it where blocking
/// is allowed. A clone is the same program. A run has an instance of its own, outside of the pool
/// of sandboxes, and limits of its own ([`ToolOptions`]). What it uses also counts for its caller:
/// operations for [`Limits::fuel()`](crate::Limits::fuel()) of the call and of all that pay for it,
/// memory and captured output for
/// [`Limits::tree_memory_bytes()`](crate::Limits::tree_memory_bytes()). It ends when its call is
/// cancelled.
///
/// The program is the embedder's choice, and its module is trusted not to exhaust the compiler.
///
/// It requires the crate's feature `wasi`, and the tokio runtime of the call, with its time driver.
/// To compile one takes the feature `compiler`; without it, [`CompiledTools`](super::CompiledTools)
/// has those that were compiled before.
#[derive(Clone)]
pub struct Tool(pub(super) Arc<Program>);

pub(super) struct Program {
    pub(super) options: ToolOptions,
    pub(super) command: CommandPre<State>,
    pub(super) runs: Arc<Semaphore>,
}

impl Tool {
    /// Compiles a program with the default options. Blocks.
    ///
    /// # Errors
    /// Errors if the bytes are not a program for WASI that can be compiled.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, ToolError> {
        Self::with_options(bytes, ToolOptions::new())
    }

    /// Compiles a program. Blocks.
    ///
    /// # Errors
    /// Errors if the bytes are not a program for WASI that can be compiled, or exceed a limit.
    pub fn with_options(bytes: impl AsRef<[u8]>, options: ToolOptions) -> Result<Self, ToolError> {
        let bytes = bytes.as_ref();
        check(bytes, &options)?;
        let component = compile(bytes, options.backend)?;
        Self::of(&component, options)
    }

    /// Creates a tool of a compiled program.
    ///
    /// # Errors
    /// Errors if it is not a program for WASI.
    pub(super) fn of(component: &Component, options: ToolOptions) -> Result<Self, ToolError> {
        let mut linker = Linker::new(component.engine());
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)
            .and_then(|()| super::files::add_to_linker(&mut linker))
            .and_then(|()| super::exit::add_to_linker(&mut linker))
            .map_err(|error| ToolError::Compile(format!("{error:#}")))?;
        let command = linker
            .instantiate_pre(component)
            .and_then(CommandPre::new)
            .map_err(|error| ToolError::NotAProgram(format!("{error:#}")))?;
        let runs = (options.concurrency as usize).clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self(Arc::new(Program { options, command, runs: Arc::new(Semaphore::new(runs)) })))
    }
}

/// Checks what can be checked before compiling.
pub(super) fn check(bytes: &[u8], options: &ToolOptions) -> Result<(), ToolError> {
    let limit = options.max_module_bytes;
    if bytes.len() > limit {
        return Err(ToolError::TooLarge { limit, actual: bytes.len() });
    }
    let mut imports = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| ToolError::NotWasm(error.to_string()))? {
            Payload::ImportSection(section) => imports += u64::from(section.count()),
            Payload::ComponentImportSection(section) => imports += u64::from(section.count()),
            _ => {}
        }
        if imports > MAX_IMPORTS {
            return Err(ToolError::TooManyImports);
        }
    }
    Ok(())
}

/// Returns the engine of a tool.
pub(super) fn engine(backend: Backend) -> Result<Engine, ToolError> {
    let mut config = Config::new();
    config.consume_fuel(true).wasm_backtrace_max_frames(None).generate_address_map(false);
    let failed = |error: wasmtime::Error| ToolError::Compile(format!("{error:#}"));
    if let Some(target) = backend.target() {
        config.target(target).map_err(failed)?;
    }
    Engine::new(&config).map_err(failed)
}

#[cfg(feature = "compiler")]
pub(super) fn compile(bytes: &[u8], backend: Backend) -> Result<Component, ToolError> {
    use wasi_preview1_component_adapter_provider as adapter;

    let not_a_program = ToolError::NotAProgram;
    let component = if Parser::is_component(bytes) {
        bytes.to_vec()
    } else {
        wasmparser::validate(bytes).map_err(|error| ToolError::NotWasm(error.to_string()))?;
        // One implementation of WASI then serves both kinds of programs.
        let module = super::exit::redirected(bytes).map_err(not_a_program)?;
        wit_component::ComponentEncoder::default()
            .validate(true)
            .module(&module)
            .and_then(|encoder| {
                encoder.adapter(
                    adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                    adapter::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
                )
            })
            .and_then(|mut encoder| encoder.encode())
            .map_err(|error| not_a_program(format!("{error:#}")))?
    };
    let engine = engine(backend)?;
    Component::new(&engine, component).map_err(|error| ToolError::Compile(format!("{error:#}")))
}

#[cfg(not(feature = "compiler"))]
pub(super) fn compile(_: &[u8], _: Backend) -> Result<Component, ToolError> {
    Err(ToolError::NoCompiler)
}

impl Capability for Tool {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        let caller = Caller::default();
        Arc::new(Methods { tool: (*self).clone(), caller }).call(method, arguments)
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let caller = Caller(call.payer.clone());
        Arc::new(Methods { tool: (*self).clone(), caller }).request(call)
    }

    #[cfg(feature = "declarations")]
    fn declaration(&self) -> Option<String> {
        Methods { tool: self.clone(), caller: Caller::default() }.declaration()
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool").field("options", &self.0.options).finish_non_exhaustive()
    }
}
