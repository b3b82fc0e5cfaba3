//! The speed of JavaScript that computes, compared with the same engine compiled natively.

use std::time::{Duration, Instant};

use isolet::{Engine, Error, WorkerCode};

use crate::{row, time};

/// The name of each kernel, and the body of a function that returns a number.
const KERNELS: [(&str, &str); 5] = [
    ("fib", "const f = n => n < 2 ? n : f(n - 1) + f(n - 2); return f(22)"),
    (
        "sort",
        "let x = 1; const a = Array.from({ length: 20000 }, () => x = x * 16807 % 2147483647);
         a.sort((p, q) => p - q); return a[10000]",
    ),
    (
        "JSON",
        "const o = Array.from({ length: 500 }, (_, i) => ({ id: i, name: 'n' + i, tags: [i, 'x'] }));
         let n = 0; for (let i = 0; i < 10; i++) n += JSON.parse(JSON.stringify(o)).length; return n",
    ),
    (
        "regex",
        "const t = 'key12=value34; '.repeat(2000); let n = 0;
         for (const m of t.matchAll(/(\\w+?)(\\d+)=(\\w+)/g)) n += m[2].length; return n",
    ),
    (
        "integer loop",
        "let h = 0; for (let i = 0; i < 500000; i++) h = (h * 31 + i) | 0; return h",
    ),
];

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let mut product = 1.0;
    for (name, body) in KERNELS {
        let source = format!("export default {{ run() {{ {body} }} }}");
        let entrypoint = engine.loader().load(WorkerCode::module("k.js", source))?.entrypoint();
        let (expected, native) = native(body);
        let times = time(20, |_| async {
            let answer: f64 = entrypoint.call("run", ()).await?;
            assert_eq!(answer.to_bits(), expected.to_bits());
            Ok(())
        });
        let metered = row(&format!("compute, {name}"), 1, times.await?);
        let native = row(&format!("compute, {name}, native QuickJS"), 1, native);
        let ratio = metered.as_secs_f64() / native.as_secs_f64();
        println!("| compute, {name}, ratio | {ratio:.2} | |");
        product *= ratio;
    }
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    let mean = f64::powf(product, 1.0 / KERNELS.len() as f64);
    println!("| compute, geometric mean of the ratios | {mean:.2} | |");
    Ok(())
}

fn native(body: &str) -> (f64, Vec<Duration>) {
    let runtime = rquickjs::Runtime::new().expect("a runtime");
    let context = rquickjs::Context::full(&runtime).expect("a context");
    context.with(|ctx| {
        let source = format!("(function () {{ {body} }})");
        let kernel: rquickjs::Function<'_> = ctx.eval(source).expect("a kernel");
        let run = || kernel.call::<_, f64>(()).expect("an answer");
        let expected = run();
        let times = (0..20)
            .map(|_| {
                let began = Instant::now();
                run();
                began.elapsed()
            })
            .collect();
        (expected, times)
    })
}
