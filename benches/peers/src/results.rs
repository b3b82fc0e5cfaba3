//! The results of a run, as they are kept in `results.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::Wall;
use crate::protocol::Hostile;

#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Results {
    pub machine: String,
    /// When each part was measured, and with how many rounds. Parts are never compared with one
    /// another.
    pub parts: BTreeMap<String, Part>,
    pub peers: Vec<PeerResults>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Part {
    pub date: String,
    pub rounds: usize,
    /// The last commit that changed what isolet is made of.
    #[serde(default)]
    pub commit: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct PeerResults {
    pub name: String,
    pub title: String,
    pub wall: Wall,
    pub note: String,
    pub version: Option<String>,
    /// Why it was not measured.
    pub missing: Option<String>,
    /// A measure's name, and what each round gave.
    #[serde(default)]
    pub work: BTreeMap<String, Vec<Sample>>,
    #[serde(default)]
    pub memory: Option<Memory>,
    #[serde(default)]
    pub hostile: BTreeMap<String, Attack>,
    #[serde(default)]
    pub metering: Option<Metering>,
}

/// The samples of one round.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Sample {
    Figure { median: f64, p10: f64, p90: f64, operations: usize },
    Failed { failed: String },
}

impl Sample {
    pub fn median(&self) -> Option<f64> {
        match self {
            Self::Figure { median, .. } => Some(*median),
            Self::Failed { .. } => None,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Memory {
    /// Bytes of the process tree with nothing loaded.
    pub empty: u64,
    /// The number of live sandboxes, and the bytes of the process tree then.
    pub live: Vec<(usize, u64)>,
    /// Why there were no more.
    pub stopped: Option<String>,
}

/// The fate of one hostile program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Attack {
    /// The report of the host process. `None` if there was none: `silence` has the reason.
    pub told: Option<Hostile>,
    pub silence: Option<String>,
    /// Private memory of the process tree before, and the most of it meanwhile.
    pub before: u64,
    pub peak: u64,
    /// The right end: `error`, `any`, or a value.
    pub expected: String,
}

impl Attack {
    /// True if the program was ended within its time.
    pub fn stopped(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.ns < STOPPED_NS)
    }

    /// True if it ended as it should: without having reached anything.
    pub fn right(&self) -> bool {
        self.told.as_ref().is_some_and(|told| match self.expected.as_str() {
            "any" => true,
            "error" => told.error.is_some(),
            // A backend that does not have what the program tries may as well throw.
            expected => {
                told.error.is_some() || told.value.as_ref().is_some_and(|value| value == expected)
            }
        })
    }

    /// True if the host lived and the other sandboxes answered right.
    pub fn others_right(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.neighbour_right)
    }

    pub fn growth(&self) -> u64 {
        self.peak.saturating_sub(self.before)
    }
}

/// A program of the corpus may run for 250 ms. It is stopped in time if it ends within this.
pub const STOPPED_NS: f64 = 500e6;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Metering {
    pub unit: String,
    /// The report of each process.
    pub values: Vec<f64>,
}
