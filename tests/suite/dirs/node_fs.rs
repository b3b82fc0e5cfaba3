//! `node:fs` over directories. The results are those of Node for the same files.

use isolet::{DirOptions, Directory, Stub};
use serde_json::json;

use super::{Folder, tree};
use crate::family::family;
use crate::harness::{Case, Run};

const PRELUDE: &str = "import fs from 'node:fs'; import fsp from 'node:fs/promises'; import process from 'node:process';
import { Buffer } from 'node:buffer'; import { pipeline } from 'node:stream/promises';
const told = (e) => [e.message, e.code, e.errno, e.syscall, e.path, e.dest].map((it) => it ?? null);
const said = async (work) => { try { return (await work()) ?? null } catch (e) { return told(e) } };
const message = async (work) => { try { return (await work()) ?? null } catch (e) { return e.message } };
";

/// A case whose program has the directory as `/D`, where it begins.
pub(super) fn case(directory: &Directory, body: &str) -> Case {
    let source = format!(
        "{PRELUDE}\nexport default {{ async run(arg, env) {{ process.chdir('/D'); {body}\n}} }};"
    );
    Case::js(source).env("D", Stub::new(directory.clone()))
}

async fn run(directory: &Directory, body: &str) -> Run {
    case(directory, body).run().await
}

fn open() -> (Folder, Directory) {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    (folder, directory)
}

#[tokio::test]
async fn files_are_read_in_all_forms() {
    let folder = Folder::new().file("a", [0xef, 0xbb, 0xbf, b'h', 0xc3, 0xa9, 0xff]);
    let directory = folder.open(DirOptions::new().read_only());
    let body = "const read = { utf8: 'utf8', latin1: { encoding: 'latin1' }, hex: 'hex', base64: 'base64', buffer: undefined, none: null };
        const all = [];
        for (const option of Object.values(read)) {
          const [one, two] = [await fsp.readFile('a', option), fs.readFileSync('a', option)];
          all.push(Buffer.isBuffer(one) ? [Buffer.isBuffer(two), [...one].join()] : one, `${one}` === `${two}`);
        }
        for (const path of ['/D/a', './a', 'x/../a', '//D//a', Buffer.from('/D/a'), new URL('file:///D/a')])
          all.push(fs.readFileSync(path, 'latin1') === (await fsp.readFile(path, 'latin1')));
        return all";
    let bytes = json!([true, "239,187,191,104,195,169,255"]);
    let _ = run(&directory, body).await.expect_ok(json!([
        "\u{feff}hé\u{fffd}",
        true,
        "ï»¿hÃ©ÿ",
        true,
        "efbbbf68c3a9ff",
        true,
        "77u/aMOp/w==",
        true,
        bytes,
        true,
        bytes,
        true,
        true,
        true,
        true,
        true,
        true,
        true
    ]));
}

