//! Records of programs and of the calls that they make, in one file that survives a crash.
//!
//! ```
//! use isolet_runs::{EffectState, Options, Plan, RunEnd, RunId, RunReader, RunState, RunStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("runs");
//! let store = RunStore::open(&path, Options::default())?;
//! let run = store.begin(RunId::random()?, "await mail.send({ to: 'a' })").await?;
//!
//! let plan = Plan { number: 0, namespace: "mail", tool: "send", key: "k-0", arguments: "{}" };
//! run.plan(&plan).await?;
//! run.start(0).await?;
//! // The call is made here.
//! run.end(0, EffectState::Done, "null");
//! run.finish(RunEnd::Returned("null")).await?;
//!
//! let (shown, effects) = RunReader::open(&path)?.run(run.id())?.ok_or("a run")?;
//! assert_eq!(shown.run.state, RunState::Returned);
//! assert_eq!(effects[0].state, EffectState::Done);
//! # Ok(())
//! # }
//! ```
//!
//! # What a record says
//!
//! A call is *planned* when the program has made it, and *started* just before it leaves. After a
//! crash, or if the program ends before the answer, a call that was planned was never made, and one
//! that was started is *unknown*: it may have happened. With [`Durability::Effects`] the caller waits
//! until the start is on disk, so no call happens that the record does not know.
//!
//! # Cost
//!
//! One thread writes for all runs of a store, and commits what has come together at once. A commit
//! takes two `fsync`s. With [`Durability::None`] nobody waits for them, and there is about one commit a
//! second. No future of this crate blocks; [`RunStore::open`] and [`RunReader`] do.

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod error;
mod files;
mod id;
mod options;
mod reader;
mod record;
mod run;
mod store;
mod tables;
mod text;
mod writer;

pub use error::{Error, Result};
pub use id::RunId;
pub use options::{Durability, Options, Redactor};
pub use reader::{RunReader, ShownRun};
pub use record::{Effect, EffectState, Run, RunState};
pub use run::{MAX_EFFECTS, Plan, Recorded, RunEnd, RunRecord};
pub use store::RunStore;
pub use text::Text;
