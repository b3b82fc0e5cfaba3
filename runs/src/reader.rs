//! Reading, also while another process writes.

use std::fmt;
use std::path::{Path, PathBuf};

use redb::ReadableTable as _;
use redb::{DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase as _};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::files::{self, Lock};
use crate::id::RunId;
use crate::record::{Effect, Run, RunState};
use crate::store::{builder, of_database};
use crate::tables::{EFFECTS, Head, IDS, META, PROGRAMS, RUNS, VERSION, calls, effects, from_row};
use crate::text::Text;

/// A store that is read. Its process may write meanwhile, and each method sees what it has written
/// until then.
pub struct RunReader {
    path: PathBuf,
    database: ReadOnlyDatabase,
    /// True if a process writes. The runs of one that does not have crashed.
    is_live: bool,
}

/// A run with its program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownRun {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// The program.
    pub program: Text,
}

impl fmt::Debug for RunReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunReader").field("path", &self.path).finish_non_exhaustive()
    }
}

impl RunReader {
    /// Opens a store that exists. Blocks. The file is written to only if the process that wrote it
    /// has crashed, to repair it.
    ///
    /// # Errors
    /// Errors if the file cannot be opened, or is no store.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed = |error: DatabaseError| of_database(path, error);
        let is_live = Lock::is_taken(path).map_err(|error| Error::file(path, error))?;
        let read = || builder().open_read_only(path);
        let database = match files::retry(read) {
            Err(DatabaseError::RepairAborted) if !is_live => {
                let repaired = files::retry(|| builder().open(path)).map_err(failed)?;
                repaired.close().map_err(failed)?;
                files::retry(read)
            }
            database => database,
        };
        let database = database.map_err(failed)?;
        let reader = Self { path: path.to_owned(), database, is_live };
        reader.check()?;
        Ok(reader)
    }

    fn check(&self) -> Result<()> {
        let version = self.read(|transaction| {
            let table = transaction.open_table(META)?;
            let version = table.get("version")?.map(|row| row.value());
            Ok(version)
        })?;
        // A store that was made a moment ago may have no version yet.
        if version.flatten().is_some_and(|version| version != VERSION) {
            return Err(Error::file(&self.path, "its format is of another version"));
        }
        Ok(())
    }

    /// Returns the newest runs, at most `limit`, beginning with the newest.
    ///
    /// # Errors
    /// Errors if the file cannot be read.
    pub fn list(&self, limit: usize) -> Result<Vec<Run>> {
        let runs = self.read(|transaction| {
            let (runs, effects) = (transaction.open_table(RUNS)?, transaction.open_table(EFFECTS)?);
            let rows = runs.iter()?.rev().take(limit).map(|row| {
                let (number, row) = row?;
                let mut head: Head = from_row(row.value())?;
                if head.run.state == RunState::Running {
                    head.run.calls = effects.range(calls(number.value()))?.count() as u64;
                }
                Ok(self.shown(head.run))
            });
            rows.collect()
        })?;
        Ok(runs.unwrap_or_default())
    }

    /// Returns a run and its calls, in the order of the program. `None` if there is no such run, or
    /// not any more.
    ///
    /// # Errors
    /// Errors if the file cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<(ShownRun, Vec<Effect>)>> {
        let found = self.read(|transaction| {
            let number = transaction.open_table(IDS)?.get(id.to_string().as_str())?;
            let Some(number) = number.map(|row| row.value()) else { return Ok(None) };
            let (runs, programs) =
                (transaction.open_table(RUNS)?, transaction.open_table(PROGRAMS)?);
            let (Some(head), Some(program)) = (runs.get(number)?, programs.get(number)?) else {
                return Ok(None);
            };
            let head: Head = from_row(head.value())?;
            let effects = effects(&transaction.open_table(EFFECTS)?, number)?;
            let program = from_row(program.value())?;
            Ok(Some((head.run, program, effects)))
        })?;
        Ok(found.flatten().map(|(mut run, program, mut effects)| {
            if run.state == RunState::Running {
                run.calls = effects.len() as u64;
            }
            let run = self.shown(run);
            if run.state == RunState::Crashed {
                for effect in &mut effects {
                    effect.state = effect.state.after_end();
                }
            }
            (ShownRun { run, program }, effects)
        }))
    }

    /// Returns a run as it is: without its process, one that was under way has crashed.
    fn shown(&self, mut run: Run) -> Run {
        if run.state == RunState::Running && !self.is_live {
            run.state = RunState::Crashed;
        }
        run
    }

    /// Reads. `None` if the store has no tables yet.
    fn read<T>(
        &self,
        body: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<Option<T>> {
        let found = self.database.begin_read().map_err(redb::Error::from);
        match found.and_then(|transaction| body(&transaction)) {
            Ok(found) => Ok(Some(found)),
            Err(redb::Error::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(Error::file(&self.path, error)),
        }
    }
}
