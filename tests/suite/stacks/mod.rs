//! Stacks name the lines of the author, wherever they are read.

mod frames;

use isolet::LimitKind;
use serde_json::Value as Json;

use crate::family::family;
use crate::harness::{Case, Run, assert_alive, call};

/// Asserts that the frame of `function` lies inside `needle`. The engine may mark any part of an
/// expression.
#[track_caller]
fn assert_inside(stack: &str, function: &str, source: &str, needle: &str) {
    let place = place(stack, function);
    let numbers = |text: &str| -> (usize, usize) {
        let (line, column) = text.split_once(':').expect("a column");
        (line.parse().expect("a number"), column.parse().expect("a number"))
    };
    let ((line, column), (expected, begin)) = (numbers(place), numbers(&position(source, needle)));
    assert_eq!(line, expected, "{place} is not in the line of {needle:?}:\n{stack}");
    assert!((begin..=begin + needle.len()).contains(&column), "{place} is not inside {needle:?}");
}

/// Returns the place `line:column` of the first frame of `function`, whatever it was called on, or
/// of the first frame without a name.
#[track_caller]
fn place<'a>(stack: &'a str, function: &str) -> &'a str {
    let is_it = |line: &&str| {
        let frame = line.trim().strip_prefix("at ");
        match frame.and_then(|frame| frame.split_once(" (")) {
            Some((name, _)) => name.rsplit('.').next() == Some(function),
            None => frame.is_some() && function == "<anonymous>",
        }
    };
    let frame =
        stack.lines().find(is_it).unwrap_or_else(|| panic!("no frame of {function}:\n{stack}"));
    let (_, place) = frame.trim_end().trim_end_matches(')').split_once(':').expect("a place");
    place
}

/// Returns the place of `needle` in the source, as `line:column`.
#[track_caller]
fn position(source: &str, needle: &str) -> String {
    let (text, line) =
        source.lines().zip(1..).find(|(text, _)| text.contains(needle)).expect("the needle");
    let before = &text[..text.find(needle).expect("the needle")];
    format!("{line}:{}", before.encode_utf16().count() + 1)
}

#[track_caller]
fn stack(run: &Run) -> &str {
    run.exception().stack.as_deref().expect("a stack")
}

#[track_caller]
fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test]
async fn stacks_of_erased_types_name_the_authors_place() {
    let source = "\
interface Long<T> {
  a: T;
}
type Other = { b: string };

function fail<T extends Other>(x: T | null, y: Long<number>): never {
  const z: string = x!.b as string; throw new Error(z);
}

export default {
  run(input: Long<string>): void { const a: number = 1; fail<Other>(({ b: 'x' }) as Other, { a } satisfies Long<number>) },
};
";
    let run = Case::ts(source).run().await.expect_exception("Error", "x");
    assert_inside(stack(&run), "fail", source, "new Error(z)");
    assert_inside(stack(&run), "run", source, "fail<Other>(");
}

#[tokio::test]
async fn stacks_of_transformed_code_name_the_authors_place() {
    let source = "\
enum Colour {
  Red,
  Green,
}

class Point {
  constructor(
    private x: number,
    public y: number,
  ) {}

  fail(): never {
    throw new RangeError(`${this.x}${this.y}`);
  }
}

export default {
  run(): void {
    new Point(Colour.Green, 2).fail();
  },
};
";
    let run = Case::ts(source).run().await.expect_exception("RangeError", "12");
    assert_inside(stack(&run), "fail", source, "new RangeError(");
    assert_inside(stack(&run), "run", source, "new Point(Colour.Green, 2).fail()");
}

/// Every reason to rewrite a module, with lines that move.
const REWRITTEN: [(&str, &str); 4] = [
    ("main.ts", "interface Gone {\n  a: number;\n}\nenum Colour {\n  Red,\n  Green,\n}\n"),
    (
        "main.ts",
        "type Gone =\n  | 1\n  | 2;\nclass Point {\n  constructor(\n    private x: number,\n    public y: number,\n  ) {}\n}\n",
    ),
    ("main.ts", "namespace Space {\n\n  export const inner = 1;\n}\n"),
    (
        "main.tsx",
        "const React = { createElement: (...all: unknown[]) => all };\nconst page = (\n  <main>\n    <p>\n      text\n    </p>\n  </main>\n);\n",
    ),
];

