//! The hostile corpus: each program in a host process of its own.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::work::{AMPLE, TIGHT};
use super::{Host, Options, cores};
use crate::catalog::{Peer, Places};
use crate::protocol::Request;
use crate::results::{Attack, PeerResults};
use crate::work::{Hostile, hostile, program};

/// A backend that has not ended a program by then, at 8 times its limit, never will.
const PATIENCE: Duration = Duration::from_secs(2);

/// The driver ends a host process that takes as much.
const MOST: u64 = 4 << 30;

pub fn run(
    options: &Options,
    places: &Places,
    there: &[(&Peer, usize)],
    results: &mut [PeerResults],
) -> Result<(), String> {
    let mut tasks = Vec::new();
    for (peer, index) in there {
        results[*index].hostile.clear();
        let step = if options.quick { 5 } else { 1 };
        let corpus = hostile(peer.is_python(), places)?;
        tasks.extend(corpus.into_iter().step_by(step).map(|one| (*peer, *index, one)));
    }
    // One at a time on each core.
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                while let Some((peer, index, one)) = tasks.get(next.fetch_add(1, Relaxed)) {
                    let attack = attack(places, peer, one).unwrap_or_else(|error| Attack {
                        told: None,
                        silence: Some(error),
                        before: 0,
                        peak: 0,
                        expected: one.expected.clone(),
                    });
                    eprintln!("{}: {} {}", peer.name, one.name, verdict(&attack));
                    if let Ok(mut done) = done.lock() {
                        done.push((*index, one.name.clone(), attack));
                    }
                }
            });
        }
    });
    for (index, name, attack) in done.into_inner().map_err(|error| error.to_string())? {
        results[index].hostile.insert(name, attack);
    }
    Ok(())
}

fn attack(places: &Places, peer: &Peer, one: &Hostile) -> Result<Attack, String> {
    let agent = program("agent", peer.is_python(), places)?.ok_or("the agent is missing")?;
    let mut host = Host::start(peer, places)?;
    host.ask(&Request::Neighbour { program: agent, limits: AMPLE }, Duration::from_secs(20))?;
    let before = host.private_bytes();
    let started = host.send(&Request::Hostile { program: one.program.clone(), limits: TIGHT });
    let (reply, peak) = host.watch(PATIENCE, MOST);
    let (told, silence) = match (started, reply) {
        (Err(error), _) => (None, Some(error)),
        (_, Err(silence)) => (None, Some(silence.text().to_owned())),
        (_, Ok(reply)) => (reply.hostile, reply.error),
    };
    Ok(Attack { told, silence, before, peak, expected: one.expected.clone() })
}

fn verdict(attack: &Attack) -> String {
    let told = attack.told.as_ref().map(|told| {
        let end = told.error.clone().or(told.value.as_ref().map(ToString::to_string));
        let end = end.unwrap_or_default();
        format!("{:.0} ms, {}", told.ns / 1e6, end.lines().next().unwrap_or_default())
    });
    let silence = attack.silence.clone().unwrap_or_default();
    let marks = [attack.stopped(), attack.right(), attack.others_right()];
    format!("{marks:?} +{} MiB {}", attack.growth() >> 20, told.unwrap_or(silence))
}
