//! Attempts to leave a directory, to block the host, and to exhaust it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use isolet::DirOptions;
use serde_json::json;

use super::{Folder, run};

const SECRET: &str = "outside";

/// Creates a folder `in`, and beside it what must not be read.
fn folder() -> (Folder, Folder) {
    let outside = Folder::new().file("secret", SECRET).file("dir/secret", SECRET);
    let inside = Folder::new().file("a", "inside").file("d/b", "inside");
    (inside, outside)
}

fn all() -> [DirOptions; 2] {
    [DirOptions::new(), DirOptions::new().overlay()]
}

/// All that can be done with a path.
const USES: &str = "const uses = (p) => Promise.all([D.readText(p), D.readBytes(p), D.readStream(p), D.list(p), D.listStream(p), D.stat(p), D.dir(p),
    D.write(p, 'x'), D.append(p, 'x'), D.writeStream(p), D.mkdir(p), D.mkdir(p, { recursive: true }), D.rename(p, 'to'), D.rename('a', p),
    D.remove(p), D.remove(p, { recursive: true })].map(code));";

#[tokio::test]
async fn paths_do_not_lead_out() {
    for options in all() {
        let (inside, outside) = folder();
        let absolute = outside.path("secret").display().to_string();
        let up = format!("../{}/secret", outside.path("").file_name().unwrap().to_string_lossy());
        let body = format!(
            "{USES} const all = [];
             for (const p of [{absolute:?}, {up:?}, 'd/../../x', '..', '../', 'd/..', './..', 'a\\0', '\\0', '/'])
               all.push(...await uses(p));
             return all.filter((code) => code !== 'EINVAL')"
        );
        let _ = run(&inside.open(options), &body).await.expect_ok(json!([]));
        assert_eq!(outside.text("secret"), SECRET);
    }
}

#[tokio::test]
async fn links_do_not_lead_out() {
    for options in all() {
        let (inside, outside) = folder();
        symlink(outside.path("secret"), inside.path("file")).unwrap();
        symlink(outside.path("dir"), inside.path("dir")).unwrap();
        let name = outside.path("").file_name().unwrap().to_owned();
        symlink(Path::new("..").join(name).join("dir"), inside.path("relative")).unwrap();
        symlink("/", inside.path("root")).unwrap();
        symlink("loop", inside.path("loop")).unwrap();
        symlink("/proc/self/cwd", inside.path("magic")).unwrap();
        let body = format!(
            "{USES} const all = [], bad = [];
             for (const p of ['file', 'dir/secret', 'relative/secret', 'root/etc/passwd', 'loop', 'loop/x', 'magic/Cargo.toml']) {{
               const reads = await Promise.all([D.readText(p), D.readBytes(p), D.readStream(p), D.list(p), D.dir(p), D.append(p, 'x'), D.write(p, 'x')].map(code));
               if (!reads.every((code) => ['EACCES', 'ELOOP', 'ENOENT', 'ENOTDIR'].includes(code))) bad.push(p, reads.map(String)); }}
             for (const p of ['dir/new', 'relative/new', 'root/tmp/isolet-new', 'dir/secret']) all.push(...await Promise.all([D.mkdir(p), D.rename('a', p),
               D.remove(p), D.remove(p, {{ recursive: true }})].map(code)));
             return [bad, all.filter((code) => !['EACCES', 'ELOOP', 'ENOENT'].includes(code)),
               (await D.list('', {{ recursive: true }})).entries.filter((e) => e.type === 'symlink').map((e) => e.path)]"
        );
        let expected = json!([[], [], ["dir", "file", "loop", "magic", "relative", "root"]]);
        let _ = run(&inside.open(options), &body).await.expect_ok(expected);
        assert_eq!(
            (outside.text("secret"), outside.text("dir/secret")),
            (SECRET.to_owned(), SECRET.to_owned())
        );
        assert_eq!(outside.names(), ["dir", "secret"]);
    }
}

