//! The thread that writes, and what it is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redb::{Database, ReadableTable as _, Table, WriteTransaction};
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::files::Lock;
use crate::options::{Durability, Options};
use crate::record::{Effect, EffectState, Run, RunState};
use crate::tables::{
    EFFECTS, Head, IDS, META, PROGRAMS, RUNS, VERSION, calls, effects, from_row, to_row,
};
use crate::text::Text;

/// The most messages of one commit.
const MAX_BATCH: usize = 256;

/// The time for which changes that nobody waits for are gathered.
const GATHERED: Duration = Duration::from_secs(1);

/// The most messages on their way to the thread with which a run begins without waiting.
const MAX_WAITING: usize = 1_024;

/// How far the thread is, for those who do not wait for it.
#[derive(Default)]
pub(crate) struct Writing {
    /// The messages that are not written.
    waiting: AtomicUsize,
    /// The failure after which nothing is written.
    failure: OnceLock<Error>,
}

impl Writing {
    pub(crate) fn add(&self, messages: usize) {
        self.waiting.fetch_add(messages, Ordering::Relaxed);
    }

    /// Returns true if few messages wait. Errors if nothing is written any more.
    pub(crate) fn has_room(&self) -> Result<bool> {
        match self.failure.get() {
            Some(failure) => Err(failure.clone()),
            None => Ok(self.waiting.load(Ordering::Relaxed) < MAX_WAITING),
        }
    }
}

/// A message to the thread. The answer is sent after the commit.
pub(crate) struct Message {
    pub(crate) change: Change,
    pub(crate) reply: Option<oneshot::Sender<Result<()>>>,
}

/// A change of the records.
pub(crate) enum Change {
    Begin {
        number: u64,
        run: Box<Run>,
        program: Text,
    },
    Plan {
        run: u64,
        effect: Box<Effect>,
    },
    Start {
        run: u64,
        number: u64,
    },
    End {
        run: u64,
        number: u64,
        state: EffectState,
        result: Text,
    },
    Finish {
        run: u64,
        state: RunState,
        result: Option<Text>,
    },
    /// Nothing, so that the answer comes after all that was sent before.
    Flush,
}

/// A run that is kept, as the thread knows it.
struct Kept {
    id: String,
    bytes: u64,
    is_live: bool,
}

/// The state of the thread.
pub(crate) struct Writer {
    database: Database,
    max_runs: usize,
    max_bytes: u64,
    runs: BTreeMap<u64, Kept>,
    bytes: u64,
    /// True if changes are gathered before they are written.
    gathers: bool,
    writing: Arc<Writing>,
    /// Held for as long as the thread writes.
    _lock: Lock,
}

/// The tables of a transaction.
struct Tables<'a> {
    runs: Table<'a, u64, &'static [u8]>,
    programs: Table<'a, u64, &'static [u8]>,
    ids: Table<'a, &'static str, u64>,
    effects: Table<'a, (u64, u64), &'static [u8]>,
}

impl<'a> Tables<'a> {
    fn open(transaction: &'a WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            runs: transaction.open_table(RUNS)?,
            programs: transaction.open_table(PROGRAMS)?,
            ids: transaction.open_table(IDS)?,
            effects: transaction.open_table(EFFECTS)?,
        })
    }

    fn head(&self, run: u64) -> Result<Option<Head>, redb::Error> {
        self.runs.get(run)?.map(|row| from_row(row.value())).transpose()
    }

    fn effect(&self, run: u64, number: u64) -> Result<Option<Effect>, redb::Error> {
        self.effects.get((run, number))?.map(|row| from_row(row.value())).transpose()
    }

    /// Ends a run, and decides what became of its open calls.
    fn finish(
        &mut self,
        number: u64,
        mut head: Head,
        state: RunState,
        result: Option<Text>,
    ) -> Result<(), redb::Error> {
        let mut open = effects(&self.effects, number)?;
        head.run.calls = open.len() as u64;
        open.retain(|effect| effect.state != effect.state.after_end());
        for mut effect in open {
            effect.state = effect.state.after_end();
            effect.ended = Some(now());
            self.effects.insert((number, effect.number), to_row(&effect)?.as_slice())?;
        }
        (head.run.state, head.run.result, head.run.ended) = (state, result, Some(now()));
        self.runs.insert(number, to_row(&head)?.as_slice())?;
        Ok(())
    }
}

