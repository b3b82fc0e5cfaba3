//! Drives the host processes: what is measured, in which order and how often.

mod host;
mod hostile;
mod memory;
mod metering;
mod work;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::catalog::{PEERS, Peer, Places};
use crate::confined::sweep;
use crate::install::install;
use crate::results::{Part, PeerResults, Results};

pub use host::Host;
pub use work::COMPUTE;

/// The parts of a run, in their order.
pub const PARTS: [&str; 4] = ["work", "memory", "hostile", "metering"];

pub struct Options {
    pub rounds: usize,
    pub quick: bool,
    /// Empty: all.
    pub peers: Vec<String>,
    /// Empty: all.
    pub parts: Vec<String>,
}

/// Runs what the options name. Parts that they do not name stay as they are in `file`.
pub fn run(options: &Options, places: &Places, file: &Path) -> Result<Results, String> {
    let wanted =
        |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
    let old = std::fs::read_to_string(file).ok();
    let old: Option<Results> = old.and_then(|text| serde_json::from_str(&text).ok());
    let mut results = old.unwrap_or_default();
    results.machine = machine();
    let mut kept: BTreeMap<String, PeerResults> =
        results.peers.drain(..).map(|peer| (peer.name.clone(), peer)).collect();
    let mut there = Vec::new();
    for peer in PEERS {
        let mut result = kept.remove(peer.name).unwrap_or_else(|| empty(peer));
        (result.title, result.note) = (peer.title.to_owned(), peer.note.to_owned());
        if wanted(&options.peers, peer.name) {
            match install(peer, places).and_then(|()| Host::start(peer, places)) {
                Ok(host) => {
                    result.version = Some(host.version.clone());
                    result.missing = None;
                    there.push((peer, results.peers.len()));
                }
                Err(why) => result.missing = Some(why),
            }
            let state = result.missing.as_deref().or(result.version.as_deref());
            eprintln!("{}: {}", peer.name, state.unwrap_or_default());
        }
        results.peers.push(result);
    }
    for part in PARTS.into_iter().filter(|part| wanted(&options.parts, part)) {
        // The measurements of each backend are kept even if the run is stopped.
        let at_once = if matches!(part, "memory" | "hostile") { 1 } else { there.len().max(1) };
        for there in there.chunks(at_once) {
            let peers = &mut results.peers;
            match part {
                "work" => work::run(options, places, there, peers)?,
                "memory" => memory::run(options, places, there, peers)?,
                "hostile" => hostile::run(options, places, there, peers)?,
                _ => metering::run(options, places, there, peers)?,
            }
            let (date, commit) = (date(), commit(places));
            results.parts.insert(part.to_owned(), Part { date, rounds: options.rounds, commit });
            let text = serde_json::to_string_pretty(&results).map_err(|error| error.to_string())?;
            std::fs::write(file, text + "\n").map_err(|error| error.to_string())?;
        }
        sweep(places);
    }
    Ok(results)
}

fn empty(peer: &Peer) -> PeerResults {
    PeerResults {
        name: peer.name.to_owned(),
        title: peer.title.to_owned(),
        wall: peer.wall,
        note: peer.note.to_owned(),
        version: None,
        missing: Some("it was not asked for".to_owned()),
        work: BTreeMap::new(),
        memory: None,
        hostile: BTreeMap::new(),
        metering: None,
    }
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown").to_owned()
    };
    let memory = read("/proc/meminfo");
    let kib: u64 = memory.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0);
    format!(
        "{} (family {}, model {}), {} cores, {} GiB, Linux {}",
        field("model name"),
        field("cpu family"),
        field("model"),
        cores(),
        (kib as f64 / f64::from(1 << 20)).round(),
        read("/proc/sys/kernel/osrelease").trim()
    )
}

fn commit(places: &Places) -> String {
    let mut git = std::process::Command::new("git");
    git.args(["log", "-1", "--format=%h", "--", "../../runtime-host", "../../wire"]);
    git.current_dir(&places.package);
    let output = git.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// Returns today, as a date of UTC.
fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The days since 0000-03-01, from which leap days come last in a year.
    let days = now.as_secs() / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) =
        (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{}-{month:02}-{day:02}", year + era * 400 + u64::from(month <= 2))
}
