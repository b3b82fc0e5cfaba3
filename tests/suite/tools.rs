//! Programs for WASI: what they are given, what they cannot reach, and what ends them.

use std::time::Duration;

use isolet::{DirOptions, Stub, Tool, ToolError, ToolOptions};
use serde_json::{Value as Json, json};
use wasi_preview1_component_adapter_provider as adapter;

use crate::dirs::Folder;
use crate::harness::{Case, PATIENCE, Run, backend};

/// Returns a program for preview 1 whose function `_start` has that body.
pub(crate) fn program(body: &str) -> Vec<u8> {
    let module = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open"
            (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_link" (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_create_directory" (func $path_create (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 4)
          ;; Writes bytes of the memory to a file.
          (func $write (param $fd i32) (param $at i32) (param $length i32) (result i32)
            (i32.store (i32.const 16) (local.get $at))
            (i32.store (i32.const 20) (local.get $length))
            (call $fd_write (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))
          ;; Reads at most 4096 bytes to 4096.
          (func $read (param $fd i32) (result i32)
            (i32.store (i32.const 16) (i32.const 4096))
            (i32.store (i32.const 20) (i32.const 4096))
            (drop (call $fd_read (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))
            (i32.load (i32.const 24)))
          ;; Ends with the error if there is one.
          (func $check (param $error i32)
            (if (local.get $error) (then (call $exit (local.get $error)))))
          ;; Opens the path at 1024 in the first directory, to read and perhaps to write.
          (func $open (param $length i32) (param $flags i32) (param $writes i32) (result i32)
            (call $check (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (local.get $length)
              (local.get $flags)
              (select (i64.const 0x42) (i64.const 0x2) (local.get $writes))
              (i64.const 0) (i32.const 0) (i32.const 32)))
            (i32.load (i32.const 32)))
          (func (export "_start") (local $n i32) {body}))"#
    );
    wat::parse_str(module).expect("a module")
}

/// Returns the same program as a component for preview 2.
fn component(module: &[u8]) -> Vec<u8> {
    wit_component::ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(
                adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                adapter::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            )
        })
        .and_then(|mut encoder| encoder.encode())
        .expect("a component")
}

/// Copies its input to its output, and ends with status 7.
pub(crate) const CAT: &str = "(loop $again
    (local.set $n (call $read (i32.const 0)))
    (if (local.get $n) (then
      (drop (call $write (i32.const 1) (i32.const 4096) (local.get $n)))
      (br $again))))
  (call $exit (i32.const 7))";

/// Writes its arguments to the output, and its variables to the errors.
const STRINGS: &str = "
  (call $check (call $args_sizes (i32.const 0) (i32.const 4)))
  (call $check (call $args (i32.const 8192) (i32.const 16384)))
  (call $check (call $write (i32.const 1) (i32.const 16384) (i32.load (i32.const 4))))
  (call $check (call $environ_sizes (i32.const 0) (i32.const 4)))
  (call $check (call $environ (i32.const 8192) (i32.const 16384)))
  (call $check (call $write (i32.const 2) (i32.const 16384) (i32.load (i32.const 4))))";

pub(crate) const LOOP: &str = "(loop $again (br $again))";

/// Stores a path at 1024.
fn at(path: &str) -> String {
    let store = |(at, byte)| format!("(i32.store8 (i32.const {}) (i32.const {byte}))", 1024 + at);
    path.bytes().enumerate().map(store).collect()
}

/// Reads a file and writes it to the output.
fn reads(path: &str) -> String {
    format!(
        "{} (local.set $n (call $read (call $open (i32.const {}) (i32.const 0) (i32.const 0))))
         (call $check (call $write (i32.const 1) (i32.const 4096) (local.get $n)))",
        at(path),
        path.len()
    )
}

/// Writes that many bytes to a file, which is created.
fn writes(path: &str, bytes: u32) -> String {
    format!(
        "{} (call $check (call $write (call $open (i32.const {}) (i32.const 1) (i32.const 1)) (i32.const 4096) (i32.const {bytes})))",
        at(path),
        path.len()
    )
}

pub(crate) fn options() -> ToolOptions {
    ToolOptions::new().backend(backend()).wall(PATIENCE)
}

pub(crate) fn tool(body: &str, options: ToolOptions) -> Tool {
    Tool::with_options(program(body), options).expect("a tool")
}

