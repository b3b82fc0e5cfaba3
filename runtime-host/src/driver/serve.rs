//! The main loop of a driver.

use std::pin::Pin;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::future::Aborted;

use super::calls::Answered;
use super::state::{Driver, Due, OBJECT_FUEL};
use crate::engine::bindings::sandbox as wit;
use crate::error::{Error, Result};
use crate::rpc::request::Command;

/// The number of answers without waiting after which the driver yields to other tasks.
const STRETCH: u32 = 32;

/// The event that the driver waits for.
enum Next {
    Command(Option<Command>),
    Answer(Answered),
    Time,
    /// The sandbox that loaded this one has ended.
    Orphaned,
}

impl Driver {
    pub(super) async fn serve(&mut self) -> Result<()> {
        if self.loaded {
            // The image knows these capabilities by the numbers that they had
            // when it was loaded.
            self.lower(self.code.env()).await?;
        }
        let lineage = self.mailbox.lineage().clone();
        let mut orphaned = std::pin::pin!(lineage.parent_ended());
        loop {
            if !self.code.parent.is_alive() {
                return Err(Error::ParentEnded);
            }
            let is_idle = self.invocations.is_empty() && self.calls.is_empty();
            if is_idle && !self.mailbox.is_held() && self.commands.is_empty() {
                return Ok(());
            }
            if self.surveys.is_unneeded && self.is_at_rest() {
                return if is_idle { Ok(()) } else { Err(Error::Hung) };
            }
            self.survey_later();
            self.mailbox.end_work(self.taken);
            let next = self.next(orphaned.as_mut()).await;
            self.mailbox.begin_work();
            match next {
                // Never happens: the driver itself has a sender.
                Next::Command(None) | Next::Answer(Err(Aborted)) => {}
                Next::Command(Some(command)) => self.command(command).await?,
                Next::Answer(Ok((call, result))) => {
                    self.answered(call, result).await?;
                    // A steady stream of answers must not hold up commands.
                    if let Ok(command) = self.commands.try_recv() {
                        self.command(command).await?;
                    }
                }
                Next::Time => self.time().await?,
                Next::Orphaned => return Err(Error::ParentEnded),
            }
            // A steady stream of answers must not hold up timers either.
            if self.wake_at().is_some_and(|at| at <= Instant::now()) {
                self.time().await?;
            }
            self.settle_down().await?;
            self.end_hung().await?;
            self.settle_down().await?;
        }
    }

    async fn next(&mut self, orphaned: Pin<&mut impl Future<Output = ()>>) -> Next {
        if let Some(arrived) = self.calls.next_arrived() {
            self.at_a_stretch = self.at_a_stretch.wrapping_add(1);
            if self.at_a_stretch.is_multiple_of(STRETCH) {
                tokio::task::yield_now().await;
            }
            return Next::Answer(Ok(arrived));
        }
        let wake = self.wake_at();
        // Registering a timer is the expensive part. Most turns end long before a deadline
        // that stays the same.
        match (wake, &mut self.sleep) {
            (None, sleep) => *sleep = None,
            (Some(at), Some(sleep)) => {
                let at = tokio::time::Instant::from_std(at);
                if sleep.deadline() != at {
                    sleep.as_mut().reset(at);
                }
            }
            (Some(at), sleep) => {
                *sleep =
                    Some(Box::pin(tokio::time::sleep_until(tokio::time::Instant::from_std(at))));
            }
        }
        let sleep = async {
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(answer) = self.calls.answers().next() => Next::Answer(answer),
            command = self.commands.recv() => Next::Command(command),
            () = sleep => Next::Time,
            () = orphaned => Next::Orphaned,
        }
    }

    /// Returns the time of the next alarm, deadline or survey.
    fn wake_at(&self) -> Option<Instant> {
        let alarm = self.alarm.as_ref().map(|alarm| self.clock.instant(alarm.due));
        let deadline = self.due.first().map(|(at, _)| *at);
        alarm.into_iter().chain(deadline).chain(self.surveys.at).chain(self.hang.at()).min()
    }

    async fn command(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Invoke(request) => {
                self.taken += 1;
                // A request whose caller gave up while it waited is dropped.
                if request.reply.is_closed() { Ok(()) } else { self.accept(*request).await }
            }
            Command::Cancel(token) => {
                self.cancel(token);
                Ok(())
            }
            // The work is done before the next event.
            Command::Released | Command::Unheld => Ok(()),
            Command::LetGo => {
                self.hang.look_again();
                Ok(())
            }
            Command::LookThrough(survey) => {
                self.look_through(&survey).await;
                Ok(())
            }
            Command::Unneeded => {
                self.surveys.is_unneeded = true;
                Ok(())
            }
            Command::Count(reply) => {
                // The caller may have gone away.
                let _ = reply.send(self.stats());
                Ok(())
            }
        }
    }

    /// Does what the last event made due, one turn after the other.
    async fn settle_down(&mut self) -> Result<()> {
        self.send_waiting()?;
        for (number, payer) in self.mailbox.released(self.taken) {
            self.table.exported = self.table.exported.saturating_sub(1);
            self.housekeeping_fuel = self.housekeeping_fuel.saturating_add(OBJECT_FUEL);
            self.housekeep(&wit::Event::Released(number), payer).await?;
            // Each turn is short, but there may be any number of them.
            tokio::task::consume_budget().await;
        }
        loop {
            if let Some((id, payer)) = self.forgetting.pop_front() {
                self.housekeep(&wit::Event::Cancel(id), payer).await?;
                tokio::task::consume_budget().await;
            } else if self.loaded
                && let Some((id, invoke)) = self.waiting.pop_front()
            {
                // An invocation that ended before the worker was loaded does not run.
                if self.invocations.contains_key(&id) {
                    self.invoke(id, invoke).await?;
                }
            } else {
                return Ok(());
            }
        }
    }

    async fn time(&mut self) -> Result<()> {
        let now = Instant::now();
        self.survey();
        self.hang.has_waited(now);
        while let Some(&(at, due)) = self.due.first().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, due));
            match due {
                Due::Call(id) => {
                    // All calls that the invocation left behind are due at the same time.
                    if let Some(call) = self.calls.get_mut(id) {
                        self.left_behind.remove(&call.owner);
                    }
                    self.calls.abort(id);
                }
                Due::Invocation(id) => {
                    let Some(invocation) = self.invocations.get(&id) else { continue };
                    let error = Error::Limit(invocation.late(now));
                    if !self.loaded {
                        return Err(error);
                    }
                    self.end(id, error);
                }
            }
        }
        // Its payer may have ended just now.
        let due = self.alarm.as_ref().filter(|alarm| {
            alarm.due <= self.clock.now() && self.invocations.contains_key(&alarm.invocation)
        });
        match due.map(|alarm| alarm.invocation) {
            Some(payer) => self.turn(payer, &wit::Event::Alarm).await,
            None => Ok(()),
        }
    }
}
