//! A driver that has not begun.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::calls::{Calls, OpenCalls};
use super::capability_table::CapabilityTable;
use super::clock::Clock;
use super::hang::HangCheck;
use super::loopback::Loopback;
use super::shutdown::refuse_all;
use super::state::{CHILD_FUEL, Driver, FIRST_SURVEY, ROOT_FUEL, Surveys};
use crate::engine::image::Image;
use crate::engine::log::Stray;
use crate::error::{Error, Result};
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::mailbox::{AtRest, Mailbox};
use crate::rpc::request::Command;
use crate::rpc::stub::Stub;
use crate::sandbox::Sandbox;
use crate::worker_code::spec::Code;

/// The parts from which a new sandbox is made.
pub(crate) struct Start {
    pub(crate) code: Arc<Code>,
    pub(crate) image: Arc<Image>,
    /// True if the image is the worker's app image, already loaded.
    pub(crate) loaded: bool,
    pub(crate) seed: u64,
    /// True if the sandbox serves more than one call.
    pub(crate) lasting: bool,
    pub(crate) at_rest: AtRest,
}

/// A driver that has not begun, and its mailbox.
pub(crate) struct Starting {
    pub(super) start: Start,
    pub(super) mailbox: Mailbox,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) alive: Alive,
}

/// A token of a living sandbox. The sandbox counts as alive until the token is dropped.
pub(super) struct Alive {
    _living: watch::Sender<()>,
    lineage: Lineage,
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Has no effect if an end was recorded before. Otherwise the driver itself was dropped.
        self.lineage.end(Some(Error::Stopped(Box::new(Error::Cancelled))));
    }
}

impl Start {
    pub(super) async fn sandbox(&self, mailbox: &Mailbox) -> Result<Sandbox> {
        let Code { engine, limits, sources, quota, .. } = &*self.code;
        let quota = mailbox.lineage().quota().unwrap_or(quota);
        let parent = self.code.parent.clone();
        Sandbox::new(engine, &self.image, limits.memory_bytes, sources, quota, parent).await
    }

    pub(crate) fn mailbox(self) -> (Mailbox, Starting) {
        let (sender, commands) = mpsc::unbounded_channel();
        let (living, lives) = watch::channel(());
        let Code { engine, limits, parent, .. } = &*self.code;
        let quota = engine.quota_below(parent.quota(), limits);
        let lineage = Lineage::child_of(parent, lives, quota);
        let alive = Alive { _living: living, lineage: lineage.clone() };
        let mailbox = Mailbox::new(sender, lineage, limits.clone(), self.at_rest.clone());
        (mailbox.clone(), Starting { start: self, mailbox, commands, alive })
    }
}

impl Starting {
    /// Runs until nobody needs the sandbox any more, or it is stopped.
    pub(crate) async fn run(self) {
        if self.start.code.engine.polls().are_watched() {
            let engine = self.start.code.engine.clone();
            engine.polls().of(Box::pin(self.drive())).await;
        } else {
            self.drive().await;
        }
    }

    async fn drive(self) {
        let Self { start, mailbox, mut commands, alive } = self;
        let ended = mailbox.clone();
        let sandbox = match start.sandbox(&mailbox).await {
            Ok(sandbox) => {
                let mut driver = Driver::new(start, mailbox, commands, sandbox);
                match driver.serve().await {
                    Ok(()) => Some(driver.sandbox),
                    Err(error) => {
                        driver.fail_all(&error);
                        None
                    }
                }
            }
            Err(error) => {
                refuse_all(&mut commands, &start.code, start.seed, &error);
                None
            }
        };
        // Its commands are closed, so it counts as at rest.
        ended.end_work(0);
        // Has no effect if an error has stopped the sandbox.
        alive.lineage.end(None);
        drop(alive);
        if let Some(sandbox) = sandbox {
            sandbox.end().await;
        }
    }
}

impl Driver {
    pub(super) fn new(
        start: Start,
        mailbox: Mailbox,
        commands: mpsc::UnboundedReceiver<Command>,
        mut sandbox: Sandbox,
    ) -> Self {
        let (sink, left) = (start.code.log_sink.clone(), start.code.limits.log_bytes);
        sandbox.logs().stray = Stray { sink, left };
        let own = Stub::new(Loopback(mailbox.clone()));
        let quota = mailbox.lineage().quota();
        let calls = Calls::new(quota);
        let none = || quota.map(|quota| Reservation::none(quota, false)).unwrap_or_default();
        let (in_hand, handed_over) = (none(), none());
        let housekeeping_fuel = if start.code.is_child() { CHILD_FUEL } else { ROOT_FUEL };
        Self {
            code: start.code,
            table: CapabilityTable::new(mailbox.clone(), start.seed, own),
            mailbox,
            sandbox,
            commands,
            seed: start.seed,
            lasting: start.lasting,
            loaded: start.loaded,
            // All sandboxes of an image would otherwise have its randomness.
            reseed: start.loaded.then_some(start.seed),
            waiting: VecDeque::new(),
            forgetting: VecDeque::new(),
            invocations: BTreeMap::new(),
            last_invocation: 0,
            taken: 0,
            calls,
            open_calls: OpenCalls::default(),
            called_by_itself: 0,
            left_behind: BTreeMap::new(),
            freed: VecDeque::new(),
            due: BTreeSet::new(),
            housekeeping_fuel,
            payer: 0,
            alarm: None,
            clock: Clock::new(),
            sleep: None,
            at_a_stretch: 0,
            dumps_image: false,
            surveys: Surveys {
                at: None,
                after: FIRST_SURVEY,
                not_before: None,
                is_unneeded: false,
            },
            hang: HangCheck::default(),
            in_hand,
            to_lift: 0,
            handed_over,
        }
    }
}
