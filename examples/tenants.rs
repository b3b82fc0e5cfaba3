//! A service that runs code of many tenants: each has a worker of its own that is kept by
//! the digest of its code, a bound of its own, and no way to the others. One that loops is
//! stopped at its limit, and its neighbours go on.

use isolet::{Engine, EngineConfig, Limits, Loader, Result, WorkerCode};

/// The upload of one tenant.
struct Tenant {
    name: &'static str,
    source: &'static str,
}

const TENANTS: [Tenant; 3] = [
    Tenant { name: "anna", source: "export default { handle: (n) => n + 1 }" },
    Tenant { name: "ben", source: "export default { handle() { for (;;); } }" },
    Tenant { name: "carl", source: "export default { handle: (n) => n.missing.name }" },
];

async fn handle(loader: &Loader, tenant: &Tenant, request: u32) -> Result<u32> {
    let code = WorkerCode::module("tenant.js", tenant.source)
        .limits(Limits::default().fuel(20_000_000).memory_bytes(16 << 20));
    // The same code is loaded once. A new upload has another digest, and so another worker.
    let id = format!("{}-{}", tenant.name, code.digest());
    let worker = loader.get(&id, async || Ok(code)).await?;
    worker.entrypoint().call("handle", (request,)).await
}

#[tokio::main]
async fn main() -> Result<()> {
    // No tenant gets more than a fifth of the sandboxes and of the memory.
    let config = EngineConfig::new().max_sandboxes(200).max_root_percent(20);
    let loader = Engine::with_config(config)?.loader();

    for request in 1..=2 {
        for tenant in &TENANTS {
            match handle(&loader, tenant, request).await {
                Ok(answer) => println!("{}: {answer}", tenant.name),
                Err(error) => println!("{}: {}", tenant.name, error.outcome().as_str()),
            }
        }
    }
    println!("{} loads", loader.stats().misses);
    Ok(())
}
