//! Options of a tool.

use std::time::Duration;

use crate::support::backend::Backend;

/// The options of a [`Tool`](super::Tool). The limits are those of one run, unless they say
/// otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ToolOptions {
    pub(super) name: String,
    pub(super) backend: Backend,
    pub(super) fuel: u64,
    pub(super) memory_bytes: usize,
    pub(super) output_bytes: usize,
    pub(super) wall: Duration,
    pub(super) concurrency: u32,
    pub(super) max_module_bytes: usize,
    pub(super) real_clock: bool,
    pub(super) seed: Option<u64>,
}

impl ToolOptions {
    /// Creates options with the defaults.
    pub fn new() -> Self {
        Self {
            name: "tool".to_owned(),
            backend: Backend::default(),
            fuel: 20_000_000_000,
            memory_bytes: 256 << 20,
            output_bytes: 4 << 20,
            wall: Duration::from_secs(30),
            concurrency: 2,
            max_module_bytes: 64 << 20,
            real_clock: false,
            seed: Some(0),
        }
    }

    /// Sets the name of the program: its `argv[0]`. Default: `tool`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the backend that executes the program. Default: [`Backend::default`].
    ///
    /// [`Backend::Native`] makes the compiled code executable when the tool is made.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Sets the maximum number of Wasm operations. Default: 20,000,000,000. The run then fails
    /// with the code `ERR_TOOL_FUEL`.
    pub fn fuel(mut self, operations: u64) -> Self {
        self.fuel = operations;
        self
    }

    /// Sets the maximum number of bytes of the program's memories and tables. Default: 256 MiB.
    /// The run then fails with the code `ERR_TOOL_MEMORY`.
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Sets the maximum number of bytes that `run` returns of standard output and of standard
    /// error each. Default: 4 MiB. The rest is dropped, and the result says so. The streams of
    /// `start` have no such limit.
    pub fn output_bytes(mut self, bytes: usize) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// Sets the maximum wall time. Default: 30 s. The run then fails with the code
    /// `ERR_TOOL_TIMEOUT`.
    pub fn wall(mut self, time: Duration) -> Self {
        self.wall = time;
        self
    }

    /// Sets the maximum number of runs of the tool at a time, in all sandboxes. Default: 2. Others
    /// wait.
    pub fn concurrency(mut self, runs: u32) -> Self {
        self.concurrency = runs;
        self
    }

    /// Sets the maximum number of bytes of the module. Default: 64 MiB. Checked before it is
    /// compiled.
    pub fn max_module_bytes(mut self, bytes: usize) -> Self {
        self.max_module_bytes = bytes;
        self
    }

    /// Gives the program the clocks of the host. By default its time begins at 1970 in each run,
    /// and goes on by 1 ms each time that the program looks.
    pub fn real_clock(mut self) -> Self {
        self.real_clock = true;
        self
    }

    /// Gives the program the same random bytes in each run, which depend on the seed. Default: the
    /// seed 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Gives the program random bytes of the operating system, in place of those of a seed.
    pub fn real_random(mut self) -> Self {
        self.seed = None;
        self
    }
}

impl Default for ToolOptions {
    fn default() -> Self {
        Self::new()
    }
}