#[tokio::test]
async fn errors_are_those_of_node() {
    let (_folder, directory) = open();
    let body = "const errors = [];
        for (const work of [() => fsp.readFile('gone'), () => fs.readFileSync('gone', 'utf8'), () => fsp.readFile('src'), () => fs.readFileSync('src'),
          () => fsp.readFile('a.txt/b'), () => fsp.writeFile('src', 'x'), () => fsp.writeFile('no/x', 'x'), () => fsp.writeFile('a.txt', 'x', { flag: 'wx' }),
          () => fsp.readdir('gone'), () => fs.readdirSync('a.txt'), () => fs.statSync('gone'), () => fsp.lstat('gone'), () => fsp.rename('gone', 'y'),
          () => fsp.unlink('src'), () => fsp.rmdir('a.txt'), () => fsp.rmdir('src'), () => fsp.mkdir('src'), () => fsp.access('a.txt', fs.constants.X_OK),
          () => fsp.copyFile('src', 'y'), () => fsp.copyFile('a.txt', 'src/b.js', fs.constants.COPYFILE_EXCL), () => fs.accessSync('gone'),
          () => fs.realpathSync('gone'), () => fsp.rm('gone'), () => fs.readSync(99, Buffer.alloc(1)), () => fs.readFileSync(''), () => fsp.mkdtemp('no/t-')])
          errors.push(await said(work));
        return errors";
    let gone = |syscall: &str, path: &str| {
        let message = format!("ENOENT: no such file or directory, {syscall} '{path}'");
        json!([message, "ENOENT", -2, syscall, path, null])
    };
    let directory_read = json!([
        "EISDIR: illegal operation on a directory, read",
        "EISDIR",
        -21,
        "read",
        null,
        null
    ]);
    let two = |message: &str, code: &str, errno: i32, syscall: &str, from: &str, to: &str| {
        let message = format!("{code}: {message}, {syscall} '{from}' -> '{to}'");
        json!([message, code, errno, syscall, from, to])
    };
    let one = |message: &str, code: &str, errno: i32, syscall: &str, path: &str| {
        let message = format!("{code}: {message}, {syscall} '{path}'");
        json!([message, code, errno, syscall, path, null])
    };
    let _ = run(&directory, body).await.expect_ok(json!([
        gone("open", "gone"),
        gone("open", "gone"),
        directory_read,
        directory_read,
        one("not a directory", "ENOTDIR", -20, "open", "a.txt/b"),
        one("illegal operation on a directory", "EISDIR", -21, "open", "src"),
        gone("open", "no/x"),
        one("file already exists", "EEXIST", -17, "open", "a.txt"),
        gone("scandir", "gone"),
        one("not a directory", "ENOTDIR", -20, "scandir", "a.txt"),
        gone("stat", "gone"),
        gone("lstat", "gone"),
        two("no such file or directory", "ENOENT", -2, "rename", "gone", "y"),
        one("illegal operation on a directory", "EISDIR", -21, "unlink", "src"),
        one("not a directory", "ENOTDIR", -20, "rmdir", "a.txt"),
        one("directory not empty", "ENOTEMPTY", -39, "rmdir", "src"),
        one("file already exists", "EEXIST", -17, "mkdir", "src"),
        one("permission denied", "EACCES", -13, "access", "a.txt"),
        two("illegal operation on a directory", "EISDIR", -21, "copyfile", "src", "y"),
        two("file already exists", "EEXIST", -17, "copyfile", "a.txt", "src/b.js"),
        gone("access", "gone"),
        gone("lstat", "/D/gone"),
        gone("lstat", "gone"),
        ["EBADF: bad file descriptor, read", "EBADF", -9, "read", null, null],
        gone("open", ""),
        gone("mkdtemp", "no/t-XXXXXX"),
    ]));
}

#[tokio::test]
async fn wrong_arguments_are_refused_as_in_node() {
    let (_folder, directory) = open();
    let body = r"const told = async (work) => { try { await work(); return 'ok' } catch (e) { return [e.name, e.code, e.message] } };
        return Promise.all([() => fsp.readFile('a\0b'), () => fs.readFileSync({}), () => fsp.readFile('a.txt', 'nope'), () => fs.statSync(new URL('http://x/y')),
          () => fsp.writeFile('x', {}), () => fsp.open('a.txt', 'zz'), () => fs.readFile('a.txt'), () => fsp.readFile('a.txt', { signal: AbortSignal.abort() })].map(told))";
    let _ = run(&directory, body).await.expect_ok(json!([
        ["TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'path' must be a string, Uint8Array, or URL without null bytes. Received 'a\\x00b'"],
        ["TypeError", "ERR_INVALID_ARG_TYPE", "The \"path\" argument must be of type string or an instance of Buffer or URL. Received an instance of Object"],
        ["TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'encoding' is invalid encoding. Received 'nope'"],
        ["TypeError", "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file"],
        ["TypeError", "ERR_INVALID_ARG_TYPE", "The \"data\" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received an instance of Object"],
        ["TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'flags' is invalid. Received 'zz'"],
        ["TypeError", "ERR_INVALID_ARG_TYPE", "The \"cb\" argument must be of type function. Received undefined"],
        ["AbortError", "ABORT_ERR", "The operation was aborted"],
    ]));
}

