//! `isolet bench`: what a program costs on this machine.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet::{Backend, Engine, EngineConfig, Error, Report, Worker, WorkerCode};
use serde::Serialize;

use crate::args::{BenchArgs, ProgramArgs};
use crate::code::code;
use crate::descriptors;
use crate::output;
use crate::run::{self, Failure};
use crate::terminal::Terminal;

/// The sandboxes of a program that loads no others: the warm one, and one at work.
const SANDBOXES: u32 = 4;

/// The maximum time to wait for the end of a sandbox, which `waitUntil` may delay.
const PATIENCE: Duration = Duration::from_millis(100);

/// The record of `--json`.
#[derive(Serialize)]
struct Record<'a> {
    file: &'a str,
    runs: u32,
    rows: Vec<Row>,
}

/// The cost of one kind of call with one engine.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    engine: &'static str,
    call: &'static str,
    /// The least and the most Wasm operations.
    fuel: [u64; 2],
    /// The 10th percentile, the median and the 90th percentile.
    wall_micros: [f64; 3],
    memory_peak_bytes: u64,
}

pub(crate) fn main(args: &BenchArgs) -> ExitCode {
    let terminal = Arc::new(Terminal::default());
    let code = match start(args) {
        Ok(rows) => print(&terminal, args, rows),
        Err(Stopped::Here(failure)) => run::failed(&terminal, failure),
        Err(Stopped::There(report)) => run::print(&terminal, &report, None, false),
    };
    ExitCode::from(code)
}

/// The reason why nothing is timed.
enum Stopped {
    Here(Failure),
    /// The program did not return.
    There(Box<Report>),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Here(failure)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Here(error.into())
    }
}

fn start(args: &BenchArgs) -> Result<Vec<Row>, Stopped> {
    descriptors::check().map_err(Failure::internal)?;
    if args.program.file == "-" {
        return Err(Failure::Usage("FILE is read for each call, and - only once".to_owned()).into());
    }
    // Errors in the arguments do not depend on the engine.
    let _ = fresh_code(&args.program)?;
    let backends = if args.engines.is_empty() { Backend::ALL } else { &args.engines };
    let mut engines = Vec::new();
    for &backend in backends {
        let config = EngineConfig::new().backend(backend).max_sandboxes(SANDBOXES);
        engines.push((backend, run::engine(&args.program, config)?));
    }
    run::runtime()?.block_on(async {
        let spinner = run::spinner("timing");
        let rows = tokio::select! {
            rows = time(args, &engines) => rows,
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted.into()),
            () = run::spin(&spinner) => Err(Failure::Interrupted.into()),
        };
        spinner.finish_and_clear();
        rows
    })
}

fn fresh_code(args: &ProgramArgs) -> Result<WorkerCode, Failure> {
    code(args)
}

/// The measurements of one engine.
struct Timing<'a> {
    args: &'a BenchArgs,
    engine: &'a Engine,
    warm: Worker,
    fresh: Worker,
    kinds: [Kind; 3],
}

#[derive(Default)]
struct Kind {
    walls: Vec<Duration>,
    fuel: Vec<u64>,
    memory_peak_bytes: u64,
}

async fn time(args: &BenchArgs, engines: &[(Backend, Engine)]) -> Result<Vec<Row>, Stopped> {
    let mut timings = Vec::new();
    for (_, engine) in engines {
        timings.push(Timing::new(args, engine).await?);
    }
    for _ in 0..args.runs {
        for timing in &mut timings {
            timing.round().await?;
        }
    }
    let names = engines.iter().map(|(backend, _)| backend.name());
    Ok(names.zip(timings).flat_map(|(name, timing)| timing.rows(name)).collect())
}

impl<'a> Timing<'a> {
    async fn new(args: &'a BenchArgs, engine: &'a Engine) -> Result<Self, Stopped> {
        let warm = engine.loader().load(fresh_code(&args.program)?)?;
        let fresh = engine.loader().load(fresh_code(&args.program)?)?.fresh_per_call();
        // The first call loads, and makes the heap that the fresh ones begin with.
        for worker in [&warm, &fresh, &warm, &fresh] {
            call(args, worker).await?;
        }
        Ok(Self { args, engine, warm, fresh, kinds: Default::default() })
    }

