//! The protocol between the driver and a backend's host process: one JSON object per line.
//!
//! A host process embeds one backend. It writes one [`Hello`], and then one reply to each
//! request. It measures the times itself, so that no pipe is part of them. The driver measures
//! memory from outside.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The limits of a sandbox. A backend arms whatever it has for this.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Limits {
    pub memory_bytes: u64,
    /// Time of one call, from its start.
    pub wall_ms: u64,
}

/// One program, and what it must answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Program {
    /// Declares a function `main(arg, cap)`, which may be async. `cap(n)` is a call of the host,
    /// and resolves to twice `n`.
    pub source: String,
    pub arg: Value,
    pub answer: Value,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Hello {
    /// Name and version of what runs the code.
    pub version: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Request {
    /// Loads a source that was never seen, calls it and drops the sandbox, again and again.
    Cold { program: Program, limits: Limits, budget_ms: u64, count: usize },
    /// Calls one sandbox again and again.
    Warm { program: Program, limits: Limits, budget_ms: u64, count: usize },
    /// Loads sandboxes and calls each once, until `count` are alive.
    Fill { program: Program, limits: Limits, count: usize },
    /// Loads a sandbox that [`Request::Hostile`] calls meanwhile.
    Neighbour { program: Program, limits: Limits },
    /// Runs a program that does not end well.
    Hostile { program: Program, limits: Limits },
    /// Calls once, and tells what the backend reports as the cost.
    Meter { program: Program, limits: Limits },
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Reply {
    /// Why the request failed as a whole.
    pub error: Option<String>,
    /// Nanoseconds of one operation, for each sample.
    pub times: Vec<f64>,
    /// The number of operations. More than samples, where the clock is coarse.
    pub operations: usize,
    /// The number of live sandboxes.
    pub live: usize,
    pub hostile: Option<Hostile>,
    pub meter: Option<Meter>,
}

/// The fate of a hostile program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Hostile {
    /// The value that it returned.
    pub value: Option<Value>,
    /// The error that it ended with.
    pub error: Option<String>,
    pub ns: f64,
    /// The number of calls that the neighbour answered meanwhile.
    pub neighbour_calls: usize,
    /// The delay of those answers, counted from when each call was due: the median, and the
    /// latest.
    pub neighbour_median_ns: f64,
    pub neighbour_worst_ns: f64,
    /// True if the neighbour, and a new sandbox, answer right afterwards.
    pub neighbour_right: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Meter {
    /// `fuel`, or `ns` of CPU time.
    pub unit: String,
    pub value: f64,
}
