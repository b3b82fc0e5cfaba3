//! When a sandbox looks whether only a circle of sandboxes holds it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::capability_table::Holding;
use super::state::{Driver, FIRST_SURVEY};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Survey, Surveyed, Visitor};

const LAST_SURVEY: Duration = Duration::from_secs(10);

/// For how long a sandbox is not looked through again, for each thing that was looked at:
/// 20 times what that takes.
const PAUSE: Duration = Duration::from_micros(20);

impl Driver {
    /// Nothing but itself can wake it, unless somebody holds it.
    pub(super) fn is_at_rest(&self) -> bool {
        let own = self.mailbox.lineage();
        self.alarm.is_none()
            && self.commands.is_empty()
            && self.calls.are_to_itself()
            && self.invocations.values().all(|it| it.has_answered() || it.is_called_by(own))
    }

    /// A sandbox at rest that may be in a circle looks for one: soon when somebody has
    /// let go of it, and else less and less often.
    pub(super) fn survey_later(&mut self) {
        if self.mailbox.take_suspicion() {
            self.surveys.after = FIRST_SURVEY;
            self.surveys.at = None;
        }
        if self.surveys.at.is_none() && self.table.may_be_in_a_circle() {
            self.surveys.at = Some(Instant::now() + self.surveys.after);
            self.surveys.after = (2 * self.surveys.after).min(LAST_SURVEY);
        }
    }

    /// Says what the sandbox holds, unless it is busy, or was asked too often: nobody pays
    /// for it, and so it may take one part in 20 of the time at most.
    pub(super) async fn look_through(&mut self, survey: &Survey) {
        let is_too_soon = self.surveys.not_before.is_some_and(|at| at > Instant::now());
        let holdings = (!is_too_soon && self.is_at_rest()).then(|| {
            let code = std::iter::once(Holding::Code(&self.code));
            let holdings = code.chain(self.table.holdings());
            holdings.map(|holding| move |visitor: &mut Visitor<'_>| holding.visit(visitor))
        });
        let seen = survey.answer(&self.mailbox, holdings).await;
        if !is_too_soon {
            let pause = u32::try_from(seen).map_or(LAST_SURVEY, |seen| seen * PAUSE);
            self.surveys.not_before = Some(Instant::now() + pause);
        }
    }

    pub(super) fn survey(&mut self) {
        if self.surveys.at.is_some_and(|at| at <= Instant::now()) {
            self.surveys.at = None;
            if !self.is_at_rest() {
                return;
            }
            match self.mailbox.known_hold() {
                Some(hold) => {
                    let way: Arc<dyn Surveyed> = Arc::new(self.mailbox.clone());
                    Survey::begin(&hold, &way, Stub::visit_attachment);
                }
                // It waits for itself.
                None => self.surveys.is_unneeded = true,
            }
        }
    }
}
