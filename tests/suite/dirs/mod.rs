//! Directories of the host: what works, what is refused, and what nobody gets out of.

#[cfg(unix)]
mod attacks;
mod limits;
mod node_fs;
#[cfg(unix)]
mod node_fs_attacks;
mod overlay;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use isolet::{DirOptions, Directory, Stub};
use serde_json::{Value as Json, json};

use crate::harness::{Case, Run};

/// A folder that is removed when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("isolet-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file")
    }

    /// Returns the names in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn open(&self, options: DirOptions) -> Directory {
        Directory::open(&self.0, options).expect("a directory")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The functions of all programs of these tests: `code(promise)` is the code of its error, or what it
/// resolves to.
const PRELUDE: &str = "
const code = (promise) => promise.then((value) => value ?? null, (error) =>
  error instanceof Error && typeof error.code === 'string' && error.message.startsWith(error.code + ': ')
    ? error.code : String(error));
const text = async (stream) => new Response(stream).text();
const streamOf = (...parts) => new ReadableStream({ start(c) {
  for (const part of parts) c.enqueue(new TextEncoder().encode(part)); c.close() } });
";

/// A case whose program has the directory as `env.D`.
pub(crate) fn case(directory: &Directory, body: &str) -> Case {
    let source = format!(
        "{PRELUDE}\nexport default {{ async run(arg, env) {{ const {{ D }} = env; {body}\n}} }};"
    );
    Case::js(source).env("D", Stub::new(directory.clone()))
}

pub(crate) async fn run(directory: &Directory, body: &str) -> Run {
    case(directory, body).run().await
}

/// Runs a program on the folder itself and on an overlay of it. Both see the same.
async fn both(folder: impl Fn() -> Folder, body: &str, expected: Json) {
    for options in [DirOptions::new(), DirOptions::new().overlay()] {
        let folder = folder();
        let before = folder.names();
        let is_overlay = format!("{options:?}").contains("overlay: true");
        let _ = run(&folder.open(options), body).await.expect_ok(&expected);
        if is_overlay {
            assert_eq!(folder.names(), before);
        }
    }
}

fn tree() -> Folder {
    Folder::new().file("a.txt", "one\n").file("src/b.js", "2").file("src/deep/c.js", "3")
}

#[tokio::test]
async fn files_are_read_and_written() {
    both(
        tree,
        "await D.write('new.txt', 'text');
         await D.write('bytes', new Uint8Array([0, 255]));
         await D.write('src/stream', streamOf('par', 'ts'));
         await D.write('a.txt', 'changed');
         await D.append('a.txt', ' and');
         await D.append('a.txt', streamOf(' ', 'longer'));
         await D.append('log', 'first');
         return [await D.readText('new.txt'), [...await D.readBytes('bytes')], await D.readText('./src//stream'),
           await D.readText('a.txt'), await D.readText('log'),
           new TextDecoder().decode(await D.readBytes('a.txt', { offset: 3, length: 4 })),
           (await D.readBytes('a.txt', { offset: 99 })).length];",
        json!(["text", [0, 255], "parts", "changed and longer", "first", "nged", 0]),
    )
    .await;
}

#[tokio::test]
async fn streams_go_both_ways() {
    both(
        tree,
        "const target = await D.writeStream('out');
         await streamOf('a', 'b'.repeat(200000)).pipeTo(target);
         const appended = await D.writeStream('out', { append: true });
         const writer = appended.getWriter(); await writer.write(new Uint8Array([99])); await writer.close();
         const all = await text(await D.readStream('out'));
         const aborted = (await D.writeStream('never')).getWriter();
         await aborted.write(new Uint8Array([1])); await aborted.abort();
         await (await D.readStream('out')).cancel();
         return [all.length, all[0], all.at(-1), await text(await D.readStream('out', { offset: 200000, length: 2 })),
           await D.exists('never'), (await D.list()).entries.map((e) => e.path)];",
        json!([200_002, "a", "c", "bc", false, ["a.txt", "out", "src"]]),
    )
    .await;
}

