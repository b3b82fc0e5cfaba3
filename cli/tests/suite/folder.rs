//! A folder of modules, the command that is run in it, and its output.

use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value as Json;

/// The maximum time for a command. A command that takes longer hangs, and none comes near it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is removed when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Creates an empty folder. No other test may use `name`.
    pub(crate) fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Creates a folder with one file, `main.js`.
    pub(crate) fn js(name: &str, source: &str) -> Self {
        Self::new(name).file("main.js", source)
    }

    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the command `isolet run …` in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = isolet(arguments);
        command.current_dir(&self.0);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }

    /// Runs `isolet run …` in a process with that many KiB of address space.
    pub(crate) fn run_within(&self, kib: u32, arguments: &[&str]) -> Said {
        self.run_in_shell(&format!("ulimit -v {kib} && exec \"$0\" \"$@\""), arguments)
    }

    /// Runs a line in a shell, in which `"$0" "$@"` is `isolet run …`.
    pub(crate) fn run_in_shell(&self, line: &str, arguments: &[&str]) -> Said {
        let command = self.command(arguments);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", line])
            .arg(command.get_program())
            .args(command.get_args())
            .env_remove("RUST_BACKTRACE")
            .env_remove("CLICOLOR_FORCE")
            .current_dir(&self.0);
        said(&mut shell)
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        // A command that does not read its input closes it.
        let _ = child.stdin.take().expect("standard input").write_all(input);
        finish(child)
    }

    /// Returns the record that `--json` prints.
    #[track_caller]
    pub(crate) fn record(&self, arguments: &[&str]) -> Json {
        let said = self.run(&[&["--json"], arguments].concat());
        assert_eq!(said.out.matches('\n').count(), 1, "{said:?}");
        serde_json::from_str(&said.out).expect("a record")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the command `isolet run …`, in torture mode if the tests run in it.
pub(crate) fn isolet(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.arg("run");
    if std::env::var("ISOLET_TORTURE").is_ok_and(|value| value == "1")
        && !arguments.contains(&"--torture")
    {
        command.arg("--torture");
    }
    command.args(arguments).env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the command without any input.
pub(crate) fn said(command: &mut Command) -> Said {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().expect("the command starts"))
}

/// Reads the whole output of the command, but does not wait forever.
fn finish(mut child: Child) -> Said {
    let out = read(child.stdout.take().expect("standard output"));
    let err = read(child.stderr.take().expect("standard error"));
    let both = out.recv_timeout(PATIENCE).and_then(|out| Ok((out, err.recv_timeout(PATIENCE)?)));
    let Ok((out, err)) = both else {
        let _ = child.kill();
        let _ = child.wait();
        panic!("the command hangs");
    };
    Said { code: child.wait().expect("the command ends").code(), out, err }
}

fn read(mut from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).expect("UTF-8");
        // The receiver is gone if the test has given up waiting.
        let _ = sender.send(text);
    });
    receiver
}

#[derive(Debug)]
#[must_use]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Asserts that the command succeeded and printed only this line on standard output.
    #[track_caller]
    pub(crate) fn expect_out(self, line: &str) -> Self {
        assert_eq!(
            (self.code, self.out.as_str()),
            (Some(0), format!("{line}\n").as_str()),
            "{self:?}"
        );
        self
    }

    /// Asserts the exit status, that nothing is on standard output, and that `texts` are on
    /// standard error.
    #[track_caller]
    pub(crate) fn expect_failure(self, code: i32, texts: &[&str]) -> Self {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not in {:?}", self.err);
        }
        self
    }
}