#[tokio::test]
async fn entries_are_listed_in_the_order_of_node() {
    let folder = Folder::new()
        .file("a.txt", "")
        .file("d/b", "")
        .file("d/e/c", "")
        .file("Z", "")
        .file("z/y", "")
        .file("é", "");
    let directory = folder.open(DirOptions::new());
    let body = "const typed = (list) => list.map((e) => `${e.parentPath} ${e.name} ${e.isFile()} ${e.isDirectory()}`);
        const names = []; for await (const entry of await fsp.opendir('d')) names.push(entry.name);
        return [await fsp.readdir('.'), fs.readdirSync('.').join() === (await fsp.readdir('/D')).join(), await fsp.readdir('.', { recursive: true }),
          fs.readdirSync('.', { recursive: true }), typed(await fsp.readdir('d', { withFileTypes: true })),
          typed(fs.readdirSync('.', { withFileTypes: true, recursive: true })), names, (await fsp.readdir('d', 'buffer'))[0].toString('hex')]";
    let _ = run(&directory, body).await.expect_ok(json!([
        ["Z", "a.txt", "d", "z", "é"],
        true,
        ["Z", "a.txt", "d", "z", "é", "z/y", "d/b", "d/e", "d/e/c"],
        ["Z", "a.txt", "d", "z", "é", "d/b", "d/e", "z/y", "d/e/c"],
        ["d b true false", "d e false true"],
        [
            ". Z true false",
            ". a.txt true false",
            ". d false true",
            ". z false true",
            ". é true false",
            "d b true false",
            "d e false true",
            "z y true false",
            "d/e c true false"
        ],
        ["b", "e"],
        "62",
    ]));
}

#[tokio::test]
async fn files_are_written() {
    let (folder, directory) = open();
    let body = "await fsp.writeFile('w', 'text'); await fsp.appendFile('w', Buffer.from(' more')); await fsp.writeFile('w16', 'é', 'utf16le');
        await fsp.writeFile('iter', (async function* () { yield 'a'; yield new Uint8Array([98]) })());
        await fsp.writeFile('view', new Uint16Array([0x6161, 0x6262]).subarray(1));
        const large = Buffer.alloc(9 << 20, 'x'); await fsp.writeFile('large', large);
        await fsp.copyFile('large', 'copy'); await fsp.cp('src', 'tree/of', { recursive: true });
        await fsp.truncate('w', 6); await fsp.rename('iter', 'renamed');
        const made = await fsp.mkdir('m/n/o', { recursive: true }), again = await fsp.mkdir('m/n', { recursive: true });
        const temporary = await fsp.mkdtemp('/D/t-'); await fsp.rmdir(temporary); await fsp.rm('m', { recursive: true }); await fsp.unlink('renamed');
        await fsp.rm('nothing', { force: true });
        const stat = await fsp.stat('copy');
        return [made, again, /^.D.t-\\w{6}$/.test(temporary), await fsp.readFile('w', 'utf8'), await fsp.readFile('w16', 'hex'), await fsp.readFile('view', 'utf8'),
          stat.size, stat.isFile(), Math.abs(Date.now() - stat.mtimeMs) < 1e8, stat.mode.toString(8), (await fsp.stat('src', { bigint: true })).mode === 0o40755n,
          await fsp.readdir('.', { recursive: true })]";
    let _ = run(&directory, body).await.expect_ok(json!([
        "m",
        null,
        true,
        "text m",
        "e900",
        "bb",
        9 << 20,
        true,
        true,
        "100644",
        true,
        [
            "a.txt",
            "copy",
            "large",
            "src",
            "tree",
            "view",
            "w",
            "w16",
            "tree/of",
            "tree/of/b.js",
            "tree/of/deep",
            "tree/of/deep/c.js",
            "src/b.js",
            "src/deep",
            "src/deep/c.js"
        ],
    ]));
    assert_eq!(folder.text("tree/of/deep/c.js"), "3");
}