#[tokio::test]
async fn the_guest_reads_them_too() {
    for (name, head) in REWRITTEN {
        let source = format!(
            "{head}
function inner(depth: number): Error {{
  const nested = () => {{
    return new RangeError('x');
  }};
  return depth > 0 ? inner(depth - 1) : nested();
}}

const early = new Error('top').stack;

export default {{
  async run(): Promise<unknown> {{
    const plain = inner(1).stack;
    await null;
    const later = inner(0).stack;
    try {{
      (null as any).property;
    }} catch (error) {{
      return [plain, later, early, (error as Error).stack];
    }}
  }},
}};
"
        );
        let run = Case::named(name, source.as_str()).run().await.json();
        for (index, called) in [(0, "inner(1).stack"), (1, "inner(0).stack")] {
            assert_inside(text(&run[index]), "nested", &source, "new RangeError('x')");
            assert_inside(text(&run[index]), "inner", &source, "nested();");
            assert_inside(text(&run[index]), "run", &source, called);
        }
        assert_inside(text(&run[2]), "<anonymous>", &source, "new Error('top')");
        assert_inside(text(&run[3]), "run", &source, "(null as any).property");
    }
}

#[tokio::test]
async fn what_the_guest_makes_of_a_stack_names_them() {
    let source = "\
enum Colour {
  Red,
}

function make(text: string): Error {
  return new Error(text, { cause: new TypeError('why') });
}

function caught(): unknown {
  const one = make('one');
  const many = new AggregateError([one], 'many');
  const target: { stack?: string } = {};
  Error.captureStackTrace(target);
  Error.prepareStackTrace = (_: Error, sites: any[]) =>
    sites.map((site) => [site.getFunctionName(), site.getLineNumber(), site.getColumnNumber()]);
  const sites = new Error('x').stack;
  Error.prepareStackTrace = undefined;
  return [many.stack, many.errors[0].stack, many.errors[0].cause.stack, target.stack, sites];
}

export default {
  run(): unknown {
    return caught();
  },
};
";
    let run = Case::ts(source).run().await.json();
    assert_inside(text(&run[0]), "caught", source, "new AggregateError([one], 'many')");
    assert_inside(
        text(&run[1]),
        "make",
        source,
        "new Error(text, { cause: new TypeError('why') })",
    );
    assert_inside(text(&run[1]), "caught", source, "make('one')");
    assert_inside(text(&run[2]), "make", source, "new TypeError('why')");
    assert_inside(text(&run[3]), "caught", source, "Error.captureStackTrace(target)");
    let frames = run[4].as_array().expect("call sites");
    for (function, needle) in [("caught", "new Error('x')"), ("run", "caught();\n")] {
        let site = frames.iter().find(|site| site[0] == *function).expect("its frame");
        let frame = format!("at {function} (main.ts:{}:{})", site[1], site[2]);
        assert_inside(&frame, function, source, needle.trim_end());
    }
}

#[tokio::test]
async fn causes_leave_the_sandbox_with_them() {
    let source = "\
enum Colour {
  Red,
}

export default {
  run(): void {
    const cause = new TypeError('why');
    throw new Error('x', { cause });
  },
};
";
    let run = Case::ts(source).run().await.expect_exception("Error", "x");
    let chain = run.exception().value.error_chain();
    assert_inside(chain[0].stack.as_deref().expect("a stack"), "run", source, "new Error('x'");
    assert_inside(chain[1].stack.as_deref().expect("a stack"), "run", source, "new TypeError(");
}

#[tokio::test]
async fn logs_name_them() {
    let source = "\
enum Colour {
  Red,
}

export default {
  run(): void {
    const error = new Error('x');
    console.log(error);
    console.log('seen', { error });
    console.log(`behind ${error.stack}`);
    console.trace();
    Promise.reject(new TypeError('lost'));
  },
};
";
    let run = Case::ts(source).run().await;
    let logs = run.logs();
    assert_eq!(logs.len(), 5, "{logs:?}");
    for log in &logs[..3] {
        assert_inside(log, "run", source, "new Error('x')");
    }
    assert_inside(logs[3], "run", source, "console.trace()");
    assert!(logs[4].starts_with("Uncaught (in promise) TypeError: lost\n"), "{logs:?}");
    assert_inside(logs[4], "run", source, "new TypeError('lost')");
}

#[tokio::test]
async fn what_looks_like_a_frame_and_is_none_stays_as_it_is() {
    // This names a place in the rewritten module.
    let made = "    at made (main.ts:2:3)";
    let source = format!(
        "enum Colour {{\n  Red,\n}}\nexport default {{\n  run() {{\n    console.log('{made}');\n    \
         throw Object.assign(new Error('x'), {{ stack: '{made}' }});\n  }},\n}};\n"
    );
    let run = Case::ts(source).run().await.expect_exception("Error", "x");
    assert_eq!(stack(&run), made);
    let _ = run.expect_logs(&[made]);
}

