//! Progress of calls, for the client of the program that makes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::{Peer, RoleServer};

use crate::text::line;

/// The least time between two notifications for one program. Those between them are dropped.
const INTERVAL: Duration = Duration::from_millis(100);
/// The most bytes of a message.
const MAX_MESSAGE: usize = 300;

/// The client of one program, if it wants to know the progress.
#[derive(Default)]
pub(crate) struct Progress(Mutex<State>);

/// A client, and the token of its request.
pub(crate) type Target = (Peer<RoleServer>, ProgressToken);

#[derive(Default)]
struct State {
    /// None while no request waits that wants to know it.
    target: Option<Target>,
    /// The number of notifications, which is what the client sees as the progress: the figures of
    /// several calls do not add up.
    count: u32,
    last: Option<Instant>,
}

impl Progress {
    /// Tells it to the client of another request, or to nobody if the last one is answered.
    pub(crate) fn tell_to(&self, target: Option<Target>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).target = target;
    }

    /// Passes on the progress of a call, unless it comes too soon after the last.
    async fn tell(&self, tool: &str, params: &ProgressNotificationParam) {
        let now = Instant::now();
        let (count, peer, token) = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((peer, token)) = state.target.clone() else { return };
            if state.last.is_some_and(|last| now.duration_since(last) < INTERVAL) {
                return;
            }
            state.last = Some(now);
            state.count += 1;
            (state.count, peer, token)
        };
        let total = params.total.map(|total| format!("/{total}")).unwrap_or_default();
        let mut message = format!("{tool}: {}{total}", params.progress);
        if let Some(text) = &params.message {
            message.push(' ');
            message.push_str(text);
        }
        let mut told = ProgressNotificationParam::new(token, count.into());
        told.message = Some(line(&message, MAX_MESSAGE));
        // Fails if the client is gone.
        let _ = peer.notify_progress(told).await;
    }
}

/// The calls of one connection whose progress somebody wants to know.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<ProgressToken, Listener>>);

/// The name of a tool, and who hears of its progress.
type Listener = (String, Arc<Progress>);

impl Listeners {
    fn all(&self) -> MutexGuard<'_, HashMap<ProgressToken, Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to the progress of a call until what is returned is dropped.
    pub(crate) fn listen(
        self: &Arc<Self>,
        token: ProgressToken,
        tool: String,
        progress: Arc<Progress>,
    ) -> Listening {
        self.all().insert(token.clone(), (tool, progress));
        Listening { listeners: Arc::clone(self), token }
    }

    /// Passes a notification on. One that nobody waits for is dropped.
    pub(crate) async fn tell(&self, params: &ProgressNotificationParam) {
        let listener = self.all().get(&params.progress_token).cloned();
        if let Some((tool, progress)) = listener {
            progress.tell(&tool, params).await;
        }
    }
}

pub(crate) struct Listening {
    listeners: Arc<Listeners>,
    token: ProgressToken,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listeners.all().remove(&self.token);
    }
}
