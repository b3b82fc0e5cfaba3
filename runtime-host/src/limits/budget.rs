//! What one turn may use.

use std::time::Instant;

use crate::error::{Error, LimitError, LimitKind, Result};
use crate::limits::fuel_account::Lease;

/// What a turn may use.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// The limit that the fuel is what is left of.
    pub(crate) fuel_limit: u64,
    /// Beyond which the turn may not let the sandbox's memory grow.
    pub(crate) memory_bytes: u64,
    pub(crate) began: Instant,
    pub(crate) deadline: Instant,
}

impl Budget {
    /// The error for a turn whose deadline has passed.
    pub(crate) fn late(&self, now: Instant) -> LimitError {
        LimitError::wall(self.deadline - self.began, now - self.began)
    }

    /// The error for a turn that has no fuel left.
    pub(crate) fn out_of_fuel(&self) -> Error {
        let limit = self.fuel_limit;
        Error::Limit(LimitError { kind: LimitKind::Fuel, limit, actual: limit })
    }
}

/// What of its budget a turn has now; without a lease, all of it.
pub(crate) struct Allowance(pub(crate) Option<Lease>);

impl Allowance {
    pub(crate) fn fuel(&self) -> u64 {
        self.0.as_ref().map_or(u64::MAX, Lease::fuel)
    }

    /// Another slice for a turn that has yielded so often.
    pub(crate) async fn top_up(&mut self, budget: Budget) -> Result<()> {
        let Some(lease) = &mut self.0 else { return Err(budget.out_of_fuel()) };
        if lease.top_up().await > 0 {
            return Ok(());
        }
        // Its own limit, or that of one who pays.
        let fuel_limit = lease.exhausted().unwrap_or(budget.fuel_limit);
        Err(Budget { fuel_limit, ..budget }.out_of_fuel())
    }
}
