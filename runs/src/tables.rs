//! The tables of the file, and what reads them.

use std::ops::RangeInclusive;

use redb::{ReadableTable, TableDefinition};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::record::{Effect, Run};

/// The version of the format, under the key `version`.
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
pub(crate) const VERSION: u64 = 1;
/// [`Head`]s as JSON, by the number of the run. Numbers grow.
pub(crate) const RUNS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("runs");
/// Programs as JSON of [`Text`](crate::Text), by the number of the run.
pub(crate) const PROGRAMS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("programs");
/// The numbers of runs by their ids.
pub(crate) const IDS: TableDefinition<'_, &str, u64> = TableDefinition::new("ids");
/// [`Effect`]s as JSON, by the number of the run and that of the call.
pub(crate) const EFFECTS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("effects");

/// A run, and the bytes of its rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) run: Run,
    pub(crate) bytes: u64,
}

/// The keys of the calls of a run.
pub(crate) fn calls(run: u64) -> RangeInclusive<(u64, u64)> {
    (run, 0)..=(run, u64::MAX)
}

/// Returns the calls of a run, in their order.
pub(crate) fn effects(
    table: &impl ReadableTable<(u64, u64), &'static [u8]>,
    run: u64,
) -> Result<Vec<Effect>, redb::Error> {
    let rows = table.range(calls(run))?;
    rows.map(|row| from_row(row?.1.value())).collect()
}

pub(crate) fn to_row(value: &impl Serialize) -> Result<Vec<u8>, redb::Error> {
    serde_json::to_vec(value).map_err(|error| corrupted(&error))
}

pub(crate) fn from_row<T: DeserializeOwned>(row: &[u8]) -> Result<T, redb::Error> {
    serde_json::from_slice(row).map_err(|error| corrupted(&error))
}

fn corrupted(error: &serde_json::Error) -> redb::Error {
    redb::Error::Corrupted(error.to_string())
}
