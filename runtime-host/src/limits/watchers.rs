//! Those who wait to be told that a sandbox was stopped.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::error::Error;

/// What has stopped the sandbox; or nothing, when it will never be told.
pub(crate) type Watching = oneshot::Receiver<Error>;

/// Those who wait, in the order in which they have asked, which is the order in
/// which they are told.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Mutex<State>);

#[derive(Debug)]
enum State {
    /// With how many of them it is worth looking who has gone away.
    Waiting(Vec<oneshot::Sender<Error>>, usize),
    Over(Option<Error>),
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting(Vec::new(), 8)
    }
}

impl Watchers {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn watch(&self) -> Watching {
        let (sender, watching) = oneshot::channel();
        match &mut *self.state() {
            State::Waiting(waiting, many) => {
                if waiting.len() >= *many {
                    waiting.retain(|it| !it.is_closed());
                    *many = 8 + 2 * waiting.len();
                }
                waiting.push(sender);
            }
            State::Over(Some(error)) => {
                let _ = sender.send(error.clone());
            }
            State::Over(None) => {}
        }
        watching
    }

    /// Tells those who wait now. Others may come.
    pub(crate) fn tell(&self, error: &Error) {
        let before = match &mut *self.state() {
            State::Waiting(waiting, _) => std::mem::take(waiting),
            State::Over(_) => return,
        };
        for sender in before {
            // Whoever has gone away need not hear of it.
            let _ = sender.send(error.clone());
        }
    }

    /// Tells those who wait, and whoever comes later; the first end counts.
    pub(crate) fn end(&self, error: Option<Error>) {
        let before = match &mut *self.state() {
            State::Over(_) => return,
            waiting @ State::Waiting(..) => std::mem::replace(waiting, State::Over(error.clone())),
        };
        let State::Waiting(waiting, _) = before else { return };
        for (sender, error) in waiting.into_iter().zip(std::iter::repeat(error)) {
            if let Some(error) = error {
                let _ = sender.send(error);
            }
        }
    }
}
