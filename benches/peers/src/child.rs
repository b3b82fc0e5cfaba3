//! A QuickJS that answers on its standard streams: what runs inside a confined process.
//!
//! It gets `{"load": SOURCE}` once, and then `{"call": ARG}` any number of times, and answers
//! each with `{"value": …}` or `{"error": …}`. While it works on a call it writes
//! `{"cap": [ID, N]}` for each call of the host, and gets `{"settle": [ID, VALUE]}`.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use rquickjs::prelude::Func;
use rquickjs::{Function, Persistent, Promise};
use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use serde_json::{Value, json};

use crate::host::rquickjs::{PRELUDE, Sandbox};
use crate::protocol::Limits;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Host calls whose promise is pending, by number.
const CAPS: &str = "
    globalThis.__pending = new Map();
    globalThis.__ids = 0;
    globalThis.cap = (n) => new Promise((resolve) => {
        const id = ++__ids;
        __pending.set(id, resolve);
        __send(id, Number(n));
    });
    globalThis.__settle = (id, value) => { __pending.get(id)(value); __pending.delete(id); };
";

/// Serves one sandbox. `confined`: under rlimits and seccomp, by itself.
pub fn run(limits: Limits, confined: bool) -> Outcome<()> {
    // Made before the limits apply, as the first lines of a careful program are.
    let sandbox = Sandbox::new(limits)?;
    if confined {
        confine(limits)?;
    }
    let mut lines = std::io::stdin().lock().lines();
    while let Some(line) = lines.next() {
        let request: Value = serde_json::from_str(&line?)?;
        let answer = if let Some(source) = request["load"].as_str() {
            load(&sandbox, source).map(|()| Value::Null)
        } else {
            call(&sandbox, &request["call"], &mut lines)
        };
        send(&match answer {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error }),
        })?;
    }
    Ok(())
}

fn load(sandbox: &Sandbox, source: &str) -> Result<(), String> {
    sandbox.within(|ctx| {
        ctx.globals().set(
            "__send",
            Func::from(|id: f64, n: f64| {
                let _ = send(&json!({ "cap": [id, n] }));
            }),
        )?;
        ctx.eval::<(), _>(CAPS)?;
        ctx.eval::<(), _>(PRELUDE)?;
        ctx.eval::<(), _>(source)
    })
}

fn call(
    sandbox: &Sandbox,
    arg: &Value,
    lines: &mut impl Iterator<Item = std::io::Result<String>>,
) -> Result<Value, String> {
    let promise: Persistent<Promise<'static>> = sandbox.within(|ctx| {
        let main: Function<'_> = ctx.globals().get("__main")?;
        let promise: Promise<'_> = main.call((arg.to_string(),))?;
        Ok(Persistent::save(&ctx, promise))
    })?;
    loop {
        let promise = promise.clone();
        let answer = sandbox.resume(|ctx| sandbox.finish(&promise.restore(&ctx)?))?;
        if let Some(answer) = answer {
            return serde_json::from_str(&answer).map_err(|error| error.to_string());
        }
        let line = lines.next().ok_or("the host is gone")?.map_err(|error| error.to_string())?;
        let settled: BTreeMap<String, (f64, f64)> =
            serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let (id, value) = *settled.get("settle").ok_or("no answer of the host")?;
        sandbox.resume(|ctx| {
            let settle: Function<'_> = ctx.globals().get("__settle")?;
            settle.call::<_, ()>((id, value))
        })?;
    }
}

fn send(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}

/// Takes from this process all that QuickJS does not need.
fn confine(limits: Limits) -> Outcome<()> {
    let most =
        |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    // The addresses of the program itself, its stack and its libraries come on top.
    most(Resource::As, limits.memory_bytes + (64 << 20))?;
    most(Resource::Nofile, 3)?;
    most(Resource::Fsize, 0)?;
    most(Resource::Core, 0)?;
    let seconds = limits.wall_ms.div_ceil(1_000);
    most(Resource::Cpu, seconds + 1)?;
    // By number, on x86-64: read, write, mmap, mprotect, munmap, brk, rt_sigreturn, madvise,
    // mremap, futex, clock_gettime, getrandom, sigaltstack, rt_sigaction, rt_sigprocmask, exit,
    // exit_group.
    #[cfg(target_arch = "x86_64")]
    {
        let allowed = [0, 1, 9, 10, 11, 12, 15, 28, 25, 202, 228, 318, 131, 13, 14, 60, 231];
        let rules = allowed.into_iter().map(|number| (number, Vec::new())).collect();
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::KillProcess,
            SeccompAction::Allow,
            seccompiler::TargetArch::x86_64,
        )?;
        seccompiler::apply_filter(&BpfProgram::try_from(filter)?)?;
        Ok(())
    }
    #[cfg(not(target_arch = "x86_64"))]
    Err("the list of system calls is that of x86-64".into())
}
