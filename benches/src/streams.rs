//! The cost of bytes that flow through a sandbox that could not hold them.

use std::time::Instant;

use isolet::{Engine, Error, Limits, WorkerCode};

/// The number of chunks, which are 1 GiB together.
const CHUNKS: u32 = 4096;
const CHUNK_BYTES: u64 = 256 << 10;

const MADE: &str = "export default {
  make(count) {
    let n = 0;
    return new ReadableStream({ pull(c) {
      if (n === count) return c.close();
      c.enqueue(new Uint8Array(262144).fill(n++ % 251));
    } }, { highWaterMark: 0 });
  } };";

const CHANGED: &str = "export default {
  change(stream) {
    return stream.pipeThrough(new TransformStream({ transform(chunk, c) {
      c.enqueue(chunk.fill(chunk[0] + 1, 0, 1));
    } }));
  } };";

const READ: &str = "export default {
  async read(stream) {
    let total = 0, sum = 0;
    for await (const chunk of stream) {
      total += chunk.length;
      sum += chunk[0] + chunk.at(-1);
    }
    return [total, sum];
  } };";

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let limits = Limits::default()
        .memory_bytes(32 << 20)
        .fuel(1 << 50)
        .wall(std::time::Duration::from_mins(10))
        .capability_calls(1 << 20);
    let load = |source| {
        let code = WorkerCode::module("main.js", source).limits(limits.clone());
        engine.loader().load(code)
    };
    let (made, changed, read) = (load(MADE)?, load(CHANGED)?, load(READ)?);
    let began = Instant::now();
    let stream = made.entrypoint().call::<isolet::Value>("make", (CHUNKS,)).await?;
    let stream = changed.entrypoint().call::<isolet::Value>("change", &[stream][..]).await?;
    let told = read.entrypoint().call::<isolet::Value>("read", &[stream][..]).await?;
    let took = began.elapsed();
    let sum: u64 = (0..u64::from(CHUNKS)).map(|n| 2 * (n % 251) + 1).sum();
    assert_eq!(told.to::<(u64, u64)>()?, (u64::from(CHUNKS) * CHUNK_BYTES, sum));
    let rate = f64::from(CHUNKS) / 4.0 / took.as_secs_f64();
    println!("| 1 GiB through a sandbox of 32 MiB, from one to another | {rate:.0} MiB/s | |");
    Ok(())
}