    async fn round(&mut self) -> Result<(), Stopped> {
        let code = fresh_code(&self.args.program)?;
        let taken = self.engine.stats().slots;
        let begun = Instant::now();
        let cold = self.engine.loader().load(code)?;
        let report = call(self.args, &cold).await?;
        drop(cold);
        end_of_others(self.engine, taken).await;
        let [of_cold, of_warm, of_fresh] = &mut self.kinds;
        of_cold.add(begun.elapsed(), &report);
        for (worker, kind) in [(&self.warm, of_warm), (&self.fresh, of_fresh)] {
            let begun = Instant::now();
            let report = call(self.args, worker).await?;
            end_of_others(self.engine, taken).await;
            kind.add(begun.elapsed(), &report);
        }
        Ok(())
    }

    fn rows(self, engine: &'static str) -> impl Iterator<Item = Row> {
        let named = ["cold", "warm", "fresh"].into_iter().zip(self.kinds);
        named.map(move |(call, kind)| kind.row(engine, call))
    }
}

/// Waits until no more than `taken` slots are taken. Otherwise the next call, which may be of another
/// kind, would wait for the reset of the last one's slot. A sandbox counts as ended before that.
async fn end_of_others(engine: &Engine, taken: u64) {
    let begun = Instant::now();
    while engine.stats().slots > taken && begun.elapsed() < PATIENCE {
        tokio::task::yield_now().await;
    }
}

async fn call(args: &BenchArgs, worker: &Worker) -> Result<Report, Stopped> {
    let report = run::entrypoint(&args.program, worker)
        .run(args.call.call.as_deref(), &args.call.arguments)
        .await;
    if report.result.is_err() { Err(Stopped::There(Box::new(report))) } else { Ok(report) }
}

impl Kind {
    fn add(&mut self, wall: Duration, report: &Report) {
        self.walls.push(wall);
        self.fuel.push(report.usage.fuel);
        self.memory_peak_bytes = self.memory_peak_bytes.max(report.usage.memory_peak_bytes);
    }

    fn row(mut self, engine: &'static str, call: &'static str) -> Row {
        self.walls.sort_unstable();
        let last = self.walls.len().saturating_sub(1);
        let part = |percent: usize| {
            let wall: Duration = self.walls.get(last * percent / 100).copied().unwrap_or_default();
            (wall.as_secs_f64() * 1e7).round() / 10.0
        };
        let fuel = [self.fuel.iter().min(), self.fuel.iter().max()];
        Row {
            engine,
            call,
            fuel: fuel.map(|fuel| fuel.copied().unwrap_or_default()),
            wall_micros: [part(10), part(50), part(90)],
            memory_peak_bytes: self.memory_peak_bytes,
        }
    }
}

impl Row {
    fn line(&self) -> String {
        let Self { engine, call, fuel: [least, most], wall_micros, memory_peak_bytes } = self;
        let [low, median, high] = wall_micros;
        let spread = format!("µs ({low:.1} to {high:.1})");
        let memory = memory_peak_bytes >> 10;
        let also = if least == most { String::new() } else { format!(" (fuel up to {most})") };
        format!("{engine:8}{call:7}{least:>14}{median:>14.1} {spread:31}{memory} KiB{also}")
    }
}

fn print(terminal: &Terminal, args: &BenchArgs, rows: Vec<Row>) -> u8 {
    let file = &*args.program.file;
    let record = Record { file, runs: args.runs, rows };
    let printed = if args.json {
        output::print(|out| Ok(serde_json::to_writer(&mut *out, &record)?))
    } else {
        let lines = std::iter::once(format!(
            "{:8}{:7}{:>14}{:>14}  {:30}memory",
            "engine", "call", "fuel", "median", ""
        ));
        // Each is printed by itself, because line breaks in what is printed are escaped.
        lines
            .chain(record.rows.iter().map(Row::line))
            .try_for_each(|line| output::print(|out| write!(out, "{line}")))
    };
    match printed {
        Ok(()) => 0,
        Err(output::Failure::TooLong) => run::INTERNAL,
        Err(output::Failure::Io(error)) => run::not_written(terminal, &error, 0),
    }
}
