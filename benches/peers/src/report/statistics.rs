//! Statistics of the rounds of a measure.

use crate::results::{PeerResults, Results, Sample};

/// A measure over all rounds.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

/// The name of the backend that the others are compared with.
pub const BASE: &str = "isolet";

pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// Returns what all rounds of a measure gave. `None`: a round failed, or there was none.
pub fn figure(peer: &PeerResults, measure: &str) -> Option<Figure> {
    let rounds: Option<Vec<f64>> = peer.work.get(measure)?.iter().map(Sample::median).collect();
    let rounds = rounds?;
    let least = rounds.iter().copied().min_by(f64::total_cmp)?;
    let most = rounds.iter().copied().max_by(f64::total_cmp)?;
    Some(Figure { median: median(rounds)?, least, most })
}

/// Returns how many times as much as `base` the peer took: the median over the rounds, each
/// compared within itself.
pub fn ratio(peer: &PeerResults, base: &PeerResults, measure: &str) -> Option<f64> {
    let (own, other) = (peer.work.get(measure)?, base.work.get(measure)?);
    let ratios: Option<Vec<f64>> =
        own.iter().zip(other).map(|(own, other)| Some(own.median()? / other.median()?)).collect();
    median(ratios?)
}

/// Returns why a measure has no figure.
pub fn failure<'a>(peer: &'a PeerResults, measure: &str) -> Option<&'a str> {
    peer.work.get(measure)?.iter().find_map(|sample| match sample {
        Sample::Failed { failed } => Some(failed.as_str()),
        Sample::Figure { .. } => None,
    })
}

pub fn named<'a>(results: &'a Results, name: &str) -> Option<&'a PeerResults> {
    results.peers.iter().find(|peer| peer.name == name)
}

/// Returns the backends that were measured.
pub fn present(results: &Results) -> impl Iterator<Item = &PeerResults> {
    results.peers.iter().filter(|peer| peer.missing.is_none())
}

/// Returns the bytes of one live sandbox: of all that was added, divided.
pub fn each(peer: &PeerResults, count: usize) -> Option<f64> {
    let memory = peer.memory.as_ref()?;
    let (live, bytes) = memory.live.iter().find(|(live, _)| *live == count)?;
    Some(bytes.saturating_sub(memory.empty) as f64 / *live as f64)
}

/// Returns the most sandboxes that were alive, and the bytes of each.
pub fn most_live(peer: &PeerResults) -> Option<(usize, f64)> {
    let (count, _) = peer.memory.as_ref()?.live.last()?;
    Some((*count, each(peer, *count)?))
}

/// Returns the geometric mean of the ratios of the compute kernels that both have.
pub fn compute(peer: &PeerResults, base: &PeerResults) -> Option<(f64, usize)> {
    let ratios: Vec<f64> =
        crate::driver::COMPUTE.iter().filter_map(|name| ratio(peer, base, name)).collect();
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| ((sum / ratios.len() as f64).exp(), ratios.len()))
}
