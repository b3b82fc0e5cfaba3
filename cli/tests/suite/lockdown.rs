//! With `--lockdown`, a program does the same in a process that can do nothing else.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::folder::{Folder, Said};

const PROGRAM: &str = "
    import { two } from './lib/two.ts';
    import data from './data.json';
    import given from 'given';
    enum Colour { Red = 40 }
    export default {
        async run(n: number, env: any) {
            console.log('a log', Math.random());
            await new Promise(resolve => setTimeout(resolve, 5));
            const { late } = await import('./late.ts');
            const child = env.LOADER.load({
                compatibilityDate: '2026-01-01',
                mainModule: 'child.ts',
                modules: { 'child.ts': 'export default { twice: (n: number) => n * 2 }' },
            });
            return [await child.getEntrypoint().twice(n), two, data.three, late, given, Colour.Red];
        },
    };";

fn program(name: &str) -> Folder {
    Folder::new(name)
        .file("given.js", "export default 'given'")
        .file("app/main.ts", PROGRAM)
        .file("app/lib/two.ts", "export const two: number = 2")
        .file("app/late.ts", "export const late: string = 'late'")
        .file("app/data.json", "{\"three\":3}")
}

const ARGUMENTS: &[&str] = &[
    "app/main.ts",
    "--call",
    "run",
    "--arg",
    "1",
    "--loader",
    "LOADER",
    "--module",
    "given=given.js",
    "--seed",
    "7",
];

/// Returns true if `--lockdown` can work here, determined without isolet.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn supported() -> bool {
    use landlock::{
        ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    };
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))
        .is_ok_and(|rules| rules.create().is_ok())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(crate) fn supported() -> bool {
    false
}

/// Runs a program locked down. Returns `None` if that is not supported here and the command says
/// so.
#[track_caller]
fn locked(folder: &Folder, arguments: &[&str]) -> Option<Said> {
    let said = folder.run(&[&["--lockdown"], arguments].concat());
    if supported() {
        return Some(said);
    }
    let _ = said.expect_failure(4, &["lockdown needs"]);
    None
}

#[test]
fn a_program_runs_as_without_it() {
    let folder = program("lockdown-same");
    let free = folder.run(ARGUMENTS).expect_out(r#"[2,2,3,"late","given",40]"#);
    let Some(locked) = locked(&folder, ARGUMENTS) else { return };
    assert_eq!((locked.code, locked.out, locked.err), (free.code, free.out, free.err));
}

#[test]
fn a_program_from_standard_input_runs() {
    if supported() {
        let _ = Folder::new("lockdown-stdin")
            .run_with_input(&["--lockdown", "-"], b"export default (): number => 5")
            .expect_out("5");
    }
}

#[test]
fn a_file_is_found_by_a_link() {
    #[cfg(unix)]
    {
        let folder = Folder::new("lockdown-link")
            .file("elsewhere/real.js", "import { x } from './x.js'; export default () => x")
            .file("app/x.js", "export const x = 'beside the link'");
        let link = folder.path().join("app/main.js");
        std::os::unix::fs::symlink("../elsewhere/real.js", link).expect("a link");
        let Some(said) = locked(&folder, &["app/main.js"]) else { return };
        let _ = said.expect_out("\"beside the link\"");
    }
}

#[test]
fn imports_from_outside_fail() {
    let folder = Folder::new("lockdown-outside").file("secret.js", "export default 'secret'").file(
        "app/main.js",
        "export default async name => { try { return (await import(name)).default } catch { return 'refused' } }",
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.js", folder.path().join("app/link.js")).expect("a link");
    for specifier in ["../secret.js", "./link.js", "/etc/passwd", "/proc/self/environ"] {
        let argument = format!("\"{specifier}\"");
        let Some(said) = locked(&folder, &["app/main.js", "--arg", &argument]) else { return };
        let _ = said.expect_out("\"refused\"");
    }
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let folder = program("lockdown-missing");
    let missing = |arguments: &[&str]| {
        let free = folder.run(arguments);
        if supported() {
            let locked = folder.run(&[&["--lockdown"], arguments].concat());
            assert_eq!((locked.code, &locked.err), (Some(2), &free.err));
        }
    };
    missing(&["app/none.ts"]);
    missing(&["none/main.ts"]);
    missing(&["app/main.ts", "--module", "given=none.js"]);
}

#[test]
fn the_kernel_holds_every_thread() {
    let source = "export default async () => { console.log('ready'); await new Promise(resolve => setTimeout(resolve, 60_000)) }";
    let folder = Folder::js("lockdown-threads", source);
    if !supported() {
        return;
    }
    let mut child = folder
        .command(&["--lockdown", "main.js"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut line = String::new();
    let stderr = child.stderr.take().expect("standard error");
    BufReader::new(stderr).read_line(&mut line).expect("a line");
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).expect("its threads");
    let states: Vec<_> = tasks
        .map(|task| fs::read_to_string(task.expect("a thread").path().join("status")))
        .map(|state| state.expect("its state"))
        .collect();
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_eq!(line, "| ready\n");
    assert!(!states.is_empty());
    for state in states {
        for field in ["NoNewPrivs:\t1\n", "Seccomp:\t2\n"] {
            assert!(state.contains(field), "{field:?} is not in {state}");
        }
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn nothing_runs_where_the_kernel_lacks_it() {
    use std::collections::BTreeMap;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    // The child processes of this thread do not find the system call in the kernel.
    let without = |call: i64| {
        let said = std::thread::spawn(move || {
            let arch = TargetArch::try_from(std::env::consts::ARCH).expect("an architecture");
            let refuse = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
            let rules = BTreeMap::from([(call, Vec::new())]);
            let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch);
            let program: BpfProgram = filter.expect("a filter").try_into().expect("a program");
            seccompiler::apply_filter(&program).expect("seccomp");
            let folder = Folder::js(&format!("lockdown-without-{call}"), "console.log('ran')");
            folder.run(&["--lockdown", "main.js"])
        });
        said.join().expect("a thread")
    };
    for (call, name) in
        [(libc::SYS_landlock_create_ruleset, "Landlock"), (libc::SYS_seccomp, "seccomp")]
    {
        let said = without(call);
        assert!(!said.err.contains("ran"), "{said:?}");
        let name = if supported() { name } else { "Landlock" };
        let _ = said.expect_failure(4, &["lockdown needs", name]);
    }
}
