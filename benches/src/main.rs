//! Prints the costs of isolet as a table. Each answer is checked before it is timed, and fuel and
//! memory limits are armed, as they always are.
//!
//! `cargo bench -p isolet-benches -- [NAME …]` runs the groups named: startup, calls, loader,
//! scale, fairness, streams, throughput, code-mode, command, compute, density. The group packages
//! needs a folder of packages, which `just bench packages` makes, and runs only if it is named. So
//! does `profile PATH SECONDS`, which is for a profiler.

mod calls;
mod code_mode;
mod command;
mod compute;
mod density;
mod fairness;
mod loader;
mod packages;
mod profile;
mod scale;
mod startup;
mod streams;
mod throughput;

use std::time::{Duration, Instant};

use isolet::{Engine, Error};

/// The agent of most figures.
const AGENT: &str = "export default { myAgent(p, env, ctx) { return { doubled: p.value * 2 } } }";

type Outcome = Result<(), Error>;

/// Returns a runtime of one thread. It watches no sockets, which no figure needs: it would poll
/// them after each call (`epoll_wait`, some 0.3 µs).
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|group| group == name);
    if let [group, path, seconds] = &wanted[..]
        && group == "profile"
    {
        let one = runtime()?;
        return Ok(one.block_on(profile::run(&Engine::new()?, path, seconds.parse()?))?);
    }
    println!("| figure | median | 10th to 90th percentile |\n|---|---|---|");
    let engine = Engine::new()?;
    let one = runtime()?;
    if wants("startup") {
        one.block_on(startup::run(&engine))?;
    }
    if wants("calls") {
        one.block_on(calls::run(&engine))?;
    }
    if wants("loader") {
        one.block_on(loader::run(&engine))?;
    }
    if wants("scale") {
        one.block_on(scale::run())?;
    }
    if wants("fairness") {
        one.block_on(fairness::run(&engine))?;
    }
    if wants("streams") {
        one.block_on(streams::run(&engine))?;
    }
    if wants("throughput") {
        throughput::run(&engine)?;
    }
    if wants("code-mode") {
        one.block_on(code_mode::run(&engine))?;
        code_mode::sessions(&engine)?;
    }
    if wants("command") {
        command::run()?;
    }
    if wants("compute") {
        one.block_on(compute::run(&engine))?;
    }
    if wanted.iter().any(|group| group == "packages") {
        one.block_on(packages::run(&engine))?;
    }
    if wants("density") {
        drop(engine);
        one.block_on(density::run())?;
    }
    println!("\n{}", machine());
    Ok(())
}

/// Prints a row of durations of `per` operations each. Returns the median of one operation.
fn row(name: &str, per: u32, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100] / per;
    println!("| {name} | {} | {} to {} |", text(at(50)), text(at(10)), text(at(90)));
    at(50)
}

fn text(time: Duration) -> String {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let micros = time.as_nanos() as f64 / 1000.0;
    if micros >= 10_000.0 {
        format!("{:.1} ms", micros / 1000.0)
    } else {
        format!("{micros:.2} µs")
    }
}

/// Times `count` runs, after a tenth as many runs that are not counted.
async fn time<F: Future<Output = Outcome>>(
    count: usize,
    mut run: impl FnMut(usize) -> F,
) -> Result<Vec<Duration>, Error> {
    let mut times = Vec::with_capacity(count);
    for index in 0..count + count / 10 {
        let began = Instant::now();
        run(index).await?;
        if index >= count / 10 {
            times.push(began.elapsed());
        }
    }
    Ok(times)
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{}, {cores} cores, Linux {}",
        model.trim_start_matches([' ', '\t', ':']),
        kernel.trim()
    )
}
