//! An agent that was written by a model, and the one thing that it may touch.

use isolet::{Engine, Limits, WorkerCode};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;

struct ChatRoom;

#[isolet::capability]
impl ChatRoom {
    /// Posts a message and returns its number.
    pub async fn post(&self, text: String) -> Result<u32, std::io::Error> {
        let mut out = tokio::io::stdout();
        out.write_all(format!("posted: {text}\n").as_bytes()).await?;
        out.flush().await?;
        Ok(1)
    }
}

#[derive(Debug, Deserialize)]
struct Reply {
    posted: u32,
}

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let source = r"
        interface Env { CHAT_ROOM: { post(text: string): Promise<number> } }
        export default {
            async myAgent(text: string, env: Env) {
                return { posted: await env.CHAT_ROOM.post(text.toUpperCase()) };
            },
        };
    ";

    let engine = Engine::new()?;
    let worker = engine.loader().load(
        WorkerCode::module("agent.ts", source)
            .env("CHAT_ROOM", ChatRoom)
            .limits(Limits::default().fuel(50_000_000).memory_bytes(32 << 20)),
    )?;
    let reply: Reply = worker.entrypoint().call("myAgent", ("hello",)).await?;

    println!("message {}", reply.posted);
    Ok(())
}
