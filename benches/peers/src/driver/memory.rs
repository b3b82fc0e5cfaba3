//! The memory of live sandboxes.

use std::time::{Duration, Instant};

use super::work::AMPLE;
use super::{Host, Options};
use crate::catalog::{Peer, Places};
use crate::protocol::Request;
use crate::results::{Memory, PeerResults};
use crate::work::program;

/// The most memory that the sandboxes of one backend may take together.
const MOST: u64 = 12 << 30;

pub fn run(
    options: &Options,
    places: &Places,
    there: &[(&Peer, usize)],
    results: &mut [PeerResults],
) -> Result<(), String> {
    for (peer, index) in there {
        eprintln!("memory: {}", peer.name);
        let memory = fill(options, places, peer);
        results[*index].memory = Some(
            memory.unwrap_or_else(|error| Memory { stopped: Some(error), ..Memory::default() }),
        );
    }
    Ok(())
}

fn fill(options: &Options, places: &Places, peer: &Peer) -> Result<Memory, String> {
    let agent = program("agent", peer.is_python(), places)?.ok_or("the agent is missing")?;
    let counts: &[usize] = if options.quick { &[10, 100] } else { &[100, 1_000, 3_000] };
    let until = Instant::now() + Duration::from_secs(if options.quick { 10 } else { 30 });
    let mut host = Host::start(peer, places)?;
    let ask = |host: &mut Host, count| {
        let request = Request::Fill { program: agent.clone(), limits: AMPLE, count };
        host.ask(&request, Duration::from_secs(30)).map(|reply| reply.live)
    };
    let mut memory = Memory { empty: host.pss_bytes(), ..Memory::default() };
    let mut live = 0;
    let step = if options.quick { 10 } else { 100 };
    while live < counts[counts.len() - 1] {
        let stopped = match ask(&mut host, live + step) {
            Err(error) => Some(error),
            Ok(now) => {
                live = now;
                let bytes = host.pss_bytes();
                if counts.contains(&live) {
                    memory.live.push((live, bytes));
                }
                if bytes > MOST {
                    Some("12 GiB are full".to_owned())
                } else if Instant::now() > until && live < counts[counts.len() - 1] {
                    Some("loading took too long".to_owned())
                } else {
                    None
                }
            }
        };
        if let Some(stopped) = stopped {
            if memory.live.last().is_none_or(|(count, _)| *count != live) && live > 0 {
                memory.live.push((live, host.pss_bytes()));
            }
            memory.stopped = Some(stopped);
            break;
        }
    }
    Ok(memory)
}
