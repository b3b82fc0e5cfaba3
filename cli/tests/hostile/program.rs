//! One program of the corpus, which is run, measured and compared with its header.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Seek as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::header::{Header, Late};
use crate::output::Output;
use crate::process::{self, Ended};

/// Returns how many times slower the command may be. A command that was built with these tests is
/// not fully optimised, and one that `ISOLET_COMMAND` names is a release build.
fn slower() -> u32 {
    if process::is_named() || cfg!(not(debug_assertions)) { 1 } else { 3 }
}

/// The maximum time that the host's code may keep its thread without a pause.
const MAX_POLL: Duration = Duration::from_millis(50);

/// The maximum size of an output whose result is compared, in bytes.
const MAX_COMPARED: u64 = 1 << 20;

/// The class of programs that are also run without `--json`, as people run them.
const TERMINAL: &str = "terminal";

pub(crate) struct Program {
    /// The class and the program's own name.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
}

/// The cost of a run, and every difference from the header.
pub(crate) struct Verdict {
    outcome: String,
    cpu: Duration,
    rss: u64,
    wall: Duration,
    late: Option<Duration>,
    pub(crate) differences: Vec<String>,
}

/// The fields of the record that are read. The value may be of any size and depth.
#[derive(Deserialize)]
struct Record {
    outcome: String,
    host: Option<Host>,
}

#[derive(Deserialize)]
struct Valued {
    value: Json,
}

/// The state that is left in the host when everything was dropped, as `--audit` reports it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Host {
    sandboxes: u64,
    bytes: u64,
    worst_poll_millis: f64,
}

impl Program {
    /// Runs the program in a folder for its output.
    ///
    /// # Errors
    /// Errors if it cannot be run. The verdict says what is wrong with how it ran.
    pub(crate) fn run(&self, folder: &Path) -> io::Result<Verdict> {
        let mut args = vec!["--json".to_owned(), "--audit".to_owned()];
        args.extend(self.header.args.iter().cloned());
        let mut ended = process::run(&self.path, &args, folder)?;
        let mut differences = Vec::new();
        let outcome = self.check_record(&mut ended, &mut differences)?;
        self.check_output(&mut ended, &mut differences)?;
        let late = self.check_costs(&ended, &mut differences);
        if self.name.starts_with(TERMINAL) {
            check_plain(
                &mut process::run(&self.path, &self.header.args, folder)?,
                &mut differences,
            )?;
        }
        let Ended { cpu, rss, wall, .. } = ended;
        Ok(Verdict { outcome, cpu, rss, wall, late, differences })
    }

    /// Returns the outcome, which is empty if there is no record.
    fn check_record(&self, ended: &mut Ended, differences: &mut Vec<String>) -> io::Result<String> {
        if let Some(reason) = ended.killed {
            differences.push(reason.to_owned());
            return Ok(String::new());
        }
        let record: Record = match parse(&mut ended.out)? {
            Ok(record) => record,
            Err(error) => {
                differences.push(format!("no record ({error}; {})", ended.status));
                return Ok(String::new());
            }
        };
        if !self.header.outcomes.contains(&record.outcome) {
            differences.push(format!("outcome is not {}", self.header.outcomes.join(" or ")));
        }
        if let Some(value) = &self.header.value
            && record.outcome == "ok"
            && ended.out.metadata()?.len() < MAX_COMPARED
        {
            match parse::<Valued>(&mut ended.out)? {
                Ok(given) if given.value == *value => {}
                Ok(given) => differences.push(format!("value is {}", short(&given.value))),
                Err(error) => differences.push(format!("value cannot be read: {error}")),
            }
        }
        match record.host {
            Some(host) => host.check(differences),
            None => differences.push("the record does not tell of the host".to_owned()),
        }
        Ok(record.outcome)
    }

    fn check_output(&self, ended: &mut Ended, differences: &mut Vec<String>) -> io::Result<()> {
        let out = Output::scan(&mut ended.out)?;
        let err = Output::scan(&mut ended.err)?;
        for (name, output, most) in
            [("standard output", &out, self.header.out), ("standard error", &err, self.header.log)]
        {
            check_text(name, output, differences);
            if output.bytes > most << 20 {
                differences
                    .push(format!("{name} has {} MiB, more than {most}", output.bytes >> 20));
            }
        }
        if ended.killed.is_none() && out.lines != 1 {
            differences.push(format!("standard output has {} lines", out.lines));
        }
        // With `--json`, the command itself writes nothing to standard error.
        if err.errors > 0 {
            differences.push("a line of the log looks like an error of the command".to_owned());
        }
        Ok(())
    }

    fn check_costs(&self, ended: &Ended, differences: &mut Vec<String>) -> Option<Duration> {
        let Header { cpu, rss, late, .. } = &self.header;
        if ended.cpu > *cpu * slower() {
            differences.push(format!("CPU is above {:.1} s", (*cpu * slower()).as_secs_f64()));
        }
        if ended.rss > *rss {
            differences.push(format!("memory is above {rss} MiB"));
        }
        let Late { deadline, most } = (*late)?;
        let past = ended.wall.saturating_sub(deadline);
        if past > most {
            differences.push(format!("it ends later than {most:?} after its deadline"));
        }
        Some(past)
    }
}

impl Host {
    fn check(&self, differences: &mut Vec<String>) {
        let Self { sandboxes, bytes, worst_poll_millis } = self;
        if (*sandboxes, *bytes) != (0, 0) {
            differences.push(format!("{sandboxes} sandboxes and {bytes} bytes are left"));
        }
        let most = (MAX_POLL * slower()).as_secs_f64() * 1e3;
        if *worst_poll_millis >= most {
            differences.push(format!("a poll took {worst_poll_millis} ms, more than {most}"));
        }
    }
}

/// Checks what the command prints for people, without `--json`.
fn check_plain(ended: &mut Ended, differences: &mut Vec<String>) -> io::Result<()> {
    differences.extend(ended.killed.map(str::to_owned));
    let out = Output::scan(&mut ended.out)?;
    let err = Output::scan(&mut ended.err)?;
    check_text("plain standard output", &out, differences);
    check_text("plain standard error", &err, differences);
    let own = u64::from(!ended.status.success());
    if err.errors != own {
        differences.push(format!("{} lines look like errors, not {own}", err.errors));
    }
    Ok(())
}

fn check_text(name: &str, output: &Output, differences: &mut Vec<String>) {
    if let Some(c) = output.steers {
        differences.push(format!("{name} has {}", c.escape_unicode()));
    }
    if !output.is_text {
        differences.push(format!("{name} is not UTF-8"));
    }
}

fn parse<T: for<'de> Deserialize<'de>>(file: &mut File) -> io::Result<serde_json::Result<T>> {
    file.rewind()?;
    let parsed = serde_json::from_reader(BufReader::new(&*file));
    file.rewind()?;
    Ok(parsed)
}

fn short(value: &Json) -> String {
    value.to_string().chars().take(80).collect()
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, cpu, rss, wall, late, differences } = self;
        let (cpu, wall) = (cpu.as_secs_f64(), wall.as_secs_f64());
        write!(f, "{outcome:16} cpu {cpu:5.2} s  memory {rss:4} MiB  wall {wall:5.2} s")?;
        if let Some(late) = late {
            write!(f, "  late {} ms", late.as_millis())?;
        }
        if !differences.is_empty() {
            write!(f, "\n       {}", differences.join("\n       "))?;
        }
        Ok(())
    }
}
