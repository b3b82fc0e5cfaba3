//! Bytes stream through a sandbox: the host sends as fast as the worker reads, and reads as
//! fast as the worker writes. Nothing holds the whole of it.

use futures_util::{StreamExt, stream};
use isolet::{ByteStream, Engine, Thrown, WorkerCode};

const NUMBERED: &str = r"
let rest = '', line = 0;
const numbered = new TransformStream({
    transform(part, out) {
        const lines = (rest + part).split('\n');
        rest = lines.pop();
        for (const text of lines) out.enqueue(`${++line} ${text}\n`);
    },
    flush(out) { if (rest) out.enqueue(`${++line} ${rest}\n`) },
});
export default {
    number: (text) => text
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(numbered)
        .pipeThrough(new TextEncoderStream()),
};
";

#[tokio::main]
async fn main() -> isolet::Result<()> {
    let worker = Engine::new()?.loader().load(WorkerCode::module("number.js", NUMBERED))?;

    let chunks = ["one\ntw", "o\nthr", "ee"].map(|text| Ok::<_, Thrown>(text.as_bytes().to_vec()));
    let text = ByteStream::new(stream::iter(chunks));
    let mut numbered: ByteStream = worker.entrypoint().call("number", (text,)).await?;

    while let Some(part) = numbered.next().await {
        print!("{}", String::from_utf8_lossy(&part?));
    }
    Ok(())
}