#[tokio::test]
async fn links_inside_are_followed_and_removed_themselves() {
    let (inside, _outside) = folder();
    symlink("../a", inside.path("d/link")).unwrap();
    symlink("d", inside.path("same")).unwrap();
    let body = "const seen = [await D.readText('d/link'), await D.readText('same/b')];
        await D.write('d/link', 'through'); seen.push(await D.readText('a'));
        await D.remove('same', { recursive: true }); await D.remove('d', { recursive: true });
        return [...seen, (await D.list()).entries.map((e) => e.path)]";
    let directory = inside.open(DirOptions::new());
    let _ = run(&directory, body).await.expect_ok(json!(["inside", "inside", "through", ["a"]]));

    // An overlay follows none.
    let (inside, _outside) = folder();
    symlink("a", inside.path("link")).unwrap();
    symlink("d", inside.path("same")).unwrap();
    let body = "const errors = await Promise.all([D.readText('link'), D.write('link', ''), D.readText('same/b'), D.write('same/c', ''), D.list('same')].map(code));
        await D.remove('link'); return [...errors, await D.exists('link'), await D.readText('a')]";
    let directory = inside.open(DirOptions::new().overlay());
    let expected = json!(["ELOOP", "ELOOP", "ELOOP", "ELOOP", "ELOOP", false, "inside"]);
    let _ = run(&directory, body).await.expect_ok(expected);
}

/// A thread that replaces a name until it is stopped.
fn swapping(swap: impl Fn() + Send + 'static) -> impl FnOnce() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            swap();
        }
    });
    move || {
        stop.store(true, Ordering::Relaxed);
        thread.join().expect("the thread");
    }
}

#[tokio::test]
async fn a_link_that_is_swapped_does_not_lead_out() {
    for options in all() {
        let (inside, outside) = folder();
        let paths =
            [inside.path("swapped"), inside.path("d"), inside.path("kept"), inside.path("tmp")];
        let target = outside.path("dir");
        fs::write(inside.path("d/secret"), "inside").unwrap();
        let [swapped, real, kept, tmp] = paths;
        fs::rename(&real, &kept).unwrap();
        let stop = swapping(move || {
            // A directory, then a link to the outside, in one step each.
            let _ = fs::rename(&kept, &swapped);
            let _ = fs::rename(&swapped, &kept);
            let _ = symlink(&target, &tmp);
            let _ = fs::rename(&tmp, &swapped);
            let _ = fs::remove_file(&swapped);
        });
        // An overlay keeps the empty file that appending has made.
        let body = "const seen = new Set();
            for (let n = 0; n < 150; n++) {
              for (const result of await Promise.all([D.readText('swapped/secret'), D.readStream('swapped/secret').then(text), D.list('swapped').then(() => 'listed'),
                D.dir('swapped').then((dir) => dir.readText('secret')), D.write('swapped/written', 'x').then(() => 'written'),
                D.append('swapped/secret', '').then(() => 'appended')].map(code))) seen.add(result); }
            return [seen.has('outside'), [...seen].filter((one) => !['inside', '', 'listed', 'written', 'appended', 'ENOENT', 'EACCES', 'ELOOP', 'ENOTDIR', 'EIO', 'EINVAL', 'EBUSY'].includes(one))]";
        let result = run(&inside.open(options), body).await;
        stop();
        let _ = result.expect_ok(json!([false, []]));
        assert_eq!(
            (outside.text("dir/secret"), fs::read_dir(outside.path("dir")).unwrap().count()),
            (SECRET.to_owned(), 1)
        );
    }
}

#[tokio::test]
async fn hard_links_are_read_and_not_written_through() {
    for options in all() {
        let (inside, outside) = folder();
        fs::hard_link(outside.path("secret"), inside.path("hard")).unwrap();
        let body = "const seen = await D.readText('hard'); await D.append('hard', '!'); const after = await D.readText('hard'); await D.write('hard', 'own');
            return [seen, after, await D.readText('hard')]";
        let _ =
            run(&inside.open(options), body).await.expect_ok(json!(["outside", "outside!", "own"]));
        assert_eq!(outside.text("secret"), SECRET);
    }
}

#[tokio::test]
async fn what_is_no_file_is_refused_and_does_not_block() {
    for options in all() {
        let (inside, _outside) = folder();
        let fifo = inside.path("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
        let _socket = std::os::unix::net::UnixListener::bind(inside.path("s")).ok();
        symlink("fifo", inside.path("link")).unwrap();
        let body = "const codes = await Promise.all([D.readText('fifo'), D.readStream('fifo'), D.write('fifo', 'x'), D.append('fifo', 'x'),
              D.writeStream('fifo')].map(code));
            const link = await code(D.readText('link'));
            return [codes, ['EINVAL', 'ELOOP'].includes(link), (await D.stat('fifo')).type, await code(D.remove('fifo'))]";
        let _ = run(&inside.open(options), body).await.expect_ok(json!([
            ["EINVAL", "EINVAL", "EINVAL", "EINVAL", "EINVAL"],
            true,
            "other",
            null
        ]));
    }
}

