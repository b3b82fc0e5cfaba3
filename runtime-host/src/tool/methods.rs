//! The methods of a tool in JavaScript.
#![allow(unreachable_pub, reason = "the macro takes methods that are `pub`")]

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use serde::{Deserialize, Serialize};
use tokio::task::{AbortHandle, JoinHandle};
use wasmtime_wasi::cli::AsyncStdoutStream;

use super::caller::Caller;
use super::error::RunError;
use super::output::Captured;
use super::program::Tool;
use super::run::{self, Given};
use crate::error::thrown::Thrown;
use crate::rpc::bytes::Bytes;
use crate::rpc::capability::Calling;
use crate::rpc::stream::ByteStream;
use crate::rpc::stub::Stub;

/// The number of bytes of output that wait for their reader.
const BUFFER_BYTES: usize = 64 << 10;

pub(super) struct Methods {
    pub(super) tool: Tool,
    /// The payer of the runs.
    pub(super) caller: Caller,
}

type Answered<T> = Result<T, Thrown>;

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct RunOptions {
    /// The input: text, bytes or a stream. Default: empty.
    stdin: Option<ByteStream>,
    /// The variables of the environment. Default: none.
    env: Option<BTreeMap<String, String>>,
    /// Directories, by the path that they have in the program. Default: none.
    dirs: Option<BTreeMap<String, Stub>>,
    /// Return the output as bytes and not as text.
    bytes: Option<bool>,
}

/// The output of a program.
#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(super) enum Output {
    /// Bytes that are no UTF-8 are replaced by U+FFFD.
    Text(String),
    Bytes(Bytes),
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Finished {
    exit_code: i32,
    stdout: Output,
    stderr: Output,
    /// True if there was more output than the limit.
    truncated: bool,
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
pub(super) struct Started {
    stdout: ByteStream,
    stderr: ByteStream,
    /// A `Process`. Releasing it ends the program.
    process: Stub,
}

#[derive(Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Exit {
    exit_code: i32,
}

/// A program.
#[isolet::capability(name = "Tool")]
impl Methods {
    /// Runs the program to its end.
    pub async fn run(
        &self,
        args: Option<Vec<String>>,
        options: Option<RunOptions>,
    ) -> Answered<Finished> {
        let options = options.unwrap_or_default();
        let as_bytes = options.bytes.unwrap_or(false);
        let max = self.tool.0.options.output_bytes;
        let output = || Captured::new(max, self.caller.memory());
        let (stdout, stderr) = (output(), output());
        let given = self.given(args, options).await?;
        let running = self.spawn(given, stdout.clone(), stderr.clone()).await?;
        let exit_code = running.result.clone().await?;
        let ((stdout, more), (stderr, more_errors)) = (stdout.take(), stderr.take());
        let output = |bytes: Vec<u8>| {
            if as_bytes {
                return Output::Bytes(bytes.into());
            }
            Output::Text(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            })
        };
        let truncated = more || more_errors;
        Ok(Finished { exit_code, stdout: output(stdout), stderr: output(stderr), truncated })
    }

    /// Starts the program. It waits while its output is not read.
    pub async fn start(
        &self,
        args: Option<Vec<String>>,
        options: Option<RunOptions>,
    ) -> Answered<Started> {
        let given = self.given(args, options.unwrap_or_default()).await?;
        let (stdout, stdout_writer) = tokio::io::duplex(BUFFER_BYTES);
        let (stderr, stderr_writer) = tokio::io::duplex(BUFFER_BYTES);
        let process = self.spawn(
            given,
            AsyncStdoutStream::new(BUFFER_BYTES, stdout_writer),
            AsyncStdoutStream::new(BUFFER_BYTES, stderr_writer),
        );
        Ok(Started {
            process: Stub::new(process.await?),
            stdout: ByteStream::from_reader(stdout),
            stderr: ByteStream::from_reader(stderr),
        })
    }
}

impl Methods {
    async fn given(&self, args: Option<Vec<String>>, options: RunOptions) -> Answered<Given> {
        let thrown = |error: RunError| error.thrown(&self.tool.0.options);
        let given = Given {
            arguments: args.unwrap_or_default(),
            variables: options.env.unwrap_or_default(),
            stdin: options.stdin,
            mounts: run::mounts(options.dirs.unwrap_or_default()).await.map_err(thrown)?,
        };
        given.check().map_err(thrown)?;
        Ok(given)
    }

    /// Waits until there is room for a run, and starts it on a task of its own.
    async fn spawn(
        &self,
        given: Given,
        stdout: impl wasmtime_wasi::cli::StdoutStream + 'static,
        stderr: impl wasmtime_wasi::cli::StdoutStream + 'static,
    ) -> Answered<Process> {
        let program = Arc::clone(&self.tool.0);
        let failed = |text: &str| RunError::Trap(text.to_owned()).thrown(&program.options);
        let permit = Arc::clone(&program.runs).acquire_owned().await;
        let permit = permit.map_err(|_| failed("the tool is closed"))?;
        let (running, caller) = (Arc::clone(&program), self.caller.clone());
        let task: JoinHandle<Answered<i32>> = tokio::spawn(async move {
            let ended = run::run(Arc::clone(&running), given, caller, stdout, stderr).await;
            drop(permit);
            ended.map_err(|error| error.thrown(&running.options))
        });
        let abort = task.abort_handle();
        let ended = async move {
            task.await.unwrap_or_else(|_| {
                Err(RunError::Trap("it was killed".to_owned()).thrown(&program.options))
            })
        };
        let result: Calling<Answered<i32>> = Box::pin(ended);
        Ok(Process { result: result.shared(), abort })
    }
}

/// A run of a program. Dropping it ends the run.
pub(super) struct Process {
    result: Shared<Calling<Answered<i32>>>,
    abort: AbortHandle,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// A program that was started.
#[isolet::capability(name = "Process")]
impl Process {
    /// Waits until the program has ended.
    pub async fn wait(&self) -> Answered<Exit> {
        Ok(Exit { exit_code: self.result.clone().await? })
    }

    /// Ends the program.
    pub fn kill(&self) {
        self.abort.abort();
    }
}
