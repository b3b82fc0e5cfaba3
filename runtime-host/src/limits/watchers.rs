//! Watchers, which wait to be told that a sandbox was stopped.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::error::Error;

/// A receiver of the error that stopped the sandbox. It closes without a value if there
/// will never be one.
pub(crate) type Watching = oneshot::Receiver<Error>;

/// The list of watchers. They are told in the order in which they began to watch.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Mutex<State>);

#[derive(Debug)]
enum State {
    /// The watchers, and the number of them at which closed ones are next removed.
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

    /// Tells the current watchers. Others may still be added.
    pub(crate) fn tell(&self, error: &Error) {
        let before = match &mut *self.state() {
            State::Waiting(waiting, _) => std::mem::take(waiting),
            State::Over(_) => return,
        };
        for sender in before {
            // A watcher that has gone away does not need to hear of it.
            let _ = sender.send(error.clone());
        }
    }

    /// Tells the current watchers and all later ones. Only the first end counts.
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
