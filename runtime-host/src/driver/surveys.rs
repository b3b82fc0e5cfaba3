//! Decides when a sandbox begins or answers a survey of what holds it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::capability_table::Holding;
use super::state::{Driver, FIRST_SURVEY, Surveys};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Survey, Surveyed, Visitor};

const LAST_SURVEY: Duration = Duration::from_secs(10);

/// The time during which the tables are not visited again, for each item that was visited.
/// It is 20 times what visiting an item takes.
const PAUSE: Duration = Duration::from_micros(20);

impl Surveys {
    /// Does not look again before some time, after this many things were looked at.
    pub(super) fn pause_after(&mut self, seen: usize) {
        let pause = u32::try_from(seen).map_or(LAST_SURVEY, |seen| seen * PAUSE);
        self.not_before = Some(Instant::now() + pause);
    }
}

impl Driver {
    /// Returns true if nothing but the sandbox itself can wake it, unless somebody holds it.
    pub(super) fn is_at_rest(&self) -> bool {
        let own = self.mailbox.lineage();
        self.alarm.is_none()
            && self.commands.is_empty()
            && self.calls.are_to_itself()
            && self.invocations.values().all(|it| it.has_answered() || it.is_called_by(own))
    }

    /// Schedules a survey if the sandbox may be in a cycle. The first one is soon after
    /// somebody has let go of the sandbox, and later ones are less and less frequent.
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

    /// Tells a survey what the sandbox holds, unless the sandbox is busy or was visited too
    /// recently. Nobody pays for a survey, so it may take at most one part in 20 of the time.
    pub(super) async fn look_through(&mut self, survey: &Survey) {
        let is_too_soon = self.surveys.not_before.is_some_and(|at| at > Instant::now());
        let holdings = (!is_too_soon && self.is_at_rest()).then(|| {
            let code = std::iter::once(Holding::Code(&self.code));
            let holdings = code.chain(self.table.holdings());
            holdings.map(|holding| move |visitor: &mut Visitor<'_>| holding.visit(visitor))
        });
        let seen = survey.answer(&self.mailbox, holdings).await;
        if !is_too_soon {
            self.surveys.pause_after(seen);
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
                // The sandbox only waits for itself.
                None => self.surveys.is_unneeded = true,
            }
        }
    }
}
