//! The hostile corpus (`tests/hostile`). Every program is run as a whole process. How it ends, what
//! it prints and what it costs the host must be as its header says.
//!
//! Arguments that are not flags choose the programs whose names contain one of them.

mod header;
mod output;
mod process;
mod program;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

use header::Header;
use program::{Program, Verdict};

/// CPU and memory are measured for each process, so that a few may run at a time.
const AT_A_TIME: usize = 2;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/hostile");

const SCRATCH: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/hostile");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<&String> = arguments.iter().filter(|arg| !arg.starts_with('-')).collect();
    let programs = match programs() {
        Ok(programs) => programs,
        Err(error) => {
            println!("the corpus cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    let is_meant = |program: &Program| {
        filters.is_empty() || filters.iter().any(|filter| program.name.contains(*filter))
    };
    let programs: Vec<Program> = programs.into_iter().filter(is_meant).collect();
    if arguments.iter().any(|arg| arg == "--list") {
        for program in &programs {
            println!("{}: test", program.name);
        }
        return ExitCode::SUCCESS;
    }
    match run_all(&programs) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("a program cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the number of programs that are not as they should be.
fn run_all(programs: &[Program]) -> io::Result<usize> {
    let (alone, rest): (Vec<_>, Vec<_>) = programs.iter().partition(|program| program.header.alone);
    let mut failed = run_side_by_side(rest)?;
    // Wall time is measured with nothing beside it. A failure is measured once more before it
    // counts, because another process may have used the machine.
    let folder = scratch("serial")?;
    for program in alone {
        let mut verdict = program.run(&folder)?;
        if !verdict.differences.is_empty() {
            report(program, &verdict);
            println!("       once more:");
            verdict = program.run(&folder)?;
        }
        failed += usize::from(report(program, &verdict));
    }
    println!("\n{} hostile programs, {failed} not as they should be", programs.len());
    Ok(failed)
}

fn run_side_by_side(programs: Vec<&Program>) -> io::Result<usize> {
    let queue = Mutex::new(VecDeque::from(programs));
    let work = |index: usize| -> io::Result<usize> {
        let folder = scratch(&index.to_string())?;
        let mut failed = 0;
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(program) = next else { return Ok(failed) };
            failed += usize::from(report(program, &program.run(&folder)?));
        }
    };
    let at_a_time =
        thread::available_parallelism().map_or(1, |threads| threads.get().min(AT_A_TIME));
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> =
            (0..at_a_time).map(|index| scope.spawn(move || work(index))).collect();
        let ended = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ended.map(|failed| failed.unwrap_or_else(|_| Err(io::Error::other("a panic")))).sum()
    })
}

/// Prints one line. Returns true if something is not as it should be.
fn report(program: &Program, verdict: &Verdict) -> bool {
    let failed = !verdict.differences.is_empty();
    println!("{} {:50} {verdict}", if failed { "FAILED" } else { "ok    " }, program.name);
    failed
}

fn scratch(name: &str) -> io::Result<PathBuf> {
    let folder = Path::new(SCRATCH).join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Returns the programs in the order of their classes and names. A program is a file, or a folder
/// with a main module.
fn programs() -> io::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for class in entries(Path::new(CORPUS))?.iter().filter(|path| path.is_dir()) {
        for path in entries(class)? {
            let main = if path.is_dir() {
                let modules = entries(&path)?;
                modules.into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == "main"))
            } else {
                Some(path.clone())
            };
            let main = main.ok_or_else(|| wrong(&path, "there is no main module"))?;
            let name = path.strip_prefix(CORPUS).unwrap_or(&path).with_extension("");
            let header = Header::read(&main).map_err(|error| wrong(&main, error))?;
            programs.push(Program {
                name: name.to_string_lossy().into_owned(),
                path: main,
                header,
            });
        }
    }
    Ok(programs)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| wrong(folder, error))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn wrong(path: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}
