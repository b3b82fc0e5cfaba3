//! The state of the driver of one sandbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::call_queue::CallQueue;
use super::calls::{Calls, OpenCalls};
use super::capability_table::CapabilityTable;
use super::clock::Clock;
use super::hang::HangCheck;
use super::invocation::{Invocation, Invoke};
use crate::engine::bindings::sandbox as wit;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::limits::stats::WorkerStats;
use crate::rpc::mailbox::Mailbox;
use crate::rpc::request::Command;
use crate::sandbox::Sandbox;
use crate::worker_code::spec::Code;

/// The time after which a sandbox that somebody has let go of begins a survey, which finds
/// out whether only a cycle holds it. Each further wait is twice as long, up to 10 seconds.
pub(super) const FIRST_SURVEY: Duration = Duration::from_millis(5);

/// The most fuel that one turn may use if no invocation asked for it, such as a turn that
/// runs the disposer of a released object.
pub(super) const HOUSEKEEPING_FUEL: u64 = 50_000_000;

/// The fuel that the sandbox itself has for such turns if nobody is left to pay for them. A
/// sandbox begins with `ROOT_FUEL` if the embedder loaded it, and with `CHILD_FUEL` if
/// another sandbox did. Each call from a sandbox adds `INVOCATION_FUEL`, and each object
/// `OBJECT_FUEL`. A call from the embedder restores `ROOT_FUEL`.
pub(super) const ROOT_FUEL: u64 = HOUSEKEEPING_FUEL;
pub(super) const CHILD_FUEL: u64 = 2_000_000;
pub(super) const INVOCATION_FUEL: u64 = 100_000;
pub(super) const OBJECT_FUEL: u64 = 20_000;

/// The item that ends at a deadline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    Invocation(u32),
    /// A call that outlives the invocation that made it.
    Call(u32),
}

/// The driver of one sandbox.
pub(super) struct Driver {
    pub(super) code: Arc<Code>,
    pub(super) mailbox: Mailbox,
    pub(super) sandbox: Sandbox,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) seed: u64,
    pub(super) lasting: bool,
    pub(super) loaded: bool,
    /// The seed that the next invocation gives to a sandbox which begins with an app image.
    pub(super) reseed: Option<u64>,
    /// Invocations that arrived while the main module was still being evaluated.
    pub(super) waiting: VecDeque<(u32, Invoke)>,
    /// Invocations that the host has ended and the guest has yet to forget.
    pub(super) forgetting: VecDeque<(u32, Option<Arc<FuelAccount>>)>,
    pub(super) invocations: BTreeMap<u32, Box<Invocation>>,
    pub(super) last_invocation: u32,
    /// The number of requests taken from the mailbox, including those without a caller.
    pub(super) taken: u64,
    pub(super) calls: Calls,
    pub(super) open_calls: OpenCalls,
    /// The number of open invocations that the sandbox itself has called.
    pub(super) called_by_itself: usize,
    /// The call queues of closed invocations that still have waiting calls.
    pub(super) left_behind: BTreeMap<u32, CallQueue>,
    /// Invocations that have waiting calls and room to send them.
    pub(super) freed: VecDeque<u32>,
    pub(super) table: CapabilityTable,
    /// The deadlines.
    pub(super) due: BTreeSet<(Instant, Due)>,
    pub(super) housekeeping_fuel: u64,
    /// The invocation that pays for the running turn.
    pub(super) payer: u32,
    pub(super) alarm: Option<wit::Alarm>,
    pub(super) clock: Clock,
    pub(super) sleep: Option<Pin<Box<Sleep>>>,
    /// The number of answers taken without waiting.
    pub(super) at_a_stretch: u32,
    /// True while the worker is loaded to make an app image. A call is then never sent: it
    /// only prevents the image.
    pub(super) dumps_image: bool,
    pub(super) surveys: Surveys,
    pub(super) hang: HangCheck,
    /// The reservation for the event that is being delivered.
    pub(super) in_hand: Reservation,
    /// The bytes of the messages of the last turn that are not lifted yet, and their reservation.
    pub(super) to_lift: u64,
    pub(super) handed_over: Reservation,
}

/// The schedule of surveys, which find out whether only a cycle of sandboxes holds this one.
pub(super) struct Surveys {
    pub(super) at: Option<Instant>,
    /// The time to wait before the next survey.
    pub(super) after: Duration,
    /// The earliest time at which any survey may visit the tables again.
    pub(super) not_before: Option<Instant>,
    /// True if a survey has found that nothing alive holds the sandbox.
    pub(super) is_unneeded: bool,
}

impl Driver {
    pub(super) fn stats(&self) -> WorkerStats {
        let (invocations, calls) = (self.invocations.len(), self.calls.len());
        WorkerStats { invocations, calls, ..self.table.stats() }
    }
}
