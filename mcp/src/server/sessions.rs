//! Sessions, in which the programs of a model share their variables.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use isolet::code_mode::{CodeSession, CodeTool};

/// The sessions by their handles. Whoever has a handle may use its session.
pub(super) struct Sessions {
    most: usize,
    sessions: Mutex<BTreeMap<String, Kept>>,
}

struct Kept {
    session: Arc<CodeSession>,
    used: Instant,
}

impl Sessions {
    pub(super) fn new(most: usize) -> Self {
        Self { most, sessions: Mutex::default() }
    }

    /// Begins a session and returns its handle, which cannot be guessed. If there are too many,
    /// the one that was used longest ago ends.
    ///
    /// Errors if no session can begin.
    pub(super) fn begin(&self, code: &CodeTool) -> Result<(String, Arc<CodeSession>), String> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| error.to_string())?;
        let handle = format!("{:032x}", u128::from_ne_bytes(random));
        let session = Arc::new(code.session().map_err(|error| error.to_string())?);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        while sessions.len() >= self.most.max(1) {
            let oldest = sessions.iter().min_by_key(|(_, kept)| kept.used);
            let Some(handle) = oldest.map(|(handle, _)| handle.clone()) else { break };
            sessions.remove(&handle);
        }
        let kept = Kept { session: Arc::clone(&session), used: Instant::now() };
        sessions.insert(handle.clone(), kept);
        Ok((handle, session))
    }

    /// Returns the session of a handle.
    pub(super) fn find(&self, handle: &str) -> Option<Arc<CodeSession>> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = sessions.get_mut(handle)?;
        kept.used = Instant::now();
        Some(Arc::clone(&kept.session))
    }

    /// Forgets a session that has ended.
    pub(super) fn remove(&self, handle: &str) {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(handle);
    }
}
