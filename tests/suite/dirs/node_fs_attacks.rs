//! Attempts to reach, by reads in the middle of a turn, what was not handed over, and to exhaust
//! the host with them.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use isolet::{DirOptions, LimitKind, Stub};
use serde_json::json;

use super::node_fs::case;
use super::{Folder, tree};
use crate::harness::{Case, assert_alive, run, soon};

fn folder() -> (Folder, Folder) {
    let outside = Folder::new().file("secret", "outside").file("dir/secret", "outside");
    (Folder::new().file("a", "inside").file("d/b", "inside"), outside)
}

fn all() -> [DirOptions; 2] {
    [DirOptions::new(), DirOptions::new().overlay()]
}

/// All that can be asked about a path at once: the codes of the errors, or what is told.
const USES: &str = "const uses = (p) => [() => fs.readFileSync(p, 'utf8'), () => fs.statSync(p).size, () => fs.lstatSync(p).isFile(), () => fs.readdirSync(p),
    () => fs.readdirSync(p, { recursive: true }), () => fs.accessSync(p), () => fs.realpathSync(p), () => fs.readFileSync(fs.openSync(p), 'utf8')]
    .map((use) => { try { return use() ?? null } catch (e) { return e.code ?? String(e) } });";

#[tokio::test]
async fn paths_do_not_lead_out() {
    for options in all() {
        let (inside, outside) = folder();
        let absolute = outside.path("secret").display().to_string();
        let up = format!("../{}/secret", outside.path("").file_name().unwrap().to_string_lossy());
        let body = format!(
            "{USES} const all = [];
             for (const p of [{absolute:?}, {up:?}, '/D/../etc/passwd', '/D/../../etc/passwd', '/D/./../D/../D/../etc/passwd', '/proc/self/environ', 'd/../../x',
               '/D/\\u2025/a', '/D/..\\u2044a', '/D/%2e%2e/a', new URL('file:///D/%2e%2e/etc/passwd'), 'a/..\\\\..\\\\x', '/D/\\ud800', Buffer.from([0x2f, 0x44, 0x2f, 0xff])])
               all.push(...uses(p));
             return all.filter((code) => code !== 'ENOENT' && code !== 'ENOTDIR')"
        );
        let _ = case(&inside.open(options), &body).run().await.expect_ok(json!([]));
    }
}

#[tokio::test]
async fn links_do_not_lead_out_and_are_told_as_links() {
    for options in all() {
        let (inside, outside) = folder();
        symlink(outside.path("secret"), inside.path("file")).unwrap();
        symlink(outside.path("dir"), inside.path("dir")).unwrap();
        symlink("/", inside.path("root")).unwrap();
        symlink("loop", inside.path("loop")).unwrap();
        symlink("/proc/self/cwd", inside.path("magic")).unwrap();
        let body = format!(
            "{USES} const bad = [];
             for (const p of ['file', 'dir/secret', 'root/etc/passwd', 'loop', 'loop/x', 'magic/Cargo.toml']) {{
               const [read, , , list, all, , , open] = uses(p);
               if (![read, list, all, open].every((code) => ['EACCES', 'ELOOP', 'ENOENT', 'ENOTDIR'].includes(code))) bad.push(p, read, list, all, open); }}
             const links = ['file', 'dir', 'root', 'loop', 'magic'].map((p) => fs.lstatSync(p).isSymbolicLink());
             return [bad, links, (await fsp.lstat('file')).isSymbolicLink(), fs.readdirSync('.', {{ withFileTypes: true }}).filter((e) => e.isSymbolicLink()).length]"
        );
        let _ = case(&inside.open(options), &body).run().await.expect_ok(json!([
            [],
            [true, true, true, true, true],
            true,
            5
        ]));
    }
}

#[tokio::test]
async fn what_is_no_file_does_not_block() {
    for options in all() {
        let (inside, _outside) = folder();
        assert!(Command::new("mkfifo").arg(inside.path("fifo")).status().unwrap().success());
        let body = format!(
            "{USES} const [read, , file] = uses('fifo'); return [read, file, fs.statSync('fifo').isDirectory()]"
        );
        let _ = case(&inside.open(options), &body)
            .run()
            .await
            .expect_ok(json!(["EINVAL", false, false]));
    }
}

