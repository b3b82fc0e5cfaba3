//! A web service that runs a transform which its users upload: `POST /` takes JSON
//! `{ "source": "…", "input": … }` and answers with what the source's default export makes
//! of the input, or with why it did not.

use std::net::SocketAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use isolet::{Engine, EngineConfig, Limits, Outcome, WorkerCode};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Transform {
    source: String,
    input: Value,
}

async fn transform(
    State(engine): State<Engine>,
    Json(Transform { source, input }): Json<Transform>,
) -> (StatusCode, Json<Value>) {
    let limits = Limits::default()
        .fuel(100_000_000)
        .memory_bytes(32 << 20)
        .wall(std::time::Duration::from_secs(2));
    let code = WorkerCode::module("transform.ts", source).limits(limits);
    let result = match engine.loader().load(code) {
        Ok(worker) => worker.entrypoint().run(None, (input,)).await.result,
        Err(error) => Err(error),
    };
    match result.and_then(|value| Ok(value.to::<Value>()?)) {
        Ok(output) => (StatusCode::OK, Json(output)),
        Err(error) => {
            let status = match error.outcome() {
                Outcome::InternalError => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            (status, Json(json!({ "error": error.to_string() })))
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::with_config(EngineConfig::new().max_sandboxes(100))?;
    let router = Router::new().route("/", post(transform)).with_state(engine);
    let address: SocketAddr =
        std::env::args().nth(1).as_deref().unwrap_or("127.0.0.1:0").parse()?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    Ok(())
}
