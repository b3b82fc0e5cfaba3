//! One run of a program.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use tokio_util::io::StreamReader;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::cli::{AsyncStdinStream, StdoutStream};

use super::caller::Caller;
use super::error::RunError;
use super::program::Program;
use super::state::{Exceeded, Mount, State, context};
use crate::dir::Directory;
use crate::rpc::stream::ByteStream;
use crate::rpc::stub::Stub;

/// The number of operations after which other tasks get their turn: some 25 microseconds.
const OPERATIONS_PER_SLICE: u64 = 100_000;

/// The maximum number of arguments and variables.
const MAX_STRINGS: usize = 1000;

/// The maximum number of bytes of arguments and variables.
const MAX_STRING_BYTES: usize = 32 << 10;

/// The maximum number of directories.
const MAX_DIRECTORIES: usize = 16;

/// The arguments, variables, standard input and directories that a call hands to a program.
pub(super) struct Given {
    pub(super) arguments: Vec<String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) stdin: Option<ByteStream>,
    pub(super) mounts: Vec<Mount>,
}

impl Given {
    pub(super) fn check(&self) -> Result<(), RunError> {
        let variables = self.variables.iter().flat_map(|(name, value)| [name, value]);
        let strings: Vec<&String> = self.arguments.iter().chain(variables).collect();
        let bytes: usize = strings.iter().map(|string| string.len() + 1).sum();
        if strings.len() > MAX_STRINGS || bytes > MAX_STRING_BYTES {
            return Err(RunError::Arguments(format!(
                "arguments and variables are at most {MAX_STRINGS}, with {MAX_STRING_BYTES} bytes \
                 (pass data as stdin or in a directory)"
            )));
        }
        if strings.iter().any(|string| string.contains('\0')) {
            return Err(RunError::Arguments(
                "arguments and variables cannot contain NUL".to_owned(),
            ));
        }
        Ok(())
    }
}

/// Opens the directories of a call.
pub(super) async fn mounts(stubs: BTreeMap<String, Stub>) -> Result<Vec<Mount>, RunError> {
    let refused = |path: &str, text: &str| {
        Err(RunError::Directory(format!("the directory \"{}\" {text}", path.escape_debug())))
    };
    let mut mounts = Vec::new();
    for (path, stub) in stubs {
        if mounts.len() >= MAX_DIRECTORIES {
            return refused(&path, &format!("is one more than {MAX_DIRECTORIES}"));
        }
        if path.is_empty() || path.len() > 255 || path.contains('\0') {
            return refused(&path, "needs a path of 1 to 255 bytes without NUL");
        }
        let stub = stub.settled().await;
        let Some(directory) = stub.as_ref().and_then(Stub::capability::<Directory>) else {
            return refused(&path, "is not a directory of the host that the worker holds");
        };
        let Some(handle) = directory.handle() else {
            return refused(
                &path,
                "is an overlay, which a program cannot use (hand over one without an overlay)",
            );
        };
        match handle {
            Ok(handle) => {
                let folder = handle.into_std_file();
                mounts.push(Mount { path, directory: directory.clone(), folder });
            }
            Err(_) => return refused(&path, "cannot be opened in the host"),
        }
    }
    Ok(mounts)
}

/// Runs a program to its end, and returns its exit status. `caller` pays for it.
pub(super) async fn run(
    program: Arc<Program>,
    given: Given,
    caller: Caller,
    stdout: impl StdoutStream + 'static,
    stderr: impl StdoutStream + 'static,
) -> Result<i32, RunError> {
    let options = &program.options;
    let mut builder = context(options);
    builder.stdout(stdout).stderr(stderr).arg(&options.name).args(&given.arguments);
    for (name, value) in given.variables {
        builder.env(name, value);
    }
    if let Some(stdin) = given.stdin {
        let chunks = stdin.map(|chunk| {
            chunk.map(|bytes| bytes::Bytes::from(bytes.into_vec())).map_err(std::io::Error::other)
        });
        builder.stdin(AsyncStdinStream::new(StreamReader::new(chunks)));
    }
    let state = State::new(builder.build(), given.mounts, options, caller.memory());
    let mut store = Store::new(program.command.engine(), state);
    store.limiter(|state| &mut state.memory);
    let mut charged = 0;
    let mut unended = Unended(Some(caller.clone()));
    let ended = match store
        .set_fuel(options.fuel)
        .and_then(|()| store.fuel_async_yield_interval(Some(OPERATIONS_PER_SLICE)))
    {
        Ok(()) => {
            let running = async {
                let command = program.command.instantiate_async(&mut store).await?;
                command.wasi_cli_run().call_run(&mut store).await
            };
            let paid = caller.pay_for(running, OPERATIONS_PER_SLICE, &mut charged);
            tokio::time::timeout(options.wall, paid).await
        }
        Err(error) => Ok(Ok(Err(error))),
    };
    let used = options.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
    unended.0 = None;
    // The caller's own limit is enforced when it goes on.
    let _ = caller.charge(used.saturating_sub(charged));
    match ended.map_err(|_| RunError::Timeout)?? {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => status(&error),
    }
}

/// Charges the slice of a run that is dropped in the middle of it.
struct Unended(Option<Caller>);

impl Drop for Unended {
    fn drop(&mut self) {
        if let Some(caller) = &self.0 {
            // The caller's own limit is enforced when it goes on.
            let _ = caller.charge(OPERATIONS_PER_SLICE);
        }
    }
}

/// Returns the exit status of a program that ended with an error.
///
/// # Errors
/// Errors unless it ended itself.
fn status(error: &wasmtime::Error) -> Result<i32, RunError> {
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Ok(*status);
    }
    Err(match (error.downcast_ref::<Exceeded>(), error.downcast_ref::<Trap>()) {
        (Some(Exceeded::OfTool), _) => RunError::Memory,
        (Some(Exceeded::OfCaller), _) => RunError::CallersMemory,
        (_, Some(Trap::OutOfFuel)) => RunError::Fuel,
        (_, Some(trap)) => RunError::Trap(trap.to_string()),
        _ => RunError::Trap(error.root_cause().to_string()),
    })
}