#[tokio::test]
async fn open_files_have_a_position() {
    let (folder, directory) = open();
    let body = "const file = await fsp.open('h', 'w+'); await file.write('hello world'); await file.write(Buffer.from('J'), 0, 1, 0);
        const some = Buffer.alloc(5); const { bytesRead } = await file.read(some, 0, 5, 0); const next = await file.read({ buffer: Buffer.alloc(3) });
        await file.truncate(7); const size = (await file.stat()).size; await file.close();
        const end = await fsp.open('h', 'a'); await end.appendFile('!'); await end.write('?', 0); await end.close();
        const closed = await end.readFile().catch((e) => [e.message, e.code, e.syscall]);
        const lines = await new Promise((done) => fs.open('h', (e, fd) => fs.read(fd, Buffer.alloc(2), 0, 2, null, (e, n, b) => fs.fstat(fd, (e, s) => fs.close(fd, (e) =>
          done([n, String(b), s.size, e]))))));
        const fd = fs.openSync('h'), bytes = Buffer.alloc(2); const first = [fs.readSync(fd, bytes), String(bytes), fs.readSync(fd, bytes, 1, 1, 6), String(bytes)];
        const rest = fs.readFileSync(fd, 'utf8'); fs.closeSync(fd);
        return [bytesRead, String(some), next.bytesRead, size, await fsp.readFile('h', 'utf8'), closed, lines, first, rest, await message(() => fs.closeSync(fd)),
          await message(async () => (await fsp.open('h')).write('x'))]";
    let _ = run(&directory, body).await.expect_ok(json!([
        5,
        "Jello",
        0,
        7,
        "Jello w!?",
        ["file closed", "EBADF", "readFile"],
        [2, "Je", 9, null],
        [2, "Je", 1, "Jw"],
        "llo w!?",
        "EBADF: bad file descriptor, close",
        "EBADF: bad file descriptor, write",
    ]));
    assert_eq!(folder.text("h"), "Jello w!?");
}

#[tokio::test]
async fn streams_are_those_of_node() {
    let (folder, directory) = open();
    let body = "const events = [];
        await new Promise((done) => fs.createReadStream('a.txt', { start: 1, end: 2, encoding: 'utf8' }).on('open', () => events.push('open'))
          .on('ready', () => events.push('ready')).on('data', (d) => events.push(d)).on('end', () => events.push('end')).on('close', done));
        await fsp.writeFile('big', Buffer.alloc(300000, 'ab')); await pipeline(fs.createReadStream('big'), fs.createWriteStream('out'));
        const appended = fs.createWriteStream('out', { flags: 'a' }); appended.write('1'); appended.end('2'); await new Promise((done) => appended.on('close', done));
        const inside = fs.createWriteStream('out', { flags: 'r+', start: 1 }); inside.end('XY'); await new Promise((done) => inside.on('close', done));
        const out = await fsp.readFile('out', 'utf8'); const file = await fsp.open('a.txt'); let parts = ''; for await (const part of file.createReadStream()) parts += part;
        const failed = (stream) => new Promise((done) => stream.on('error', (e) => done(e.message)));
        return [events, out.length, out.slice(0, 4), out.slice(-2), appended.bytesWritten, parts, file.fd, fs.createReadStream('a.txt') instanceof fs.ReadStream,
          await failed(fs.createReadStream('gone')), await failed(fs.createReadStream('src')), await failed(fs.createWriteStream('no/x'))]";
    let _ = run(&directory, body).await.expect_ok(json!([
        ["open", "ready", "ne", "end"],
        300_002,
        "aXYb",
        "12",
        2,
        "one\n",
        -1,
        true,
        "ENOENT: no such file or directory, open 'gone'",
        "EISDIR: illegal operation on a directory, read",
        "ENOENT: no such file or directory, open 'no/x'",
    ]));
    assert_eq!(folder.text("out").len(), 300_002);
}

