//! The budget of one turn.

use std::time::Instant;

use crate::error::{Error, LimitError, LimitKind, Result};
use crate::limits::fuel_account::Lease;

/// The fuel, memory and time that a turn may use.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// The limit that `fuel` is the remainder of.
    pub(crate) fuel_limit: u64,
    /// The bytes beyond which the turn may not grow the sandbox's memory.
    pub(crate) memory_bytes: u64,
    pub(crate) began: Instant,
    pub(crate) deadline: Instant,
}

impl Budget {
    /// Returns the error for a turn whose deadline has passed.
    pub(crate) fn late(&self, now: Instant) -> LimitError {
        LimitError::wall(self.deadline - self.began, now - self.began)
    }

    /// Returns the error for a turn that has no fuel left.
    pub(crate) fn out_of_fuel(&self) -> Error {
        let limit = self.fuel_limit;
        Error::Limit(LimitError { kind: LimitKind::Fuel, limit, actual: limit })
    }
}

/// The part of its budget that a turn has now. Without a lease it is the whole budget.
pub(crate) struct Allowance(pub(crate) Option<Lease>);

impl Allowance {
    pub(crate) fn fuel(&self) -> u64 {
        self.0.as_ref().map_or(u64::MAX, Lease::fuel)
    }

    /// Leases another slice for a turn that has used up its allowance.
    pub(crate) async fn top_up(&mut self, budget: Budget) -> Result<()> {
        let Some(lease) = &mut self.0 else { return Err(budget.out_of_fuel()) };
        if lease.top_up().await > 0 {
            return Ok(());
        }
        // The exhausted limit may be its own or that of a payer.
        let fuel_limit = lease.exhausted().unwrap_or(budget.fuel_limit);
        Err(Budget { fuel_limit, ..budget }.out_of_fuel())
    }
}