#[tokio::test]
async fn imported_modules_have_each_their_own() {
    // The first module is rewritten, the second is not, and the third is.
    let (first, second, third) = (
        "enum A { X }\n\n\nimport { second } from './second';\n\nexport default {\n  run() {\n    return second();\n  },\n};\n",
        "type B = {\n  a: 1;\n};\nimport { third } from './third';\n\nexport function second() {\n  return third();\n}\nexport const stack = new Error('at the top').stack;\n",
        "import { stack } from './second';\n\n\n\n\nenum C { X, Y }\n\n\n\nexport function third() {\n  return [new Error('x').stack, stack];\n}\n",
    );
    let case = || Case::ts(first).file("second.ts", second).file("third.ts", third);
    for run in [case().run().await.json(), case().fresh().run().await.json()] {
        let stack = text(&run[0]);
        assert_inside(stack, "third", third, "new Error('x')");
        assert_inside(stack, "second", second, "third();");
        assert_inside(stack, "run", first, "second();");
        assert_inside(text(&run[1]), "<anonymous>", second, "new Error('at the top')");
    }
}

#[tokio::test]
async fn code_that_is_made_at_run_time_has_its_own() {
    let source = "\
enum Colour {
  Red,
}
export default {
  async run(): Promise<unknown> {
    const evaluated = eval('\\n\\n\\nnew Error().stack');
    Error.prepareStackTrace = (_: Error, sites: any[]) => {
      const made = eval('\\n\\n\\n\\n(function () {})');
      return `${sites[0].getLineNumber()} ${made.lineNumber}`;
    };
    const refused = await import('./bad').catch((error: Error) => error.stack);
    return [evaluated, refused];
  },
};
";
    // The compiler is working on this module when the function is made.
    let bad = "enum D {\n  X,\n}\n\n\n\n\n\n\nlet a: D; let a: D;\n";
    let run = Case::ts(source).file("bad.ts", bad).run().await.json();
    assert!(text(&run[0]).contains("(<input>:4:"), "{run}");
    assert_eq!(run[1], "10 5", "{run}");
}

#[tokio::test]
async fn evaluation_that_throws_names_them() {
    let source = "interface Gone {\n  a: 1;\n}\nenum Colour {\n  Red,\n}\n\nconst fail = (): never => {\n  throw new Error('broken');\n};\n\nfail();\n";
    let run = Case::js("import './broken.ts'; export default { run() {} }")
        .file("broken.ts", source)
        .run()
        .await
        .expect_exception("Error", "broken");
    assert_inside(stack(&run), "fail", source, "new Error('broken')");
    assert_inside(stack(&run), "<anonymous>", source, "fail();");
    let message = family(
        "",
        &format!(
            "const worker = env.LOADER.load({{ mainModule: 'm.ts', modules: {{ 'm.ts': {source:?} }} }});
             return (await caught(() => worker.getEntrypoint().f()))[1]"
        ),
    )
    .run()
    .await
    .json();
    let frames = text(&message)
        .strip_prefix("Failed to start Worker:\nUncaught Error: broken\n  at fail (m.ts:9:")
        .expect("the author's line");
    assert!(frames.contains("\n  at m.ts:12:"), "{message}");
}

#[tokio::test]
async fn they_are_found_once_however_many_workers_they_pass() {
    // All three modules have the same name, and their lines move by different numbers. A frame that
    // is looked up twice, or by name, would get another line.
    let child = "enum A {\n  X,\n  Y,\n}\n\nexport default {\n  fail(): never {\n    throw new Error('mine');\n  },\n};\n";
    let middle = "import { WorkerEntrypoint } from 'cloudflare:workers';\nenum B { X }\n\n\n\n\n\n\nexport default class extends WorkerEntrypoint<{ CHILD: any }> {\n  async relay(): Promise<never> {\n    try {\n      return await this.env.CHILD.fail();\n    } catch (error) {\n      console.log((error as Error).stack);\n      throw error;\n    }\n  }\n}\n";
    let child_worker = Case::named("m.ts", child).worker();
    let middle_worker =
        Case::named("m.ts", middle).env("CHILD", child_worker.entrypoint().stub()).worker();
    let outer = "enum C { X }\nexport default {\n  async run(arg: unknown, env: any) {\n    try {\n      await env.MIDDLE.relay();\n    } catch (error) {\n      if (arg) throw error;\n      return (error as Error).stack;\n    }\n  },\n};\n";
    let outer_worker =
        Case::named("m.ts", outer).env("MIDDLE", middle_worker.entrypoint().stub()).worker();
    let read = call(&outer_worker, false).await.json();
    assert_inside(text(&read), "fail", child, "new Error('mine')");
    let thrown = call(&outer_worker, true).await.expect_exception("Error", "mine");
    assert_eq!(format!("Error: mine\n{}", stack(&thrown)), text(&read));
}