#[tokio::test]
async fn callbacks_are_called_later() {
    let (_folder, directory) = open();
    let body = "const order = []; const called = (f, ...args) => new Promise((done) => f(...args, (...got) => done(got)));
        const reading = called(fs.readFile, 'a.txt', 'utf8').then((got) => order.push('back') && got); order.push('on');
        return [await reading, order, (await called(fs.readFile, 'gone'))[0].code, await called(fs.exists, 'a.txt'), (await called(fs.readdir, 'src'))[1],
          await called(fs.mkdir, 'new'), (await called(fs.stat, 'new'))[1].isDirectory(), fs.existsSync('new'), fs.existsSync('gone'), fs.existsSync(1),
          fs.statSync('gone', { throwIfNoEntry: false }) ?? null, fs.realpathSync('src/../a.txt')]";
    let _ = run(&directory, body).await.expect_ok(json!([
        [null, "one\n"],
        ["on", "back"],
        "ENOENT",
        [true],
        ["b.js", "deep"],
        [null, null],
        true,
        true,
        false,
        false,
        null,
        "/D/a.txt"
    ]));
}

#[tokio::test]
async fn directories_lie_below_a_root_that_cannot_be_changed() {
    let (_folder, directory) = open();
    let other = Folder::new().file("b", "2");
    let body = "const kinds = [await fsp.readdir('/'), fs.readdirSync('/', { recursive: true }).sort(), fs.statSync('/').isDirectory(), fs.existsSync('/E/b'), fs.existsSync('/x')];
        for (const work of [() => fsp.writeFile('/x', ''), () => fsp.mkdir('/x'), () => fsp.mkdir('/E'), () => fsp.readFile('/'), () => fsp.readFile('/x/y'), () => fsp.writeFile('/x/y', ''),
          () => fsp.rename('/D/a.txt', '/E/a'), () => fsp.rm('/E', { recursive: true }), () => fsp.rename('/E', '/D/e'), () => fsp.writeFile('/E/new', ''),
          () => fsp.access('/E/b', fs.constants.W_OK), () => fs.accessSync('/', 2), () => fsp.open('/E/b', 'r+')]) kinds.push(await message(work));
        kinds.push(process.cwd(), (await fsp.stat('/E/b')).mode.toString(8));
        return kinds";
    let run = case(&directory, body)
        .env("E", Stub::new(other.open(DirOptions::new().read_only())))
        .env("a/b", Stub::new(other.open(DirOptions::new())))
        .env("..", Stub::new(other.open(DirOptions::new())))
        .code(|code| code.env_value("PLAIN", "E"));
    let read_only = |text: &str| format!("EROFS: read-only file system, {text}");
    let _ = run.run().await.expect_ok(json!([
        ["D", "E"],
        ["D", "D/a.txt", "D/src", "D/src/b.js", "D/src/deep", "D/src/deep/c.js", "E", "E/b"],
        true,
        true,
        false,
        read_only("open '/x'"),
        read_only("mkdir '/x'"),
        read_only("mkdir '/E'"),
        "EISDIR: illegal operation on a directory, read",
        "ENOENT: no such file or directory, open '/x/y'",
        "ENOENT: no such file or directory, open '/x/y'",
        "EXDEV: cross-device link not permitted, rename '/D/a.txt' -> '/E/a'",
        read_only("rm '/E'"),
        "EXDEV: cross-device link not permitted, rename '/E' -> '/D/e'",
        read_only("open '/E/new'"),
        read_only("access '/E/b'"),
        read_only("access '/'"),
        read_only("open '/E/b'"),
        "/D",
        "100444"
    ]));
}

#[tokio::test]
async fn an_overlay_is_read_with_its_changes() {
    let folder = tree();
    let directory = folder.open(DirOptions::new().overlay());
    let body = "await fsp.writeFile('a.txt', 'new'); await fsp.rm('src', { recursive: true });
        return [fs.readFileSync('a.txt', 'utf8'), fs.readdirSync('.'), fs.lstatSync('a.txt').size]";
    let _ = run(&directory, body).await.expect_ok(json!(["new", ["a.txt"], 3]));
    assert_eq!(folder.text("a.txt"), "one\n");
}

