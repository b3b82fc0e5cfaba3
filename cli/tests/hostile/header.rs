//! The header of a program: the `//@` lines at its beginning.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

/// The outcomes that the word `limit` stands for. The deadline is not among them, because a program
/// that is meant to reach it names it.
const LIMITS: [&str; 4] = ["exceededCpu", "exceededMemory", "exceededOutput", "exceededCalls"];

/// The arguments, the permitted outcomes and the maximum costs of a program.
pub(crate) struct Header {
    /// Flags of `isolet run`.
    pub(crate) args: Vec<String>,
    /// The permitted outcomes.
    pub(crate) outcomes: Vec<String>,
    /// The expected result if the outcome is `ok`. It is not compared if it is `None`.
    pub(crate) value: Option<Json>,
    /// The maximum CPU time of the whole process in a release build, user and system.
    pub(crate) cpu: Duration,
    /// The maximum peak of resident memory, in MiB.
    pub(crate) rss: u64,
    /// True if the program looks at the time itself, so that nothing may run beside it.
    pub(crate) alone: bool,
    /// The maximum time between the `--timeout` and the end of the process. It is only set for
    /// programs that are meant to reach their deadline or to work on after it.
    pub(crate) late: Option<Late>,
    /// The maximum size of standard error, in MiB.
    pub(crate) log: u64,
    /// The maximum size of standard output, in MiB.
    pub(crate) out: u64,
}

#[derive(Clone, Copy)]
pub(crate) struct Late {
    pub(crate) deadline: Duration,
    pub(crate) most: Duration,
}

impl Header {
    /// # Errors
    /// Errors if the file cannot be read, or if a line of the header is not known.
    pub(crate) fn read(program: &Path) -> io::Result<Self> {
        let mut header = Self {
            args: Vec::new(),
            outcomes: Vec::new(),
            value: None,
            cpu: Duration::from_secs(5),
            rss: 450,
            alone: false,
            late: None,
            log: 32,
            out: 256,
        };
        let mut late = None;
        for line in BufReader::new(File::open(program)?).lines() {
            let line = line?;
            let Some(line) = line.strip_prefix("//@") else { break };
            let (key, value) = line.split_once(':').ok_or_else(|| unknown(line))?;
            let (key, value) = (key.trim(), value.trim());
            match key {
                "args" => header.args = value.split_whitespace().map(str::to_owned).collect(),
                "outcome" => header.outcomes = outcomes(value),
                "value" => header.value = Some(serde_json::from_str(value)?),
                "cpu" => header.cpu = Duration::from_secs_f64(number(value)?),
                "rss" => header.rss = number(value)?,
                "alone" => header.alone = number(value)?,
                "late" => late = Some(Duration::from_millis(number(value)?)),
                "log" => header.log = number(value)?,
                "out" => header.out = number(value)?,
                _ => return Err(unknown(line)),
            }
        }
        if header.outcomes.is_empty() {
            return Err(io::Error::other("the header names no outcome"));
        }
        if let Some(most) = late {
            let deadline = timeout(&header.args)?;
            header.late = Some(Late { deadline, most });
            header.alone = true;
        }
        Ok(header)
    }
}

fn outcomes(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim);
    words
        .flat_map(|word| if word == "limit" { LIMITS.to_vec() } else { vec![word] })
        .map(str::to_owned)
        .collect()
}

fn timeout(args: &[String]) -> io::Result<Duration> {
    let mut rest = args.iter().skip_while(|arg| *arg != "--timeout").skip(1);
    let given = rest.next().ok_or_else(|| io::Error::other("`late` needs --timeout in `args`"))?;
    humantime::parse_duration(given).map_err(io::Error::other)
}

fn number<T>(text: &str) -> io::Result<T>
where
    T: std::str::FromStr<Err: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    text.parse().map_err(io::Error::other)
}

fn unknown(line: &str) -> io::Error {
    io::Error::other(format!("not a line of a header: //@{line}"))
}
