//! The cost that a backend reports for the same program, in many processes.

use std::time::Duration;

use super::work::AMPLE;
use super::{Host, Options};
use crate::catalog::{Peer, Places};
use crate::protocol::Request;
use crate::results::{Metering, PeerResults};
use crate::work::program;

/// The program whose cost is reported: it allocates, and so meets most of an engine.
const PROGRAM: &str = "json";

pub fn run(
    options: &Options,
    places: &Places,
    there: &[(&Peer, usize)],
    results: &mut [PeerResults],
) -> Result<(), String> {
    let processes = if options.quick { 3 } else { 20 };
    for (_, index) in there {
        results[*index].metering = Some(Metering::default());
    }
    for process in 0..processes {
        eprintln!("metering, process {} of {processes}", process + 1);
        for (peer, index) in there {
            let so_far = results[*index].metering.as_ref();
            if process > 0 && so_far.is_none_or(|metering| metering.values.is_empty()) {
                continue;
            }
            let Some(program) = program(PROGRAM, peer.is_python(), places)? else { continue };
            let Ok(mut host) = Host::start(peer, places) else { continue };
            let request = Request::Meter { program, limits: AMPLE };
            let reply = host.ask(&request, Duration::from_secs(20));
            let Some(meter) = reply.ok().and_then(|reply| reply.meter) else { continue };
            let metering = results[*index].metering.get_or_insert_default();
            metering.unit = meter.unit;
            metering.values.push(meter.value);
        }
    }
    Ok(())
}