#[tokio::test]
async fn what_is_read_at_once_is_bounded() {
    for options in all() {
        let (inside, _outside) = folder();
        fs::File::create(inside.path("sparse")).unwrap().set_len(1 << 40).unwrap();
        for n in 0..20 {
            fs::write(inside.path(&format!("d/{n}")), "").unwrap();
        }
        let body = "const code = (f) => { try { return f() } catch (e) { return [e.code, /DirOptions::/.test(e.message)] } };
            const fd = fs.openSync('sparse'), bytes = Buffer.alloc(10);
            return [code(() => fs.readFileSync('sparse')), code(() => fs.readdirSync('d')), fs.readSync(fd, bytes, 0, 10, 2 ** 40 - 3), fs.readSync(fd, bytes, 0, 10, 2 ** 41),
              code(() => fs.readFileSync('x'.repeat(300)).length), code(() => fs.readFileSync(Array(200).fill('d').join('/')).length), code(() => fs.readFileSync('x/'.repeat(1e4)).length)]";
        let directory = inside.open(options.max_read_bytes(1000).max_entries(10));
        let _ = case(&directory, body).run().await.expect_ok(json!([
            ["EFBIG", true],
            ["EOVERFLOW", true],
            3,
            0,
            ["ENAMETOOLONG", false],
            ["ENAMETOOLONG", false],
            ["ENAMETOOLONG", false]
        ]));
    }
}

#[tokio::test]
async fn reads_count_as_calls_and_cost_fuel() {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    let reads = "for (let n = 0; n < arg; n++) fs.existsSync('a.txt'); return arg";
    let obeyed = case(&directory, reads).arg(50).limits(|it| it.capability_calls(50));
    let obeyed = obeyed.run().await.expect_ok(50);
    assert_eq!(obeyed.0.usage.capability_calls, 50);
    let flood = |arg: u32| case(&directory, reads).arg(arg);
    let violated = flood(1_000_000).limits(|it| it.capability_calls(50)).run().await;
    assert_eq!(violated.expect_limit(LimitKind::CapabilityCalls).limit, 50);
    let violated = flood(1_000_000).limits(|it| it.fuel(20_000_000).capability_calls(1 << 40));
    let _ = violated.run().await.expect_limit(LimitKind::Fuel);

    // The same run costs the same, also what it read.
    let (first, second) = (flood(20).run().await, flood(20).run().await);
    assert_eq!(first.fuel(), second.fuel());
    let none = flood(0).run().await.fuel();
    assert!(first.fuel() - none > 20 * 20_000, "{} {none}", first.fuel());
    fs::write(folder.path("large"), "x".repeat(1 << 20)).unwrap();
    let read = |name: &str| case(&directory, "fs.readFileSync(arg); return 1").arg(name).run();
    let more = read("large").await.fuel() - read("a.txt").await.fuel();
    assert!(more >= 1 << 20, "{more}");
    assert_alive().await;
}

/// Neither reads nor refusals begin the time anew until a turn looks at its deadline.
#[tokio::test]
async fn reads_do_not_put_off_the_deadline() {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    for path in ["a.txt", "/X/a"] {
        let body = format!(
            "const get = Map.prototype.get;
             Map.prototype.get = function (key) {{ return key === 'X' ? {{ directory: {{}}, readOnly: true, atOnce: true }} : get.call(this, key) }};
             for (;;) {{ try {{ fs.statSync({path:?}) }} catch {{}} for (let i = 0; i < 5000; i++); }}"
        );
        let forever = case(&directory, &body).limits(|it| {
            it.fuel(1 << 50).capability_calls(1 << 40).wall(Duration::from_millis(300))
        });
        let _ = forever.run().await.expect_limit(LimitKind::Wall);
    }
    assert_alive().await;
}

