//! isolet itself.

use std::time::Duration;

use isolet::{Engine, EngineConfig, Entrypoint, WorkerCode};
use serde_json::Value;

use super::Backend;
use crate::protocol::{Limits, Meter};

pub struct Isolet {
    engine: Engine,
    name: &'static str,
}

/// A worker's entrypoint, and the fuel that its calls have used.
pub struct Sandbox(Entrypoint, u64);

struct Host;

#[isolet::capability]
impl Host {
    /// Returns twice `n`.
    pub async fn double(&self, n: f64) -> f64 {
        n * 2.0
    }
}

impl Isolet {
    pub fn new(backend: isolet::Backend) -> isolet::Result<Self> {
        // The largest number of sandboxes that the work asks for, and a neighbour.
        let config = EngineConfig::new().backend(backend).max_sandboxes(3_100);
        Ok(Self { engine: Engine::with_config(config)?, name: backend.name() })
    }
}

impl Backend for Isolet {
    type Sandbox = Sandbox;

    fn version(&self) -> String {
        format!("this checkout, {}", self.name)
    }

    async fn load(&self, source: &str, limits: Limits) -> Result<Sandbox, String> {
        let source = format!(
            "{source}\nexport default {{ main: (arg, env) => main(arg, (n) => env.CAP.double(n)) }}"
        );
        let limits = isolet::Limits::default()
            .memory_bytes(limits.memory_bytes)
            .wall(Duration::from_millis(limits.wall_ms))
            // More than a core executes in that time. The deadline, which all backends are
            // given, is what ends a loop.
            .fuel(limits.wall_ms * isolet::Limits::FUEL_PER_CPU_MS * 4);
        let code = WorkerCode::module("main.js", source).env("CAP", Host).limits(limits).seed(1);
        let worker = self.engine.loader().load(code).map_err(|error| error.to_string())?;
        Ok(Sandbox(worker.entrypoint(), 0))
    }

    async fn call(&self, sandbox: &mut Sandbox, arg: &Value) -> Result<Value, String> {
        let report = sandbox.0.run(Some("main"), (arg,)).await;
        sandbox.1 += report.usage.fuel;
        let value = report.result.map_err(|error| error.to_string())?;
        value.to().map_err(|error| error.to_string())
    }

    fn meter(&self, sandbox: &Sandbox) -> Option<Meter> {
        Some(Meter { unit: "fuel".into(), value: sandbox.1 as f64 })
    }
}