pub(crate) fn case(tool: Tool, body: &str) -> Case {
    let source = format!(
        "const code = (promise) => promise.then((value) => value, (error) => error.code ?? String(error));
         export default {{ async run(arg, env) {{ const {{ T, D }} = env; {body}\n}} }};"
    );
    Case::js(source).env("T", Stub::new(tool))
}

pub(crate) async fn run(tool: Tool, body: &str) -> Run {
    case(tool, body).run().await
}

/// Runs a program that has the folder as `/data`. Returns whether it failed, and its output.
///
/// A component of the adapter tells only that, and a core module tells the number.
async fn on(folder: &Folder, files: DirOptions, body: &str) -> Json {
    let (module, mut answers) = (program(body), Vec::new());
    for bytes in [component(&module), module] {
        let tool = Tool::with_options(bytes, options()).expect("a tool");
        let body = "const { exitCode, stdout } = await T.run([], { dirs: { '/data': D } }); return [exitCode !== 0, stdout]";
        let directory = Stub::new(folder.open(files.clone()));
        answers.push(case(tool, body).env("D", directory).run().await.json());
    }
    assert_eq!(answers[0], answers[1]);
    answers.remove(0)
}

#[tokio::test]
async fn input_and_output_go_through() {
    let module = program(CAT);
    // A component of the adapter tells success from failure alone.
    for (bytes, exit_code) in [(component(&module), 1), (module, 7)] {
        let body = "const plain = await T.run([], { stdin: 'text' });
            const stream = new Blob(['a'.repeat(10000), 'b']).stream();
            const long = await T.run([], { stdin: stream });
            const bytes = await T.run([], { stdin: new Uint8Array([255, 0]), bytes: true });
            const text = await T.run([], { stdin: new Uint8Array([255]) });
            return [plain, long.stdout.length, [...bytes.stdout], text.stdout, (await T.run()).stdout]";
        let expected = json!([
            { "exitCode": exit_code, "stdout": "text", "stderr": "", "truncated": false },
            10001, [255, 0], "\u{fffd}", "",
        ]);
        let _ = run(Tool::with_options(bytes, options()).unwrap(), body).await.expect_ok(expected);
    }
}

#[tokio::test]
async fn arguments_and_variables_are_those_of_the_call() {
    let body = "const { exitCode, stdout, stderr } = await T.run(['one', 'zwei ü'], { env: { B: '2', A: '1' } }); return [exitCode, stdout, stderr]";
    let named = tool(STRINGS, options().name("grep"));
    let _ = run(named, body).await.expect_ok(json!([0, "grep\0one\0zwei ü\0", "A=1\0B=2\0"]));
    let body = "return Promise.all([T.run(Array(1001).fill('')), T.run(['x'.repeat(40000)]), T.run(['a\\0']), T.run([], { env: { A: '\\0' } })].map(code))";
    let _ = run(tool(STRINGS, options()), body).await.expect_ok(vec!["ERR_TOOL_ARGUMENTS"; 4]);
}

#[tokio::test]
async fn output_is_truncated() {
    let body = "const input = (n) => T.run([], { stdin: 'x'.repeat(n) }).then((r) => [r.stdout.length, r.truncated]);
        return [await input(100), await input(101), await input(100000)]";
    let limited = tool(CAT, options().output_bytes(100));
    let _ = run(limited, body).await.expect_ok(json!([[100, false], [100, true], [100, true]]));
}

#[tokio::test]
async fn a_flood_of_output_ends_with_the_fuel() {
    let flood = "(loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 65536))) (br $again))";
    let limited = tool(flood, options().fuel(5_000_000).output_bytes(1000));
    let _ = run(limited, "return code(T.run())").await.expect_ok("ERR_TOOL_FUEL");
}