#[tokio::test]
async fn without_a_directory_the_error_says_how_to_have_one() {
    let body = "const said = async (work) => { try { return await work() } catch (e) { return [e.code, e.message] } };
        const fs = await import('node:fs'), fsp = await import('node:fs/promises');
        return [await said(() => fs.readFileSync('/x')), await said(() => fsp.readFile('/x')), fs.existsSync('/')]";
    let why = "no directory was handed in (one that is bound as NAME is available as /NAME: \
               WorkerCode::env, isolet run --dir NAME=PATH)";
    let _ = Case::body(body).run().await.expect_ok(json!([
        [
            "ERR_UNSUPPORTED_IN_SANDBOX",
            format!("fs.readFileSync() is not available in this sandbox: {why}")
        ],
        [
            "ERR_UNSUPPORTED_IN_SANDBOX",
            format!("fs/promises.readFile() is not available in this sandbox: {why}")
        ],
        false,
    ]));
}

#[tokio::test]
async fn what_directories_do_not_have_says_so() {
    let (_folder, directory) = open();
    let body = "return Promise.all([() => fs.writeFileSync('a.txt', ''), () => fs.openSync('a.txt', 'w'), () => fsp.chmod('a.txt', 0o777), () => fs.watch('a.txt')].map(message))";
    let _ = run(&directory, body).await.expect_ok(json!([
        "fs.writeFileSync() is not available in this sandbox: use fs.promises.writeFile()",
        "fs.openSync() for writing is not available in this sandbox: use fs.promises.open()",
        "fs/promises.chmod() is not available in this sandbox",
        "fs.watch() is not available in this sandbox"
    ]));
}

#[tokio::test]
async fn a_child_sees_the_directories_of_its_own_env() {
    let folder = tree();
    let directory = folder.open(DirOptions::new());
    let run = family(
        "import fs from 'node:fs'; import fsp from 'node:fs/promises';
         export default { async run(path) { try { return [fs.readdirSync('/'), fs.readFileSync(path, 'utf8'), await fsp.readFile(path, 'utf8')] }
           catch (e) { return e.code } } }",
        "const run = (given, path) => env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': CHILD }, env: given }).getEntrypoint().run(path);
         return [await run({}, '/D/a.txt'), await run({ WORK: env.D }, '/WORK/a.txt'), await run({ SRC: await env.D.dir('src', { readOnly: true }) }, '/SRC/b.js'),
           await run({ D: await env.D.dir('src') }, '/D/../a.txt'), await run({ nested: { D: env.D } }, '/D/a.txt')]",
    );
    let _ = run.env("D", Stub::new(directory)).run().await.expect_ok(json!([
        "ERR_UNSUPPORTED_IN_SANDBOX",
        [["WORK"], "one\n", "one\n"],
        [["SRC"], "2", "2"],
        "ENOENT",
        "ERR_UNSUPPORTED_IN_SANDBOX"
    ]));
}

/// A package that reads its template when it is evaluated, as many do.
#[tokio::test]
async fn a_package_reads_its_template() {
    let folder = Folder::new().file("greeter/lib/hello.tpl", "Hello, <%name%>!");
    let packages = folder.open(DirOptions::new().read_only());
    let _ = Case::js(
        "import greet from './node_modules/greeter/lib/index.cjs'; export default { run: (name) => greet(name) };",
    )
    .module(
        "node_modules/greeter/lib/index.cjs",
        isolet::Module::CommonJs(
            "const { readFileSync } = require('fs'), path = require('path');
             const template = readFileSync(path.join(__dirname, 'hello.tpl'), 'utf-8');
             module.exports = (name) => template.replace('<%name%>', () => name);"
                .to_owned(),
        ),
    )
    .env("node_modules", Stub::new(packages))
    .arg("you")
    .run()
    .await
    .expect_ok("Hello, you!");
}

/// Others may write to a file between two writes of a handle.
#[tokio::test]
async fn a_handle_writes_where_it_is_told_whatever_others_have_written() {
    let (_folder, directory) = open();
    let body = "const handle = await fsp.open('f', 'w+');
        await handle.write('0123456789');
        await fsp.appendFile('f', 'abcde');
        await handle.write('Y', 10);
        await handle.write(Buffer.from('Z'), 0, 1, 0n);
        const first = await fsp.readFile('f', 'utf8');
        await fsp.writeFile('f', 'x');
        await handle.write('!', 3);
        return [first, await fsp.readFile('f', 'utf8')]";
    let _ = run(&directory, body).await.expect_ok(json!(["Z123456789Ybcde", "x\0\0!"]));
}
