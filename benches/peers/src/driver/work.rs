//! The work that a useful program does.

use std::time::Duration;

use super::{Host, Options, cores};
use crate::catalog::{Peer, Places};
use crate::protocol::{Limits, Program, Reply, Request};
use crate::results::{PeerResults, Sample};
use crate::work::program;

/// The limits of useful work. The wall time is more than any of it takes.
pub const AMPLE: Limits = Limits { memory_bytes: 64 << 20, wall_ms: 10_000 };

/// The limits of a loop.
pub const TIGHT: Limits = Limits { memory_bytes: 64 << 20, wall_ms: 250 };

pub const COMPUTE: [&str; 6] = ["fib", "sort", "json", "regex", "integers", "marked"];

/// All other measures of a round.
const MEASURES: [&str; 8] =
    ["cold", "cold_capability", "warm", "sequence", "at_once", "stop", "neighbour", "loads"];

const LOOP: &str = "function main() { while (true) {} }";
const LOOP_PYTHON: &str = "def main(p, cap):\n    while True:\n        pass\n";

pub fn run(
    options: &Options,
    places: &Places,
    there: &[(&Peer, usize)],
    results: &mut [PeerResults],
) -> Result<(), String> {
    for (_, index) in there {
        results[*index].work.clear();
    }
    for round in 0..options.rounds {
        // Each round begins with another peer, so that none always follows the same one.
        for turn in 0..there.len() {
            let (peer, index) = there[(turn + round) % there.len()];
            eprintln!("round {} of {}: {}", round + 1, options.rounds, peer.name);
            let mut measured = Vec::new();
            if let Err(error) = round_of(options, places, peer, &mut measured) {
                // The rounds of a measure are compared by their numbers, so each has an entry.
                let lacking = |name: &&str| measured.iter().all(|(known, _)| known != name);
                let lacking: Vec<&str> =
                    MEASURES.into_iter().chain(COMPUTE).filter(lacking).collect();
                measured
                    .extend(lacking.iter().map(|name| ((*name).to_owned(), Err(error.clone()))));
            }
            for (name, result) in measured {
                let sample = result.unwrap_or_else(|failed| Sample::Failed { failed });
                results[index].work.entry(name).or_default().push(sample);
            }
        }
    }
    Ok(())
}

type Measured = Vec<(String, Result<Sample, String>)>;

fn round_of(
    options: &Options,
    places: &Places,
    peer: &Peer,
    measured: &mut Measured,
) -> Result<(), String> {
    let budget_ms = if options.quick { 60 } else { 200 };
    let wait = Duration::from_secs(30);
    let mut host = Host::start(peer, places)?;
    let load = |name: &str| program(name, peer.is_python(), places);
    let cold = |program| Request::Cold { program, limits: AMPLE, budget_ms, count: 2_000 };
    let warm = |program| Request::Warm { program, limits: AMPLE, budget_ms, count: 5_000 };

    for (measure, name, is_cold) in [
        ("cold", "agent", true),
        ("cold_capability", "capability", true),
        ("warm", "agent", false),
        ("sequence", "sequence", false),
        ("at_once", "at_once", false),
    ]
    .into_iter()
    .chain(COMPUTE.map(|name| (name, name, false)))
    {
        let Some(program) = load(name)? else {
            measured.push((measure.to_owned(), Err("not in its language".to_owned())));
            continue;
        };
        let request = if is_cold { cold(program) } else { warm(program) };
        let result = host.ask(&request, wait).map(|reply| sample(&reply));
        let failed = result.is_err();
        measured.push((measure.to_owned(), result));
        if failed {
            host = Host::start(peer, places)?;
        }
    }

    let agent = load("agent")?.ok_or("the agent is missing")?;
    endless(&mut host, peer, &agent, measured);
    drop(host);
    let rate = rate(options, places, peer, &agent);
    measured.push(("loads".to_owned(), rate));
    Ok(())
}

/// Measures how late a loop ends, and what its neighbour sees of it.
fn endless(host: &mut Host, peer: &Peer, agent: &Program, measured: &mut Measured) {
    let source = if peer.is_python() { LOOP_PYTHON } else { LOOP };
    let program = Program { source: source.to_owned(), ..agent.clone() };
    let wait = Duration::from_secs(2);
    let neighbour = Request::Neighbour { program: agent.clone(), limits: AMPLE };
    let told = host
        .ask(&neighbour, Duration::from_secs(10))
        .and_then(|_| host.ask(&Request::Hostile { program, limits: TIGHT }, wait))
        .and_then(|reply| reply.hostile.ok_or_else(|| "it told nothing".to_owned()));
    let one = |value: f64| Sample::Figure { median: value, p10: value, p90: value, operations: 1 };
    let limit = TIGHT.wall_ms as f64 * 1e6;
    let stop = told.as_ref().map(|told| one((told.ns - limit).max(0.0))).map_err(Clone::clone);
    measured.push(("stop".to_owned(), stop));
    measured.push(("neighbour".to_owned(), told.map(|told| one(told.neighbour_median_ns))));
}

/// Measures loads per second, with one host process for each core.
fn rate(
    options: &Options,
    places: &Places,
    peer: &Peer,
    agent: &Program,
) -> Result<Sample, String> {
    let budget_ms = if options.quick { 200 } else { 1_000 };
    let hosts: Result<Vec<Host>, String> =
        (0..cores()).map(|_| Host::start(peer, places)).collect();
    let mut hosts = hosts?;
    for host in &mut hosts {
        let program = agent.clone();
        host.send(&Request::Cold { program, limits: AMPLE, budget_ms, count: usize::MAX })?;
    }
    let (mut rate, mut operations) = (0.0, 0);
    for host in &mut hosts {
        let reply = host.reply(Duration::from_secs(30))?;
        let mean = reply.times.iter().sum::<f64>() / reply.times.len() as f64;
        rate += 1e9 / mean;
        operations += reply.operations;
    }
    Ok(Sample::Figure { median: rate, p10: rate, p90: rate, operations })
}

fn sample(reply: &Reply) -> Sample {
    let mut times = reply.times.clone();
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get((times.len().max(1) - 1) * part / 10).copied().unwrap_or(0.0);
    Sample::Figure { median: at(5), p10: at(1), p90: at(9), operations: reply.operations }
}