#[tokio::test]
async fn a_syntax_error_that_only_the_engine_sees_names_them() {
    let source = "enum Colour {\n  Red,\n}\n\nlet a: Colour;\nlet a: Colour;\n";
    let _ = Case::ts(source).run().await.expect_load_error(&["main.ts:6:", "\n  let a: Colour;\n"]);
    let run = Case::js(
        "export default { run: () => import('./bad.ts').catch((error) => [error.name, error.stack]) }",
    )
    .file("bad.ts", source)
    .run()
    .await
    .json();
    assert_eq!(run[0], "SyntaxError");
    assert!(text(&run[1]).contains("at bad.ts:6:"), "{run}");
}

#[tokio::test]
async fn text_that_is_not_ascii_moves_no_column() {
    let source = "\
const React = { createElement: (type: unknown, props: unknown, ...all: unknown[]) => all };
function fail(): never {
  throw new Error('x');
}
export default {
  run() {
    return (
      <p title=\"長い長い長い長い長い長い長い長い\">
        Größe: {'長い長い長い長い長い長い長い長い長い'}
        {fail()}
        {'behind'}
        {'behind'}
      </p>
    );
  },
};
";
    let run = Case::named("main.tsx", source).run().await.expect_exception("Error", "x");
    assert_inside(stack(&run), "run", source, "fail()}");
}

#[tokio::test]
async fn common_js_has_its_own_columns() {
    let source = "exports.fail = () => { return new RangeError('first').stack }; exports.top = new Error('top').stack;\nexports.later = () => { return new RangeError('second').stack };";
    let run = Case::js(
        "import lib from './lib.cjs'; export default { run: () => [lib.fail(), lib.top, lib.later()] }",
    )
    .file("lib.cjs", source)
    .run()
    .await
    .json();
    // The engine counts columns from 0 on the first line.
    for (index, function, needle) in [
        (0, "fail", " new RangeError('first')"),
        (1, "<anonymous>", " new Error('top')"),
        (2, "later", " new RangeError('second')"),
    ] {
        assert_inside(text(&run[index]), function, source, needle);
    }
    let _ = Case::js("import './bad.cjs'; export default { run() {} }")
        .file("bad.cjs", "const a = = 1;")
        .run()
        .await
        .expect_load_error(&["bad.cjs:1:11", "const a = = 1;"]);
}

#[tokio::test]
async fn a_megabyte_of_tsx_loads_with_them_at_the_default_limits() {
    let head =
        "/** @jsx h */\nconst h = (...all: unknown[]) => all.length;\nlet count: number = 0;\n";
    let line = "count += <i a={count} b=\"text\">{count + 1}</i>;\n";
    let tail = "export default { run: () => new Error('x').stack };\n";
    let source = format!("{head}{}{tail}", line.repeat(25_000));
    assert!(source.len() > 1 << 20, "{}", source.len());
    let run = Case::named("main.tsx", source.as_str()).run().await.json();
    assert_inside(text(&run), "run", &source, "new Error('x')");
}

#[tokio::test]
async fn where_the_author_wrote_it_takes_memory_of_the_sandbox() {
    const STATEMENTS: usize = 100_000;
    let body = format!("let a; {}export default {{ run: () => 1 }}", "a;\n".repeat(STATEMENTS));
    let run = |name: &str, head: &str, bytes: u64| {
        let source = format!("{head}{body}");
        Case::named(name, source).limits(|limits| limits.memory_bytes(bytes)).run()
    };
    let plain = run("main.js", "", 64 << 20).await.expect_ok(1).0.usage.memory_peak_bytes;
    let rewritten = run("main.ts", "enum E {} ", 64 << 20).await.expect_ok(1);
    let rewritten = rewritten.0.usage.memory_peak_bytes;
    assert!(rewritten >= plain + 8 * STATEMENTS as u64, "{plain} {rewritten}");
    // Memory that is enough for the code alone is not enough for the code and its positions.
    let _ = run("main.js", "", plain).await.expect_ok(1);
    let limit = run("main.ts", "enum E {} ", plain).await.expect_limit(LimitKind::Memory);
    assert_eq!(limit.limit, plain);
    assert_alive().await;
}