#[tokio::test]
async fn directories_are_listed() {
    both(
        tree,
        "await D.mkdir('empty');
         const paths = (listing) => [...listing.entries.map((e) => `${e.path} ${e.type} ${e.size}`), listing.truncated];
         const lines = (await text(await D.listStream('', { recursive: true, glob: '**/*.js' }))).trim().split('\\n').map(JSON.parse);
         return [paths(await D.list()), paths(await D.list('src', { recursive: true })), paths(await D.list('empty')),
           paths(await D.list('', { recursive: true, glob: 'src/*.js' })), paths(await D.list('', { limit: 1 })).length,
           await D.glob('**/*.{js,txt}'), await D.glob('src/**', { limit: 9 }), lines.map((e) => e.path).sort()];",
        json!([
            ["a.txt file 4", "empty directory 0", "src directory 0", false],
            ["b.js file 1", "deep directory 0", "deep/c.js file 1", false],
            [false],
            ["src/b.js file 1", false],
            2,
            { "paths": ["a.txt", "src/b.js", "src/deep/c.js"], "truncated": false },
            { "paths": ["src/b.js", "src/deep", "src/deep/c.js"], "truncated": false },
            ["src/b.js", "src/deep/c.js"],
        ]),
    )
    .await;
}

#[tokio::test]
async fn entries_are_moved_and_removed() {
    both(
        tree,
        "await D.mkdir('x/y/z', { recursive: true });
         await D.mkdir('x/y', { recursive: true });
         await D.rename('src', 'x/y/z');
         await D.rename('a.txt', 'x/a');
         await D.rename('x/a', 'x/y/z/b.js');
         const moved = (await D.list('', { recursive: true })).entries.map((e) => e.path);
         const errors = [await code(D.rename('x', 'x/y/in')), await code(D.remove('x')), await code(D.rename('gone', 'x')),
           await code(D.mkdir('x')), await code(D.mkdir('no/where')), await code(D.rename('x/y/z/b.js', 'x/y/z/deep'))];
         await D.remove('x/y/z/b.js');
         const left = (await D.list('x', { recursive: true })).entries.map((e) => e.path);
         await D.remove('x', { recursive: true });
         await D.mkdir('x');
         return [moved, errors, left, (await D.list('', { recursive: true })).entries.map((e) => e.path)];",
        json!([
            ["x", "x/y", "x/y/z", "x/y/z/b.js", "x/y/z/deep", "x/y/z/deep/c.js"],
            ["EINVAL", "ENOTEMPTY", "ENOENT", "EEXIST", "ENOENT", "EISDIR"],
            ["y", "y/z", "y/z/deep", "y/z/deep/c.js"],
            ["x"],
        ]),
    )
    .await;
}

#[tokio::test]
async fn properties_are_told() {
    both(
        tree,
        "const now = Date.now(); await D.write('n', 'xyz'); const n = await D.stat('n');
         return [n.type, n.size, Number.isInteger(n.modified), (await D.stat('src')).type, (await D.stat('')).type,
           await D.exists('a.txt'), await D.exists('b'), await D.exists('a.txt/b'), await D.exists('src')];",
        json!(["file", 3, true, "directory", "directory", true, false, false, true]),
    )
    .await;
}

#[tokio::test]
async fn errors_have_the_codes_of_node() {
    both(
        || tree().file("binary", [0xff]),
        "const all = [D.readText('gone'), D.readText('a.txt/b'), D.readText('src'), D.readText(''), D.readText('binary'),
           D.write('', 'x'), D.write('src', 'x'), D.write('no/file', 'x'), D.write('a.txt/b', 'x'), D.append('src', 'x'),
           D.list('a.txt'), D.list('gone'), D.stat('gone'), D.remove('gone'), D.remove(''), D.remove('src'), D.rename('', 'x'),
           D.mkdir('a.txt', { recursive: true }), D.mkdir('a.txt/b', { recursive: true }), D.mkdir(''), D.dir('gone'), D.dir('a.txt'),
           D.readStream('gone'), D.writeStream('no/file'), D.glob('['), D.glob('a'.repeat(1025))];
         const message = await D.readText('src/gone').catch((error) => [error.name, error.message]);
         return [(await Promise.all(all.map(code))).join(' '), message];",
        json!([
            "ENOENT ENOTDIR EISDIR EISDIR EINVAL EISDIR EISDIR ENOENT ENOTDIR EISDIR ENOTDIR ENOENT ENOENT ENOENT EBUSY ENOTEMPTY \
             EBUSY EEXIST ENOTDIR EEXIST ENOENT ENOTDIR ENOENT ENOENT EINVAL EINVAL",
            ["Error", "ENOENT: no such file or directory, readText 'src/gone'"],
        ]),
    )
    .await;
}