impl Writer {
    /// Reads what is kept, and ends the runs of a process that has crashed. Returns the number of
    /// the next run as well.
    ///
    /// Errors if the format is of another version.
    pub(crate) fn new(
        database: Database,
        lock: Lock,
        options: &Options,
        writing: Arc<Writing>,
    ) -> Result<(Self, u64), redb::Error> {
        let transaction = database.begin_write()?;
        let (mut runs, mut bytes) = (BTreeMap::new(), 0);
        {
            let mut meta = transaction.open_table(META)?;
            let version = meta.get("version")?.map(|row| row.value());
            match version {
                Some(VERSION) => {}
                None => drop(meta.insert("version", VERSION)?),
                Some(other) => {
                    let text = format!("its format is of version {other}, and not {VERSION}");
                    return Err(redb::Error::Corrupted(text));
                }
            }
            let mut tables = Tables::open(&transaction)?;
            let mut crashed = Vec::new();
            for row in tables.runs.iter()? {
                let (number, row) = row?;
                let (number, mut head): (_, Head) = (number.value(), from_row(row.value())?);
                let is_open = head.run.state == RunState::Running;
                if is_open {
                    // The bytes were written when it began.
                    for call in tables.effects.range(calls(number))? {
                        head.bytes += call?.1.value().len() as u64;
                    }
                }
                bytes += head.bytes;
                let kept = Kept { id: head.run.id.to_string(), bytes: head.bytes, is_live: false };
                runs.insert(number, kept);
                crashed.extend(is_open.then_some((number, head)));
            }
            for (number, head) in crashed {
                tables.finish(number, head, RunState::Crashed, None)?;
            }
        }
        transaction.commit()?;
        let next = runs.last_key_value().map_or(0, |(number, _)| number + 1);
        let Options { max_runs, max_bytes, .. } = *options;
        let gathers = options.durability == Durability::None;
        let writer =
            Self { database, max_runs, max_bytes, runs, bytes, gathers, writing, _lock: lock };
        Ok((writer, next))
    }

    /// Writes until all senders are gone. After a failure of the disk nothing is written any more.
    pub(crate) fn run(mut self, receiver: &Receiver<Message>) {
        while let Ok(first) = receiver.recv() {
            let batch = self.batch(first, receiver);
            let count = batch.len();
            let (changes, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|message| (message.change, message.reply)).unzip();
            let outcomes = match self.writing.failure.get() {
                Some(failure) => Err(failure.clone()),
                None => self.commit(changes).map_err(Error::write),
            };
            self.writing.waiting.fetch_sub(count, Ordering::Relaxed);
            match outcomes {
                Ok(outcomes) => replies.into_iter().zip(outcomes).for_each(|(reply, outcome)| {
                    answer(reply, outcome);
                }),
                Err(error) => {
                    for reply in replies {
                        answer(reply, Err(error.clone()));
                    }
                    // The first one stays.
                    let _ = self.writing.failure.set(error);
                }
            }
        }
    }

