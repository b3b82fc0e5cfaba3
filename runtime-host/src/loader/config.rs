//! The configuration of a loader.

/// The configuration of a [`Loader`](super::Loader): how much it keeps for
/// [`Loader::get`](super::Loader::get). Past either limit, the workers that were not asked for
/// the longest are evicted. Whoever holds such a worker keeps it.
///
/// Each setting is set by the method of its name, and read as the field of its name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct LoaderConfig {
    /// Workers that are kept.
    pub max_workers: usize,
    /// Bytes of code and `env` of the workers that are kept.
    pub max_bytes: u64,
}

impl Default for LoaderConfig {
    fn default() -> Self {
        Self { max_workers: 1_000, max_bytes: 256 << 20 }
    }
}

impl LoaderConfig {
    /// Creates the default configuration.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many workers are kept. Default: 1,000.
    pub fn max_workers(mut self, workers: usize) -> Self {
        self.max_workers = workers;
        self
    }

    /// Sets how many bytes of code and `env` the kept workers may take together. Default:
    /// 256 MiB.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}
