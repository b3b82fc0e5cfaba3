//! An agent calls two tools of the host, one of them many times at once, and hands back
//! one answer. What the agent may spend is bounded, and a tool that fails is an exception
//! that the agent can catch.

use std::collections::BTreeMap;

use isolet::{Engine, Limits, Thrown, WorkerCode};
use serde::{Deserialize, Serialize};

/// The tools that the agent may use.
struct Shop {
    stock: BTreeMap<String, u32>,
}

#[derive(Serialize, schemars::JsonSchema)]
struct Item {
    name: String,
    left: u32,
}

#[isolet::capability]
impl Shop {
    /// Lists the names of all items.
    pub async fn names(&self) -> Vec<String> {
        self.stock.keys().cloned().collect()
    }

    /// Looks one item up.
    pub async fn item(&self, name: String) -> Result<Item, Thrown> {
        match self.stock.get(&name) {
            Some(&left) => Ok(Item { name, left }),
            None => Err(Thrown::named("NotFoundError", format!("there is no {name}"))),
        }
    }
}

/// As a model might write it, after it was shown the declaration of the tools.
const AGENT: &str = r#"
interface Env { SHOP: { names(): Promise<string[]>; item(name: string): Promise<{ name: string; left: number }> } }

export default async (question: { below: number }, env: Env) => {
    const items = await Promise.all((await env.SHOP.names()).map((name) => env.SHOP.item(name)));
    const missing = await env.SHOP.item("pears").catch((error: Error) => error.name);
    return { scarce: items.filter((item) => item.left < question.below).map((item) => item.name), missing };
};
"#;

#[derive(Deserialize)]
struct Answer {
    scarce: Vec<String>,
    missing: String,
}

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let stock = [("apples", 3), ("nuts", 900), ("plums", 7)];
    let stock = stock.into_iter().map(|(name, left)| (name.to_owned(), left)).collect();
    let code = WorkerCode::module("agent.ts", AGENT)
        .env("SHOP", Shop { stock })
        .limits(Limits::default().fuel(100_000_000).capability_calls(100));

    let worker = Engine::new()?.loader().load(code)?;
    let question = serde_json::json!({ "below": 10 });
    let report = worker.entrypoint().run(None, (question,)).await;

    println!("{} calls of tools", report.usage.capability_calls);
    let answer: Answer = report.result?.to()?;
    println!("scarce: {}; {}", answer.scarce.join(", "), answer.missing);
    Ok(())
}
