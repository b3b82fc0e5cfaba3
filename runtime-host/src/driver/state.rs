//! What drives one sandbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::call_queue::CallQueue;
use super::calls::Calls;
use super::capability_table::CapabilityTable;
use super::clock::Clock;
use super::invocation::{Invocation, Invoke};
use crate::engine::bindings::sandbox as wit;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::limits::stats::WorkerStats;
use crate::rpc::mailbox::Mailbox;
use crate::rpc::request::Command;
use crate::sandbox::Sandbox;
use crate::worker_code::spec::Code;

/// When a sandbox that was let go of looks whether only a circle holds it, and how long
/// it waits at most before it looks again.
pub(super) const FIRST_SURVEY: Duration = Duration::from_millis(5);

/// The most that a turn may use which no invocation asked for, such as the disposer of
/// an object that was let go.
pub(super) const HOUSEKEEPING_FUEL: u64 = 50_000_000;

/// What a sandbox has for such turns if nobody is left who pays for them: so much at
/// first, for one that Rust has loaded or another sandbox; and so much more for each
/// invocation and for each object. A call that Rust makes restores the first.
pub(super) const ROOT_FUEL: u64 = HOUSEKEEPING_FUEL;
pub(super) const CHILD_FUEL: u64 = 2_000_000;
pub(super) const INVOCATION_FUEL: u64 = 100_000;
pub(super) const OBJECT_FUEL: u64 = 20_000;

/// What must have ended at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    Invocation(u32),
    /// A call that outlives the invocation that made it.
    Call(u32),
}

/// What drives one sandbox.
pub(super) struct Driver {
    pub(super) code: Arc<Code>,
    pub(super) mailbox: Mailbox,
    pub(super) sandbox: Sandbox,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) seed: u64,
    pub(super) lasting: bool,
    pub(super) loaded: bool,
    /// Asked for while the main module was still being evaluated.
    pub(super) waiting: VecDeque<(u32, Invoke)>,
    /// Ended by the host; the guest has yet to hear of it.
    pub(super) forgetting: VecDeque<(u32, Option<Arc<FuelAccount>>)>,
    pub(super) invocations: BTreeMap<u32, Box<Invocation>>,
    pub(super) last_invocation: u32,
    /// Requests that it has taken, for nobody as well.
    pub(super) taken: u64,
    pub(super) calls: Calls,
    /// How many calls of open invocations something outside the sandbox may answer.
    pub(super) open_calls: usize,
    /// Of invocations that are over, with calls that still wait.
    pub(super) left_behind: BTreeMap<u32, CallQueue>,
    /// Whose waiting calls there is room for.
    pub(super) freed: VecDeque<u32>,
    pub(super) table: CapabilityTable,
    /// The deadlines.
    pub(super) due: BTreeSet<(Instant, Due)>,
    pub(super) housekeeping_fuel: u64,
    /// Who pays for the running turn.
    pub(super) payer: u32,
    pub(super) alarm: Option<wit::Alarm>,
    pub(super) clock: Clock,
    pub(super) sleep: Option<Pin<Box<Sleep>>>,
    /// Answers that were there without waiting.
    pub(super) at_a_stretch: u32,
    /// Loading for an image: a call is no more than a reason to have none.
    pub(super) dumps_image: bool,
    pub(super) surveys: Surveys,
    /// What the event takes that is delivered now.
    pub(super) in_hand: Reservation,
}

/// Looking whether only a circle of sandboxes holds this one.
pub(super) struct Surveys {
    pub(super) at: Option<Instant>,
    /// How long to wait before the next one.
    pub(super) after: Duration,
    /// When the tables may be looked through again, for any survey.
    pub(super) not_before: Option<Instant>,
    /// One has found that nobody who lives holds the sandbox.
    pub(super) is_unneeded: bool,
}

impl Driver {
    pub(super) fn stats(&self) -> WorkerStats {
        let (invocations, calls) = (self.invocations.len(), self.calls.len());
        WorkerStats { invocations, calls, ..self.table.stats() }
    }
}