    /// Returns the messages of one commit.
    fn batch(&self, first: Message, receiver: &Receiver<Message>) -> Vec<Message> {
        let mut batch = vec![first];
        let end = Instant::now() + GATHERED;
        let waits = |batch: &[Message]| batch.last().is_some_and(|it| it.reply.is_some());
        while self.gathers && batch.len() < MAX_BATCH && !waits(&batch) {
            match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) => batch.push(message),
                // The time is over, or all senders are gone.
                Err(_) => break,
            }
        }
        let room = MAX_BATCH.saturating_sub(batch.len());
        batch.extend(receiver.try_iter().take(room));
        batch
    }

    fn commit(&mut self, changes: Vec<Change>) -> Result<Vec<Result<()>>, redb::Error> {
        if changes.iter().all(|change| matches!(change, Change::Flush)) {
            return Ok(changes.iter().map(|_| Ok(())).collect());
        }
        let transaction = self.database.begin_write()?;
        let mut tables = Tables::open(&transaction)?;
        let outcomes = changes.into_iter().map(|change| self.apply(&mut tables, change));
        let outcomes = outcomes.collect::<Result<_, _>>()?;
        drop(tables);
        transaction.commit()?;
        Ok(outcomes)
    }

    fn apply(
        &mut self,
        tables: &mut Tables<'_>,
        change: Change,
    ) -> Result<Result<()>, redb::Error> {
        match change {
            Change::Begin { number, run, program } => {
                let (row, program) =
                    (to_row(&Head { run: *run.clone(), bytes: 0 })?, to_row(&program)?);
                let bytes = (row.len() + program.len()) as u64;
                if !self.make_room(tables, bytes)? {
                    return Ok(Err(Error::Busy));
                }
                let id = run.id.to_string();
                let row = to_row(&Head { run: *run, bytes })?;
                tables.runs.insert(number, row.as_slice())?;
                tables.programs.insert(number, program.as_slice())?;
                tables.ids.insert(id.as_str(), number)?;
                self.bytes += bytes;
                self.runs.insert(number, Kept { id, bytes, is_live: true });
            }
            Change::Plan { run, effect } => {
                if !self.is_live(run) {
                    return Ok(Err(Error::Ended));
                }
                self.put(tables, run, &effect, 0)?;
            }
            Change::Start { run, number } => {
                let next = EffectState::Started;
                if !self.is_live(run) || !self.change(tables, run, number, next, None)? {
                    return Ok(Err(Error::Ended));
                }
            }
            Change::End { run, number, state, result } => {
                self.change(tables, run, number, state, Some(result))?;
            }
            Change::Finish { run, state, result } => {
                let Some(kept) = self.runs.get_mut(&run).filter(|kept| kept.is_live) else {
                    return Ok(Err(Error::Ended));
                };
                kept.is_live = false;
                let added = result.as_ref().map_or(0, |it| it.text.len() as u64);
                kept.bytes += added;
                self.bytes += added;
                let bytes = kept.bytes;
                if let Some(mut head) = tables.head(run)? {
                    head.bytes = bytes;
                    tables.finish(run, head, state, result)?;
                }
            }
            Change::Flush => {}
        }
        Ok(Ok(()))
    }

    fn is_live(&self, run: u64) -> bool {
        self.runs.get(&run).is_some_and(|kept| kept.is_live)
    }

    /// Puts a call into its next state. Returns false if it cannot go there.
    fn change(
        &mut self,
        tables: &mut Tables<'_>,
        run: u64,
        number: u64,
        next: EffectState,
        result: Option<Text>,
    ) -> Result<bool, redb::Error> {
        let effect = tables.effect(run, number)?;
        let Some(mut effect) = effect.filter(|effect| effect.state.may_become(next)) else {
            return Ok(false);
        };
        let before = to_row(&effect)?.len();
        effect.state = next;
        if next == EffectState::Started {
            effect.started = Some(now());
        } else {
            (effect.ended, effect.result) = (Some(now()), result);
        }
        self.put(tables, run, &effect, before)?;
        Ok(true)
    }

    /// Writes a call, whose row had a length before.
    fn put(
        &mut self,
        tables: &mut Tables<'_>,
        run: u64,
        effect: &Effect,
        before: usize,
    ) -> Result<(), redb::Error> {
        let row = to_row(effect)?;
        let more = row.len().saturating_sub(before) as u64;
        tables.effects.insert((run, effect.number), row.as_slice())?;
        self.bytes += more;
        if let Some(kept) = self.runs.get_mut(&run) {
            kept.bytes += more;
        }
        Ok(())
    }

    /// Removes the oldest runs until another one has room. Returns false if those that are under
    /// way leave none.
    fn make_room(&mut self, tables: &mut Tables<'_>, bytes: u64) -> Result<bool, redb::Error> {
        while self.runs.len() >= self.max_runs.max(1) || self.bytes + bytes > self.max_bytes {
            let oldest = self.runs.iter().find(|(_, kept)| !kept.is_live);
            let Some(number) = oldest.map(|(number, _)| *number) else {
                return Ok(false);
            };
            tables.runs.remove(number)?;
            tables.programs.remove(number)?;
            tables.effects.retain_in(calls(number), |_, _| false)?;
            if let Some(kept) = self.runs.remove(&number) {
                tables.ids.remove(kept.id.as_str())?;
                self.bytes = self.bytes.saturating_sub(kept.bytes);
            }
        }
        Ok(true)
    }
}

fn answer(reply: Option<oneshot::Sender<Result<()>>>, outcome: Result<()>) {
    if let Some(reply) = reply {
        // Nobody may wait any more.
        let _ = reply.send(outcome);
    }
}

/// Returns the time in milliseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