#[tokio::test]
async fn fuel_memory_and_time_are_limited() {
    let body = "return T.run().then((r) => r.exitCode, (e) => [e.code, e.message])";
    let expect = async |tool: Tool, code: &str, text: &str| {
        let answer = run(tool, body).await.json();
        assert_eq!(answer[0], code, "{answer}");
        assert!(answer[1].as_str().unwrap().contains(text), "{answer}");
    };
    let count = "(local.set $n (i32.const 1000)) (loop $again (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $again (local.get $n)))";
    let _ = run(tool(count, options().fuel(2_000_000)), body).await.expect_ok(0);
    expect(tool(LOOP, options().fuel(2_000_000)), "ERR_TOOL_FUEL", "2000000 operations").await;

    let grow = |pages: u32| {
        format!(
            "(if (i32.eq (memory.grow (i32.const {pages})) (i32.const -1)) (then (unreachable)))"
        )
    };
    let small = || options().memory_bytes(4 << 20);
    let _ = run(tool(&grow(16), small()), body).await.expect_ok(0);
    expect(tool(&grow(100), small()), "ERR_TOOL_MEMORY", "4194304 bytes").await;

    let short = options().fuel(u64::MAX >> 1).wall(Duration::from_millis(50));
    expect(tool(LOOP, short), "ERR_TOOL_TIMEOUT", "50 ms").await;
    expect(tool("(unreachable)", options()), "ERR_TOOL_TRAP", "unreachable").await;
}

#[tokio::test]
async fn a_loop_leaves_other_work_its_turn() {
    // The program runs while the sandbox, on the same thread, goes on.
    let body = "const { process } = await T.start(); let sum = 0;
        for (let n = 0; n < 20; n++) { await new Promise((done) => setTimeout(done)); sum += n; }
        await process.kill();
        return [sum, await code(process.wait())]";
    let endless = tool(LOOP, options().fuel(u64::MAX >> 1));
    let run = case(endless, body).limits(|limits| limits.fuel(u64::MAX >> 1)).run().await;
    let _ = run.expect_ok(json!([190, "ERR_TOOL_TRAP"]));
}

#[tokio::test]
async fn a_cancelled_call_ends_its_program() {
    let endless = tool(LOOP, options().fuel(u64::MAX >> 1).concurrency(1));
    for _ in 0..3 {
        // The next run begins only if the last one has ended.
        let run = case(endless.clone(), "await T.run()")
            .limits(|limits| limits.wall(Duration::from_millis(100)).fuel(u64::MAX >> 1))
            .run()
            .await;
        let _ = run.expect_limit(isolet::LimitKind::Wall);
    }
}

#[tokio::test]
async fn runs_wait_for_their_turn() {
    let body = "return (await Promise.all([...Array(8).keys()].map((n) => T.run([], { stdin: String(n) })))).map((r) => r.stdout).join('')";
    let _ = run(tool(CAT, options().concurrency(0)), body).await.expect_ok("01234567");
}

#[tokio::test]
async fn output_is_streamed() {
    let body = "const { stdout, stderr, process } = await T.start([], { stdin: 'x'.repeat(200000) });
        const [out, err] = await Promise.all([new Response(stdout).text(), new Response(stderr).text()]);
        return [out.length, err, await process.wait(), await process.wait()]";
    let expected = json!([200_000, "", { "exitCode": 7 }, { "exitCode": 7 }]);
    let _ = run(tool(CAT, options()), body).await.expect_ok(expected);
}

#[tokio::test]
async fn directories_are_those_of_the_call() {
    let folder = Folder::new().file("in", "input").file("d/in", "deeper");
    assert_eq!(on(&folder, DirOptions::new(), &reads("in")).await, json!([false, "input"]));
    assert_eq!(on(&folder, DirOptions::new(), &reads("d/in")).await, json!([false, "deeper"]));
    assert_eq!(on(&folder, DirOptions::new(), &writes("out", 3)).await, json!([false, ""]));
    assert_eq!(folder.text("out").len(), 3);
    // Without any, there is nothing.
    let answer = run(tool(&reads("in"), options()), "return (await T.run()).exitCode > 0");
    let _ = answer.await.expect_ok(true);
}

#[tokio::test]
async fn read_only_stays_read_only() {
    let folder = Folder::new().file("in", "input");
    let files = DirOptions::new().read_only();
    assert_eq!(on(&folder, files.clone(), &reads("in")).await, json!([false, "input"]));
    for body in [writes("out", 3), writes("in", 3)] {
        let answer = on(&folder, files.clone(), &body).await;
        assert_eq!(answer[0], true, "{answer}");
    }
    assert_eq!((folder.names(), folder.text("in")), (vec!["in".to_owned()], "input".to_owned()));
    let body = "return (await T.run([], { dirs: { '/data': await D.readOnly() } })).exitCode !== 0";
    let writer = case(tool(&writes("out", 3), options()), body);
    let _ = writer.env("D", Stub::new(folder.open(DirOptions::new()))).run().await.expect_ok(true);
    assert_eq!(folder.names(), ["in"]);
}

