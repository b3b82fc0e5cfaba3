//! The host process of a backend that is driven from Rust.

pub mod isolet;
pub mod process;
pub mod rquickjs;

use std::cell::Cell;
use std::io::{BufRead as _, Write as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::protocol::{Hello, Hostile, Limits, Meter, Program, Reply, Request};

/// The interval of the calls to a neighbour.
const BEAT: Duration = Duration::from_millis(10);

/// A way to run code that is not trusted.
pub trait Backend {
    type Sandbox;

    fn version(&self) -> String;

    async fn load(&self, source: &str, limits: Limits) -> Result<Self::Sandbox, String>;

    async fn call(&self, sandbox: &mut Self::Sandbox, arg: &Value) -> Result<Value, String>;

    /// Returns what the backend says that the sandbox has cost so far.
    fn meter(&self, _sandbox: &Self::Sandbox) -> Option<Meter> {
        None
    }
}

/// Answers requests until there are no more.
pub fn serve<B: Backend + 'static>(backend: B) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut host = Host { backend: Rc::new(backend), live: Vec::new(), neighbour: None, names: 0 };
    say(&Hello { version: host.backend.version() })?;
    for line in std::io::stdin().lock().lines() {
        let request = serde_json::from_str(&line?)?;
        let local = tokio::task::LocalSet::new();
        let reply = runtime.block_on(local.run_until(host.answer(request)));
        say(&reply.unwrap_or_else(|error| Reply { error: Some(error), ..Reply::default() }))?;
    }
    Ok(())
}

fn say(value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

struct Host<B: Backend> {
    backend: Rc<B>,
    live: Vec<B::Sandbox>,
    neighbour: Option<(B::Sandbox, Program)>,
    /// The number of sources that were made.
    names: usize,
}

impl<B: Backend + 'static> Host<B> {
    async fn answer(&mut self, request: Request) -> Result<Reply, String> {
        match request {
            Request::Cold { program, limits, budget_ms, count } => {
                self.once(&program, limits).await?;
                let mut times = Vec::new();
                let until = Instant::now() + Duration::from_millis(budget_ms);
                while times.len() < count && (times.is_empty() || Instant::now() < until) {
                    let source = self.fresh(&program);
                    let began = Instant::now();
                    let mut sandbox = self.backend.load(&source, limits).await?;
                    let answer = self.backend.call(&mut sandbox, &program.arg).await?;
                    drop(sandbox);
                    times.push(began.elapsed().as_nanos() as f64);
                    check(&program, &answer)?;
                }
                Ok(Reply { operations: times.len(), times, ..Reply::default() })
            }
            Request::Warm { program, limits, budget_ms, count } => {
                let mut sandbox = self.once(&program, limits).await?;
                let mut times = Vec::new();
                let until = Instant::now() + Duration::from_millis(budget_ms);
                while times.len() < count && (times.is_empty() || Instant::now() < until) {
                    let began = Instant::now();
                    let answer = self.backend.call(&mut sandbox, &program.arg).await?;
                    times.push(began.elapsed().as_nanos() as f64);
                    check(&program, &answer)?;
                }
                Ok(Reply { operations: times.len(), times, ..Reply::default() })
            }
            Request::Fill { program, limits, count } => {
                let mut error = None;
                while self.live.len() < count {
                    match self.once(&program, limits).await {
                        Ok(sandbox) => self.live.push(sandbox),
                        Err(why) => {
                            error = Some(why);
                            break;
                        }
                    }
                }
                Ok(Reply { live: self.live.len(), error, ..Reply::default() })
            }
            Request::Neighbour { program, limits } => {
                self.neighbour = Some((self.once(&program, limits).await?, program));
                Ok(Reply::default())
            }
            Request::Hostile { program, limits } => self.hostile(program, limits).await,
            Request::Meter { program, limits } => {
                let mut sandbox = self.backend.load(&self.fresh_named(&program), limits).await?;
                let answer = self.backend.call(&mut sandbox, &program.arg).await?;
                check(&program, &answer)?;
                Ok(Reply { meter: self.backend.meter(&sandbox), ..Reply::default() })
            }
        }
    }

    /// Returns the program's source as one that was never loaded.
    fn fresh(&mut self, program: &Program) -> String {
        self.names += 1;
        format!("{}\n// {}\n", program.source, self.names)
    }

    /// Returns a source that is the same in every process.
    fn fresh_named(&self, program: &Program) -> String {
        format!("{}\n", program.source)
    }

    /// Loads the program and checks its first answer.
    async fn once(&mut self, program: &Program, limits: Limits) -> Result<B::Sandbox, String> {
        let source = self.fresh(program);
        let mut sandbox = self.backend.load(&source, limits).await?;
        let answer = self.backend.call(&mut sandbox, &program.arg).await?;
        check(program, &answer)?;
        Ok(sandbox)
    }

    async fn hostile(&mut self, program: Program, limits: Limits) -> Result<Reply, String> {
        let (mut neighbour, work) = self.neighbour.take().ok_or("there is no neighbour")?;
        let running = Rc::new(Cell::new(true));
        let runs = Rc::clone(&running);
        let backend = Rc::clone(&self.backend);
        let began = Instant::now();
        let beats = tokio::task::spawn_local(async move {
            let (mut late, mut right) = (Vec::new(), true);
            let mut due = began + BEAT;
            loop {
                tokio::time::sleep_until(due.into()).await;
                // The beats that the program has held up count, when it has ended already.
                if !runs.get() && Instant::now() < due + BEAT {
                    break;
                }
                let answer = backend.call(&mut neighbour, &work.arg).await;
                right &= answer.is_ok_and(|answer| check(&work, &answer).is_ok());
                late.push(due.elapsed());
                if !runs.get() {
                    break;
                }
                due = (due + BEAT).max(Instant::now());
            }
            let answer = backend.call(&mut neighbour, &work.arg).await;
            right &= answer.is_ok_and(|answer| check(&work, &answer).is_ok());
            late.sort_unstable();
            (late, right, work)
        });
        let backend = Rc::clone(&self.backend);
        let source = self.fresh(&program);
        // The call is a task like the neighbour's, so that neither is favoured.
        let result = tokio::task::spawn_local(async move {
            let mut sandbox = backend.load(&source, limits).await?;
            let answer = backend.call(&mut sandbox, &program.arg).await;
            drop(sandbox);
            answer
        });
        let result = result.await.map_err(|error| error.to_string())?;
        let ns = began.elapsed().as_nanos() as f64;
        running.set(false);
        let (late, right, work) = beats.await.map_err(|error| error.to_string())?;
        let nanos = |time: &Duration| time.as_nanos() as f64;
        let another = self.once(&work, limits).await;
        let hostile = Hostile {
            value: result.as_ref().ok().map(shortened),
            error: result.err().map(|error| error.chars().take(200).collect()),
            ns,
            neighbour_calls: late.len(),
            neighbour_median_ns: late.get(late.len() / 2).map_or(0.0, nanos),
            neighbour_worst_ns: late.last().map_or(0.0, nanos),
            neighbour_right: right && another.is_ok(),
        };
        Ok(Reply { hostile: Some(hostile), ..Reply::default() })
    }
}

/// Returns a value that is not too large for a report.
fn shortened(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= 200 { value.clone() } else { format!("{} bytes", text.len()).into() }
}

fn check(program: &Program, answer: &Value) -> Result<(), String> {
    let right = same(&program.answer, answer);
    if right { Ok(()) } else { Err(format!("the answer is {}", shortened(answer))) }
}

/// Compares as JavaScript does, which has one kind of number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}
