//! Loads workers.

use std::sync::Arc;

use crate::engine::Engine;
use crate::error::Result;
use crate::source::Sources;
use crate::worker::{Code, Worker};
use crate::worker_code::WorkerCode;

/// Loads workers into an engine.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
}

impl Loader {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// A new worker. Only validates: what goes wrong in parsing, linking or
    /// evaluation shows at the first call.
    ///
    /// # Errors
    /// No main module, a module name that says no kind, sizes beyond the
    /// peer's, limits that no sandbox of the engine could have.
    pub fn load(&self, mut code: WorkerCode) -> Result<Worker> {
        code.validate()?;
        code.limits.validate(self.engine.max_memory_bytes(), self.engine.base().memory_bytes())?;
        let (env, capabilities) = code.encode_env()?;
        let sources =
            Sources::new(self.engine.clone(), code.modules, code.elsewhere, code.limits.fuel);
        Ok(Worker::new(Code {
            engine: self.engine.clone(),
            main: code.main,
            sources: Arc::new(sources),
            env,
            capabilities,
            limits: code.limits,
            seed: code.seed,
            dynamic_code: code.dynamic_code,
            log_sink: code.log_sink,
        }))
    }
}
