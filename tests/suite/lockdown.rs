//! The lockdown of the process, tested from within. Each case is a process of its own,
//! `locked/main.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use isolet::{Lockdown, LockdownError};

const SUPPORTED: bool =
    cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")));

/// Returns true if this kernel has what is needed, determined without the crate.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn kernel_has_landlock() -> bool {
    use landlock::{
        ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    };
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))
        .is_ok_and(|rules| rules.create().is_ok())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn kernel_has_landlock() -> bool {
    false
}

/// Returns `text` if the kernel has all that is needed, and the expected error otherwise.
fn expected(text: &'static str) -> &'static str {
    match (SUPPORTED, kernel_has_landlock()) {
        (false, _) => "unsupported",
        (true, false) => "no Landlock",
        (true, true) => text,
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("lockdown-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        for side in ["inside", "outside"] {
            fs::create_dir_all(path.join(side)).expect("a folder");
            fs::write(path.join(side).join("secret"), side).expect("a file");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("../outside/secret", path.join("inside/link")).expect("a link");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn assert_said(what: &str, text: &str) {
    let folder = Folder::new(what);
    let output = Command::new(env!("CARGO_BIN_EXE_locked"))
        .arg(what)
        .arg(&folder.0)
        .stdin(Stdio::null())
        .output()
        .expect("the process starts");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out == format!("{text}\n"), "{output:?}");
}

#[test]
fn no_thread_gets_out_and_workers_run() {
    assert_said("engine-first", expected("locked"));
}

#[test]
fn the_engine_may_be_made_afterwards() {
    assert_said("engine-last", expected("locked"));
}

#[test]
fn it_is_not_made_wider() {
    assert_said("twice", expected("locked"));
}

#[test]
fn a_kernel_without_landlock_is_an_error() {
    assert_said("no-landlock", if SUPPORTED { "no Landlock" } else { "unsupported" });
}

#[test]
fn a_kernel_without_seccomp_is_an_error() {
    assert_said("no-seccomp", expected("no seccomp"));
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    assert_said("no-path", expected("nothing: NotFound"));
}

#[test]
fn another_thread_is_an_error() {
    assert_said("thread", if SUPPORTED { "2 threads" } else { "unsupported" });
    // A test has another thread beside it, so this process is not locked down.
    match Lockdown::new().apply() {
        Err(LockdownError::Threads(threads)) if SUPPORTED && threads > 1 => (),
        Err(LockdownError::Unsupported) if !SUPPORTED => (),
        other => panic!("{other:?}"),
    }
}
