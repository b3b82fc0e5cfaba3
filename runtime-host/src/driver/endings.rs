//! How a sandbox ends, and what nobody can wake in one that lives.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use super::Driver;
use crate::code::Code;
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::invocation::{Command, Invocation};
use crate::link::Lineage;

impl Driver {
    /// Ends what nothing can wake any more, at once and not at its deadline.
    pub(super) fn end_hung(&mut self) -> Result<()> {
        let waits = self.alarm.is_some()
            || !self.commands.is_empty()
            || self.open_calls > 0
            || self.tables.offered > 0;
        if waits || self.invocations.is_empty() || self.calls.has_arrived() {
            return Ok(());
        }
        if !self.loaded {
            return Err(Error::Hung);
        }
        // An invocation that waits for another of this sandbox may go on when that one ends.
        let waiting = self.calls.owners();
        let hung: Vec<u32> =
            self.invocations.keys().copied().filter(|id| !waiting.contains(id)).collect();
        for id in hung {
            self.end(id, Error::Hung);
        }
        Ok(())
    }

    /// The sandbox is gone: everybody who waits is told why.
    pub(super) fn fail_all(&mut self, error: &Error) {
        self.commands.close();
        // Before the answers: who has heard of its end then waits for that of the next.
        let end = match error {
            Error::Exception(exception) => Error::Exception(exception.in_short()),
            Error::Load(exception) => Error::Load(exception.in_short()),
            error if self.loaded => Error::Stopped(Box::new(error.clone())),
            error => error.clone(),
        };
        if self.lasting {
            self.code.watchers.tell(&end);
        }
        self.link.lineage().end(Some(end));
        if !self.loaded {
            self.code.has_failed_to_start();
        }
        if matches!(error, Error::Aborted(_)) {
            self.code.has_aborted();
        }
        let waiting: BTreeSet<u32> = self.waiting.drain(..).map(|(id, _)| id).collect();
        // Until the worker has loaded, what ended it is everybody's own answer.
        let answer = |id: u32| {
            if id == self.payer || !self.loaded {
                error.clone()
            } else if waiting.contains(&id) {
                Error::NotStarted(Box::new(error.clone()))
            } else {
                Error::Stopped(Box::new(error.clone()))
            }
        };
        let answers: Vec<_> = self.invocations.keys().map(|&id| (id, answer(id))).collect();
        let out_of_fuel = matches!(error, Error::Limit(LimitError { kind: LimitKind::Fuel, .. }));
        for (id, answer) in answers {
            if let Some(invocation) = self.invocations.get_mut(&id) {
                // Whose limit it was is told so, whoever had the last of it.
                let answer = match out_of_fuel.then(|| invocation.out_of_fuel()).flatten() {
                    Some(own) => own.into(),
                    None => answer,
                };
                invocation.settle(Err(answer));
            }
            self.close(id);
        }
        let error =
            if self.loaded { Error::NotStarted(Box::new(error.clone())) } else { error.clone() };
        refuse_all(&mut self.commands, &self.code, self.seed, &error);
    }
}

/// Answers requests that no sandbox has seen.
pub(super) fn refuse_all(
    commands: &mut mpsc::UnboundedReceiver<Command>,
    code: &Code,
    seed: u64,
    error: &Error,
) {
    commands.close();
    while let Ok(command) = commands.try_recv() {
        if let Command::Invoke(request) = command {
            let (mut invocation, _) = Invocation::new(*request, code, seed, Lineage::default());
            invocation.settle(Err(error.clone()));
            invocation.report(Vec::new());
        }
    }
}
