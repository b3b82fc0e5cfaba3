//! Ends a sandbox.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use super::invocation::Invocation;
use super::state::Driver;
use crate::error::{Error, LimitError, LimitKind};
use crate::limits::lineage::Lineage;
use crate::rpc::request::Command;
use crate::worker_code::spec::Code;

impl Driver {
    /// Fails everything that waits for the sandbox, which has ended with `error`.
    pub(super) fn fail_all(&mut self, error: &Error) {
        self.commands.close();
        // Watchers are told before the callers are answered: a caller that knows of this
        // end then waits for the end of the next sandbox.
        let end = match error {
            Error::Exception(exception) => Error::Exception(exception.in_short()),
            Error::Load(exception) => Error::Load(exception.in_short()),
            error if self.loaded => Error::Stopped(Box::new(error.clone())),
            error => error.clone(),
        };
        if self.lasting {
            self.code.watchers.tell(&end);
        }
        self.mailbox.lineage().end(Some(end));
        if !self.loaded {
            self.code.has_failed_to_start();
        }
        if matches!(error, Error::Aborted(_)) {
            self.code.has_aborted();
        }
        let waiting: BTreeSet<u32> = self.waiting.drain(..).map(|(id, _)| id).collect();
        // Until the worker has loaded, the error is the answer to every call.
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
                // An invocation whose own limit is exhausted gets that limit as its error,
                // whichever invocation used the last of the fuel.
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