#[tokio::test]
async fn paths_do_not_lead_out() {
    let outside = Folder::new().file("secret", "secret");
    let inside = Folder::new().file("in", "input");
    let up = format!("../{}/secret", outside.path("").file_name().unwrap().to_string_lossy());
    let absolute = outside.path("secret").display().to_string();
    let mut paths = vec![up, absolute, "../..".to_owned(), "/etc/passwd".to_owned()];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path("secret"), inside.path("link")).unwrap();
        paths.push("link".to_owned());
    }
    for path in paths {
        let answer = on(&inside, DirOptions::new(), &reads(&path)).await;
        assert_eq!(answer, json!([true, ""]), "{path}");
        let answer = on(&inside, DirOptions::new(), &writes(&path, 3)).await;
        assert_eq!(answer[0], true, "{path}: {answer}");
    }
    assert_eq!(outside.text("secret"), "secret");
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_devices_are_left_alone() {
    let outside = Folder::new().file("secret", "secret");
    let folder = Folder::new().file("a", "a");
    std::fs::hard_link(outside.path("secret"), folder.path("hard")).unwrap();
    let fifo = folder.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(fifo).status().expect("mkfifo").success());
    assert_eq!(on(&folder, DirOptions::new(), &reads("hard")).await, json!([false, "secret"]));
    let link = "(call $check (call $path_link (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 3) (i32.const 1025) (i32.const 1)))";
    let symlink = "(call $check (call $path_symlink (i32.const 1024) (i32.const 1) (i32.const 3) (i32.const 1025) (i32.const 1)))";
    for body in [
        writes("hard", 3),
        reads("fifo"),
        writes("fifo", 3),
        format!("{} {link}", at("ab")),
        format!("{} {symlink}", at("ab")),
    ] {
        let answer = on(&folder, DirOptions::new(), &body).await;
        assert_eq!(answer[0], true, "{body}: {answer}");
    }
    assert_eq!(outside.text("secret"), "secret");
    assert_eq!(folder.names(), ["a", "fifo", "hard"]);
}

#[tokio::test]
async fn the_quota_of_a_directory_holds() {
    let quota = |bytes| DirOptions::new().max_bytes(bytes);
    for (bytes, fits) in [(5000, true), (4999, false)] {
        let folder = Folder::new();
        let answer = on(&folder, quota(bytes), &writes("out", 5000)).await;
        assert_eq!(answer[0], !fits, "{answer}");
        assert!(folder.text("out").len() as u64 <= bytes);
    }
    let create = format!(
        "{} (call $check (call $path_create (i32.const 3) (i32.const 1024) (i32.const 1)))",
        at("d")
    );
    for body in [writes("out", 1), create] {
        let folder = Folder::new();
        assert_ne!(on(&folder, DirOptions::new().max_files(0), &body).await[0], false);
        assert!(folder.names().is_empty());
    }
}

#[tokio::test]
async fn only_directories_of_the_host_are_taken() {
    let folder = Folder::new().file("in", "input");
    let body = "const fake = new (class extends RpcTarget { readText() {} })();
        const dirs = [{ '/': fake }, { '/': T }, { '': D }, { 'a\\0': D }, Object.fromEntries([...Array(17).keys()].map((n) => ['/' + n, D]))];
        const codes = await Promise.all(dirs.map((dirs) => code(T.run([], { dirs }))));
        // A promise of one is taken, and a narrower one is narrower.
        const nested = await T.run([], { dirs: { '/data': D.dir('', {}) } });
        return [codes, nested.stdout]";
    let source = format!(
        "import {{ RpcTarget }} from 'cloudflare:workers';
         const code = (promise) => promise.then((value) => value, (error) => error.code ?? String(error));
         export default {{ async run(arg, env) {{ const {{ T, D }} = env; {body} }} }}"
    );
    let case = Case::js(source).env("T", Stub::new(tool(&reads("in"), options())));
    let directory = Stub::new(folder.open(DirOptions::new()));
    let _ = case
        .env("D", directory)
        .run()
        .await
        .expect_ok(json!([vec!["ERR_TOOL_DIRECTORY"; 5], "input"]));
}

