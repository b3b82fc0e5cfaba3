//! A parent that loads 50,000 workers, 16 at a time, each with a program of its own. Checks every
//! answer, and measures what is left of the workers.

use std::time::Instant;

use isolet::{Engine, EngineConfig, Error, Limits, WorkerCode};

const CHILDREN: u32 = 50_000;

const PARENT: &str = "
const limits = { fuel: 3_000_000, memoryBytes: 4 << 20 };
const programs = [
  [(n) => `return ${n}`, (n, end) => end === n],
  [(n) => `throw new RangeError('mine ${n}')`, (n, end) => end === `RangeError: mine ${n}`],
  [() => `return new Promise(() => {})`, (n, end) => end.includes('hung')],
  [() => `for (;;);`, (n, end) => end.includes('CPU limit: fuel of 3000000')],
  [() => `new Uint8Array(8 << 20)`, (n, end) => end.includes('memory limit')],
  [(n) => `return (await arg(${n})) + 1`, (n, end) => end === n + 1],
];

async function one(n, env) {
  const [body, right] = programs[n % programs.length];
  const source = `export default { async run(arg) { ${body(n)} } } // ${n}`;
  const worker = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': source }, limits });
  let end;
  try {
    end = await worker.getEntrypoint().run(async (n) => n);
  } catch (error) {
    end = `${error.name}: ${error.message}`;
  }
  if (!right(n, end)) throw new Error(`${n} ended as ${end}`);
}

export default {
  async run([from, to], env) {
    let next = from;
    const worker = async () => { while (next < to) await one(next++, env) };
    await Promise.all(Array.from({ length: 16 }, worker));
    return to - from;
  },
}";

pub(crate) async fn run() -> Result<(), Error> {
    // At most 16 workers, the parent, and workers that are being dropped are alive.
    let engine = Engine::with_config(EngineConfig::new().max_sandboxes(64))?;
    let limits = Limits::default()
        .fuel(i64::MAX.unsigned_abs())
        .wall(std::time::Duration::from_mins(30))
        .capability_calls(u64::MAX);
    let code = WorkerCode::module("parent.js", PARENT).limits(limits).loader("LOADER");
    let parent = engine.loader().load(code)?.entrypoint();
    let warm: u32 = parent.call("run", ([0, 1000],)).await?;
    assert_eq!(warm, 1000);
    let (before, began) = (resident_kib(), Instant::now());
    let report = parent.run(Some("run"), ([0, CHILDREN],)).await;
    let elapsed = began.elapsed();
    assert_eq!(report.result?.to::<u32>()?, CHILDREN);
    let after = resident_kib();
    let each = crate::text(elapsed / CHILDREN);
    println!(
        "| one of {CHILDREN} workers that return, throw, hang, loop or are greedy | {each} | |"
    );
    println!("| memory of the process before and after them | {before} and {after} KiB | |");
    let heap = report.usage.memory_peak_bytes >> 10;
    println!("| heap of the parent at its largest | {heap} KiB | |");
    Ok(())
}

/// Returns the resident memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