#[tokio::test]
async fn narrower_capabilities_do_less() {
    both(
        tree,
        "const src = await D.dir('src'), read = await D.readOnly(), deep = await src.dir('deep', { readOnly: true });
         await src.write('new', 'n');
         const changes = (d) => Promise.all([d.write('x', ''), d.append('b.js', ''), d.mkdir('m'), d.rename('b.js', 'c'), d.remove('b.js'),
           d.writeStream('s')].map(code));
         return [await D.readText('src/new'), await deep.readText('c.js'), await read.readText('a.txt'), await changes(read),
           await changes(deep), await changes(await (await read.dir('src')).dir('deep')), await changes(await deep.readOnly()),
           await code(src.readText('../a.txt')), await code(src.readText('a.txt')), await code(deep.dir('..'))];",
        json!([
            "n", "3", "one\n",
            ["EROFS", "EROFS", "EROFS", "EROFS", "EROFS", "EROFS"],
            ["EROFS", "EROFS", "EROFS", "EROFS", "EROFS", "EROFS"],
            ["EROFS", "EROFS", "EROFS", "EROFS", "EROFS", "EROFS"],
            ["EROFS", "EROFS", "EROFS", "EROFS", "EROFS", "EROFS"],
            "EINVAL", "ENOENT", "EINVAL",
        ]),
    )
    .await;
}

#[tokio::test]
async fn a_read_only_directory_is_read_alone() {
    for options in [DirOptions::new().read_only(), DirOptions::new().overlay().read_only()] {
        let folder = tree();
        let body = "return [await D.readText('a.txt'), await code(D.write('a.txt', 'x')), await code(D.remove('a.txt'))]";
        let _ =
            run(&folder.open(options), body).await.expect_ok(json!(["one\n", "EROFS", "EROFS"]));
        assert_eq!(folder.text("a.txt"), "one\n");
    }
}

#[tokio::test]
async fn a_write_is_seen_whole_or_not_at_all() {
    let folder = tree();
    let body = "const source = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([120])); c.error(new RangeError('broken')) } });
        return [String(await D.write('a.txt', source).catch((e) => e.name)), await D.readText('a.txt')]";
    let _ =
        run(&folder.open(DirOptions::new()), body).await.expect_ok(json!(["RangeError", "one\n"]));
    // Nothing is left of the file that was begun.
    assert_eq!(folder.names(), ["a.txt", "src"]);
}

#[tokio::test]
async fn wrong_arguments_are_type_errors() {
    let folder = tree();
    let body = "return Promise.all([D.readText(), D.readText(1), D.write('a'), D.readBytes('a.txt', { offset: -1 }), D.list('', { limit: 1.5 }),
        D.nothing()].map((call) => call.catch((error) => error.name)))";
    let _ = run(&folder.open(DirOptions::new()), body).await.expect_ok(vec!["TypeError"; 6]);
}

#[tokio::test]
async fn the_interface_is_declared() {
    use isolet::Capability as _;
    let declaration = tree().open(DirOptions::new()).declaration().expect("a declaration");
    for line in [
        "export interface Directory {",
        "  readText(path: string): Promise<string>;",
        "  write(path: string, data: string | Uint8Array | ReadableStream): Promise<void>;",
        "  dir(path: string, options?: DirectoryOptions): Promise<RpcStub>;",
    ] {
        assert!(declaration.contains(line), "{line} is not in\n{declaration}");
    }
}
