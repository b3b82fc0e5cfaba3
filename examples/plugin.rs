//! A plugin with a typed interface: the capability's declaration is TypeScript that its
//! author can check the plugin against, and a fresh sandbox per call keeps nothing from one
//! document to the next.

use isolet::{Capability, Engine, WorkerCode};
use serde::{Deserialize, Serialize};

/// The document that a plugin works on, as the plugin may ask about it.
struct Document {
    text: String,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Range {
    start: usize,
    end: usize,
}

#[derive(Serialize, schemars::JsonSchema)]
struct Size {
    words: usize,
    lines: usize,
}

#[isolet::capability]
impl Document {
    /// Counts words and lines.
    pub async fn size(&self) -> Size {
        Size { words: self.text.split_whitespace().count(), lines: self.text.lines().count() }
    }

    /// Returns a part of the text; empty if the range is not inside it.
    pub async fn slice(&self, range: Range) -> String {
        self.text.get(range.start..range.end).unwrap_or_default().to_owned()
    }
}

const PLUGIN: &str = r"
let runs = 0;
export default {
    async summary(_: unknown, env: { DOCUMENT: { size(): Promise<{ words: number; lines: number }>; slice(range: { start: number; end: number }): Promise<string> } }) {
        const { words, lines } = await env.DOCUMENT.size();
        const head = await env.DOCUMENT.slice({ start: 0, end: 8 });
        return `${head}… ${words} words, ${lines} lines, run ${++runs}`;
    },
};
";

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let document = Document { text: "A letter\nto nobody in particular\n".to_owned() };
    if let Some(declaration) = document.declaration() {
        println!("{}", declaration.lines().next().unwrap_or_default());
    }
    let code = WorkerCode::module("plugin.ts", PLUGIN).env("DOCUMENT", document);
    let plugin = Engine::new()?.loader().load(code)?.fresh_per_call();
    for _ in 0..2 {
        let summary: String = plugin.entrypoint().call("summary", ((),)).await?;
        println!("{summary}");
    }
    Ok(())
}
