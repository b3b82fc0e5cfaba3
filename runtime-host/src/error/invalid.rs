//! The errors of invalid input that [`Engine::with_config`](crate::Engine::with_config),
//! [`Loader::load`](crate::Loader::load) and calls return before anything runs.

use crate::support::backend::Backend;

/// The reason why an [`EngineConfig`](crate::EngineConfig) is invalid: no machine could run the
/// engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// This build of the crate does not have the backend.
    #[error("this program was built without the backend {0} (the feature `{0}` of isolet)")]
    Backend(Backend),
    /// [`EngineConfig::max_memory_bytes`](crate::EngineConfig::max_memory_bytes) is more than a
    /// sandbox can have with the backend.
    #[error("max_memory_bytes {actual} is more than the {limit} that the backend {backend} allows")]
    Memory {
        /// The backend.
        backend: Backend,
        /// The bytes that were asked for.
        actual: u64,
        /// The most bytes that are possible.
        limit: u64,
    },
}

/// The reason why [`Limits`](crate::Limits) are invalid: no sandbox of the engine could have
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// [`Limits::fuel`](crate::Limits::fuel) is too large.
    #[error("fuel {actual} is more than {limit}")]
    Fuel {
        /// The fuel that was asked for.
        actual: u64,
        /// The most that a limit can be.
        limit: u64,
    },
    /// [`Limits::memory_bytes`](crate::Limits::memory_bytes) is more than
    /// [`EngineConfig::max_memory_bytes`](crate::EngineConfig::max_memory_bytes).
    #[error("memory_bytes {actual} is more than the {limit} that the engine was configured for")]
    MemoryAbove {
        /// The bytes that were asked for.
        actual: u64,
        /// The most bytes that the engine allows.
        limit: u64,
    },
    /// [`Limits::memory_bytes`](crate::Limits::memory_bytes) is less than a sandbox takes
    /// before it has loaded anything.
    #[error("memory_bytes {actual} is less than the {least} that an empty sandbox has")]
    MemoryBelow {
        /// The bytes that were asked for.
        actual: u64,
        /// The bytes of an empty sandbox.
        least: u64,
    },
    /// [`Limits::stack_bytes`](crate::Limits::stack_bytes) is too small or too large.
    #[error("stack_bytes {actual} is not between {least} and {limit}")]
    Stack {
        /// The bytes that were asked for.
        actual: u32,
        /// The fewest bytes that are possible.
        least: u32,
        /// The most bytes that are possible.
        limit: u32,
    },
    /// [`Limits::wall`](crate::Limits::wall) is zero.
    #[error("wall is zero")]
    Wall,
    /// [`Limits::concurrency`](crate::Limits::concurrency) is zero.
    #[error("concurrency is zero")]
    Concurrency,
    /// [`Limits::sandboxes`](crate::Limits::sandboxes) is zero.
    #[error("sandboxes is zero")]
    Sandboxes,
}

/// The reason why a [`WorkerCode`](crate::WorkerCode) cannot be loaded, or a call cannot be
/// made, whatever the modules contain. JavaScript that loads a worker gets an `Error` with
/// the same text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// The main module is missing.
    #[error("there is no module \"{}\", which is to be the main one", .name.escape_debug())]
    NoMain {
        /// The name of the main module.
        name: String,
    },
    /// The ending of a name that was given to [`WorkerCode::file`](crate::WorkerCode::file)
    /// says no kind of module.
    #[error(
        "the name of module \"{}\" ends in none of .js .mjs .cjs .jsx .ts .mts .tsx .json .txt",
        .name.escape_debug()
    )]
    Ending {
        /// The name of the module.
        name: String,
    },
    /// The name of a module contains the character NUL.
    #[error("the name of module \"{}\" has a NUL in it", .name.escape_debug())]
    Nul {
        /// The name of the module.
        name: String,
    },
    /// The compatibility date is not written like one.
    #[error("the compatibility date \"{}\" is not of the form 2026-03-01", .date.escape_debug())]
    Date {
        /// The first 32 characters of the date.
        date: String,
    },
    /// A worker's request to a loader cannot be decoded, or has too many parts.
    #[error("{0}")]
    Request(isolet_wire::DecodeError),
    /// The worker has too many tails.
    #[error("A worker may have at most {limit} tails, and this one has {actual}.")]
    Tails {
        /// The number of tails.
        actual: usize,
        /// The most tails that a worker may have.
        limit: usize,
    },
    /// The bodies of the modules take more than
    /// [`EngineConfig::max_code_bytes`](crate::EngineConfig::max_code_bytes).
    #[error(
        "Dynamic Worker code size ({actual} bytes) exceeds the maximum allowed size of {limit} \
         bytes."
    )]
    CodeBytes {
        /// The bytes of all bodies.
        actual: u64,
        /// The most bytes that the engine allows.
        limit: u64,
    },
    /// Like [`Self::CodeBytes`], for code that a worker loads: it is not counted beyond the
    /// limit.
    #[error(
        "Dynamic Worker code size (more than {limit} bytes) exceeds the maximum allowed size of \
         {limit} bytes."
    )]
    UncountedCodeBytes {
        /// The most bytes that the engine allows.
        limit: u64,
    },
    /// `env` is too large.
    #[error(
        "Dynamic Worker env size ({actual} bytes) exceeds the maximum allowed size of {limit} \
         bytes."
    )]
    EnvBytes {
        /// The bytes of `env`, encoded.
        actual: usize,
        /// The most bytes that `env` may take.
        limit: usize,
    },
    /// A worker asks its loader with more values than any code and `env` can have.
    #[error(
        "A loader is asked with at most {limit} values: a worker may have {modules} modules and \
         {env_bytes} bytes of env."
    )]
    Values {
        /// The number of values that is too many.
        limit: usize,
        /// The most modules that the worker may have.
        modules: usize,
        /// The most bytes that its `env` may take.
        env_bytes: usize,
    },
    /// Too many workers that loaded one another come before this one.
    #[error("The worker is too deep: {generations} workers that loaded one another are before it.")]
    Depth {
        /// The number of workers before it.
        generations: u32,
    },
    /// The worker has its app image already, so [`Entrypoint::warm_up`](crate::Entrypoint::warm_up)
    /// comes too late.
    #[error("the worker has its app image already: warm it up before the first fresh call")]
    HasImage,
    /// The arguments of a call are neither a tuple nor a list.
    #[error("the arguments of a call are a tuple or a list")]
    Arguments,
}
