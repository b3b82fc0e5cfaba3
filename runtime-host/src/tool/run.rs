//! One run of a program.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use tokio_util::io::StreamReader;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::cli::{AsyncStdinStream, StdoutStream};

use super::error::RunError;
use super::program::Program;
use super::state::{Mount, State, context};
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

/// Runs a program to its end, and returns its exit status.
pub(super) async fn run(
    program: Arc<Program>,
    given: Given,
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
    let state = State::new(builder.build(), given.mounts, options);
    let mut store = Store::new(program.command.engine(), state);
    store.limiter(|state| &mut state.memory);
    let ended = match store
        .set_fuel(options.fuel)
        .and_then(|()| store.fuel_async_yield_interval(Some(OPERATIONS_PER_SLICE)))
    {
        Ok(()) => {
            let running = async {
                let command = program.command.instantiate_async(&mut store).await?;
                command.wasi_cli_run().call_run(&mut store).await
            };
            tokio::time::timeout(options.wall, running).await.map_err(|_| RunError::Timeout)?
        }
        Err(error) => Err(error),
    };
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(_) if store.data().memory.is_exceeded => Err(RunError::Memory),
        Err(error) => match (error.downcast_ref::<I32Exit>(), error.downcast_ref::<Trap>()) {
            (Some(I32Exit(status)), _) => Ok(*status),
            (_, Some(Trap::OutOfFuel)) => Err(RunError::Fuel),
            (_, Some(trap)) => Err(RunError::Trap(trap.to_string())),
            _ => Err(RunError::Trap(error.root_cause().to_string())),
        },
    }
}