#[tokio::test]
async fn names_that_are_not_text_are_listed_and_lead_nowhere() {
    for options in all() {
        let (inside, _outside) = folder();
        fs::write(inside.path("").join(OsStr::from_bytes(b"bad\xff")), "x").unwrap();
        let body = "const bad = (await D.list()).entries.find((e) => e.path.startsWith('bad'));
            return [bad.path, bad.type, await code(D.readText(bad.path))]";
        let _ = run(&inside.open(options), body).await.expect_ok(json!([
            "bad\u{fffd}",
            "other",
            "ENOENT"
        ]));
    }
}

#[tokio::test]
async fn long_and_deep_paths_are_refused() {
    for options in all() {
        let (inside, _outside) = folder();
        let body = "const long = (n) => 'x'.repeat(n), deep = (n) => Array(n).fill('d').join('/');
            await D.mkdir(deep(128), { recursive: true }); await D.write(long(255), 'l');
            const codes = await Promise.all([D.write(long(256), ''), D.mkdir(deep(129), { recursive: true }), D.readText(long(5000)), D.glob('**', {}).then(() => 'ok')].map(code));
            const below = await D.dir(deep(100)); const beyond = await code(below.mkdir(deep(60), { recursive: true }));
            await D.remove('d', { recursive: true }).catch(() => {});
            return codes";
        let _ = run(&inside.open(options), body).await.expect_ok(json!([
            "ENAMETOOLONG",
            "ENAMETOOLONG",
            "ENAMETOOLONG",
            "ok"
        ]));
    }
}

#[tokio::test]
async fn huge_files_are_not_read() {
    for options in all() {
        let (inside, _outside) = folder();
        fs::File::create(inside.path("sparse")).unwrap().set_len(1 << 40).unwrap();
        let body = "const tail = await D.readBytes('sparse', { offset: 2 ** 40 - 3 });
            const stream = await D.readStream('sparse'); const reader = stream.getReader(); const first = (await reader.read()).value.length > 0;
            await reader.cancel();
            return [await code(D.readText('sparse')), await code(D.readBytes('sparse')), tail.length, first]";
        let _ = run(&inside.open(options.max_bytes(1 << 20)), body)
            .await
            .expect_ok(json!(["EFBIG", "EFBIG", 3, true]));
    }
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_bounded() {
    let (inside, _outside) = folder();
    let path = inside.path("a");
    let stop = swapping(move || {
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        if file.metadata().unwrap().len() > 8 << 20 {
            file.set_len(0).unwrap();
        }
        file.write_all(&[b'x'; 4096]).unwrap();
    });
    let body = "const seen = []; for (let n = 0; n < 50; n++) seen.push(await D.readBytes('a').then((b) => b.length <= 100_000, (e) => e.code));
        return seen.filter((one) => one !== true && one !== 'EFBIG')";
    let result = run(&inside.open(DirOptions::new().max_read_bytes(100_000)), body).await;
    stop();
    let _ = result.expect_ok(json!([]));
}

#[tokio::test]
async fn errors_name_no_path_of_the_host() {
    for options in all() {
        let (inside, _outside) = folder();
        fs::set_permissions(inside.path("a"), std::os::unix::fs::PermissionsExt::from_mode(0o000))
            .unwrap();
        let name = inside.path("").file_name().unwrap().to_string_lossy().into_owned();
        let body = format!(
            "{USES} const messages = []; const keep = (promise) => promise.catch((e) => messages.push(e.message + e.stack));
             for (const p of ['gone', 'a/b', 'd', '..', 'a']) await Promise.all([D.readText(p), D.list(p), D.rename('gone', p), D.remove(p), D.mkdir(p)].map(keep));
             return messages.filter((m) => m.includes({name:?})).length"
        );
        let _ = run(&inside.open(options), &body).await.expect_ok(0);
    }
}

#[tokio::test]
async fn directories_are_no_objects_that_a_worker_can_forge() {
    let (inside, _outside) = folder();
    let body = "const fake = { readText: () => 'fake' }; return [await code(D.dir(fake)), await code(D.readText({ toString: () => 'a' }))].map((one) => one.includes('TypeError'))";
    let _ = run(&inside.open(DirOptions::new()), body).await.expect_ok(json!([true, true]));
}