#[tokio::test]
async fn a_listing_costs_fuel_for_each_entry_also_if_it_is_refused() {
    let folder = tree();
    for n in 0..100 {
        fs::write(folder.path(&format!("src/{n}")), "").unwrap();
    }
    let fuel = async |max: u32, body: &str| {
        let directory = folder.open(DirOptions::new().max_entries(max));
        case(&directory, body).run().await.expect_ok(1).fuel()
    };
    let list = "try { fs.readdirSync('src') } catch {} return 1";
    // The error is the same, whatever was looked at.
    let (few, more) = (fuel(1, list).await, fuel(50, list).await);
    assert!(more >= few + 49 * 1000, "{few} {more}");
    assert!(fuel(1000, list).await >= more + 50 * 1000);
}

#[tokio::test]
async fn a_mount_outlives_the_stub_of_env_and_no_stub_is_one() {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    let body = "const before = fs.readFileSync('a.txt', 'utf8'); env.D[Symbol.dispose]?.(); env.D = undefined; env.X = { readBytes: () => 'forged' };
        const forged = (() => { try { return fs.readFileSync('/X/a', 'utf8') } catch (e) { return e.code } })();
        return [before, fs.readFileSync('a.txt', 'utf8'), forged, await fsp.readFile('a.txt', 'utf8')]";
    let _ =
        case(&directory, body).run().await.expect_ok(json!(["one\n", "one\n", "ENOENT", "one\n"]));
}

/// A worker that looks like a directory is none.
#[tokio::test]
async fn only_directories_of_the_host_are_mounted() {
    struct Fake;

    #[isolet::capability]
    impl Fake {
        pub async fn read_bytes(&self, _path: String) -> String {
            "forged".to_owned()
        }
    }

    let body =
        "try { return (await import('node:fs')).readFileSync('/D/a') } catch (e) { return e.code }";
    let fake = Case::body(body).env("D", Stub::new(Fake));
    let _ = fake.run().await.expect_ok("ERR_UNSUPPORTED_IN_SANDBOX");
}

#[tokio::test]
async fn no_image_is_made_of_what_was_read() {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    let source = "import fs from 'node:fs'; const text = fs.readFileSync('/D/a.txt', 'utf8'); export default { run: () => text };";
    let worker = Case::js(source).env("D", Stub::new(directory.clone())).fresh().worker();
    assert!(!soon(worker.prepare()).await.expect("no image"));
    for text in ["one\n", "two\n"] {
        fs::write(folder.path("a.txt"), text).unwrap();
        let _ = run(&worker.entrypoint(), Some("run"), ()).await.expect_ok(text);
    }
    // One that reads later has an image.
    let source = "import fs from 'node:fs'; export default { run: () => fs.readFileSync('/D/a.txt', 'utf8') };";
    let worker = Case::js(source).env("D", Stub::new(directory)).fresh().worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    for _ in 0..2 {
        let _ = run(&worker.entrypoint(), Some("run"), ()).await.expect_ok("two\n");
    }
}

#[tokio::test]
async fn reads_do_not_wait_for_open_streams() {
    let folder = tree();
    let directory = folder.open(DirOptions::new().concurrency(1).max_open(1));
    let body = "const stream = await env.D.writeStream('x'); const reads = Promise.all([fsp.readFile('a.txt', 'utf8'), fsp.readFile('src/b.js', 'utf8')]);
        const now = fs.readFileSync('a.txt', 'utf8'); await stream.close(); return [now, await reads]";
    let _ = case(&directory, body).run().await.expect_ok(json!(["one\n", ["one\n", "2"]]));
}

#[tokio::test]
async fn errors_name_no_path_of_the_host() {
    let (inside, _outside) = folder();
    let name = inside.path("").file_name().unwrap().to_string_lossy().into_owned();
    let body = format!(
        "{USES} const messages = [];
         for (const p of ['gone', 'a/b', 'd', '..', 'a']) for (const f of [fs.readFileSync, fs.readdirSync, fs.statSync]) try {{ f(p) }} catch (e) {{ messages.push(e.message + e.stack) }}
         return [messages.length > 5, messages.filter((m) => m.includes({name:?})).length]"
    );
    let _ = case(&inside.open(DirOptions::new()), &body).run().await.expect_ok(json!([true, 0]));
}
