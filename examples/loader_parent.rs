//! A worker that loads workers, as Cloudflare's Worker Loader has it: the parent decides what
//! each child is made of, which capabilities it is handed and what it may spend, and all of
//! them stay within the parent's limits.

use isolet::{Engine, Limits, WorkerCode};

const PARENT: &str = r#"
const child = (source, env) => ({
    mainModule: "child.js", modules: { "child.js": source }, env, globalOutbound: null, limits: { cpuMs: 5 },
});

export default {
    async run(sources, env) {
        const say = (text) => `${text}!`;
        const results = await Promise.allSettled(sources.map((source) =>
            env.LOADER.load(child(source, { GREETING: "hello", say })).getEntrypoint().greet("you")));
        return results.map(({ value, reason }) => value ?? reason.message.split(":")[0]);
    },
};
"#;

const CHILDREN: [&str; 3] = [
    "export default { greet: async (who, env) => await env.say(`${env.GREETING} ${who}`) }",
    "export default { greet() { for (;;); } }",
    "export default { greet: () => fetch('https://example.com') }",
];

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let code = WorkerCode::module("parent.js", PARENT)
        .loader("LOADER")
        .limits(Limits::default().fuel(1_000_000_000));
    let parent = Engine::new()?.loader().load(code)?;
    let results: Vec<String> = parent.entrypoint().call("run", (CHILDREN,)).await?;
    for result in results {
        println!("{result}");
    }
    Ok(())
}