#[tokio::test]
async fn an_overlay_is_refused() {
    let folder = Folder::new().file("in", "input");
    let body = "return T.run([], { dirs: { '/data': D } }).catch((e) => [e.code, e.message.includes('overlay')])";
    let case = case(tool(&reads("in"), options()), body);
    let directory = Stub::new(folder.open(DirOptions::new().overlay()));
    let _ = case.env("D", directory).run().await.expect_ok(json!(["ERR_TOOL_DIRECTORY", true]));
}

/// Writes 16 random bytes, the time of day and the monotonic time.
const CHANCE: &str = "(call $check (call $random (i32.const 4096) (i32.const 16)))
    (call $check (call $clock (i32.const 0) (i64.const 0) (i32.const 4112)))
    (call $check (call $clock (i32.const 1) (i64.const 0) (i32.const 4120)))
    (call $check (call $write (i32.const 1) (i32.const 4096) (i32.const 32)))";

#[tokio::test]
async fn chance_and_time_repeat_unless_the_embedder_says_otherwise() {
    let body = "const one = async () => [...(await T.run([], { bytes: true })).stdout].join(); return [await one(), await one()]";
    let of = async |options: ToolOptions| run(tool(CHANCE, options), body).await.json();
    let plain = of(options()).await;
    assert_eq!(plain[0], plain[1]);
    let seeded = of(options().seed(1)).await;
    assert!(seeded[0] == seeded[1] && seeded[0] != plain[0]);
    let random = of(options().real_random()).await;
    assert_ne!(random[0], random[1]);
    let timed = of(options().real_clock()).await;
    assert_ne!(timed[0], timed[1]);
}

#[test]
fn what_is_no_program_is_refused() {
    let refused = |bytes: &[u8]| Tool::with_options(bytes, options()).expect_err("an error");
    for bytes in [&b""[..], b"\0asm", b"console.log(1)", &[0; 1000]] {
        assert!(matches!(refused(bytes), ToolError::NotWasm(_)), "{bytes:?}");
    }
    let parse = |text: &str| wat::parse_str(text).expect("a module");
    let broken = {
        let mut bytes = program(CAT);
        bytes.truncate(bytes.len() - 3);
        bytes
    };
    assert!(matches!(refused(&broken), ToolError::NotWasm(_)));
    for text in [
        "(module)",
        "(module (memory (export \"memory\") 1))",
        "(module (import \"env\" \"secret\" (func)) (memory (export \"memory\") 1) (func (export \"_start\")))",
        "(module (import \"wasi_snapshot_preview1\" \"no_such\" (func)) (memory (export \"memory\") 1) (func (export \"_start\")))",
        "(component)",
        "(component (import \"secret\" (func)))",
    ] {
        let error = refused(&parse(text));
        assert!(matches!(error, ToolError::NotAProgram(_)), "{text}: {error:?}");
    }
}

#[test]
fn modules_are_bounded_before_they_are_compiled() {
    let module = program(CAT);
    let limited = |bytes| Tool::with_options(&module, options().max_module_bytes(bytes));
    assert!(limited(module.len()).is_ok());
    let error = limited(module.len() - 1).expect_err("an error");
    assert_eq!(error, ToolError::TooLarge { limit: module.len() - 1, actual: module.len() });
    let imports = |count: usize| {
        let one = "(import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32)))";
        let text = format!(
            "(module {} (memory (export \"memory\") 1) (func (export \"_start\")))",
            one.repeat(count)
        );
        Tool::with_options(wat::parse_str(text).expect("a module"), options())
    };
    assert!(imports(1000).is_ok_and(|_| true));
    assert_eq!(imports(1001).expect_err("an error"), ToolError::TooManyImports);
}

#[test]
fn the_interface_is_declared() {
    use isolet::Capability as _;
    let declaration = tool(CAT, options()).declaration().expect("a declaration");
    for line in [
        "export interface Tool {",
        "  run(args?: string[], options?: RunOptions): Promise<Finished>;",
        "  exitCode: number;",
    ] {
        assert!(declaration.contains(line), "{line} is not in\n{declaration}");
    }
}
