//! Records of runs and of their calls.

use serde::{Deserialize, Serialize};

use crate::id::RunId;
use crate::options::Durability;
use crate::text::Text;

/// A program that was run, without its calls. Times are milliseconds since the Unix epoch, of the
/// system's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Run {
    /// The name of the run.
    pub id: RunId,
    /// The time at which it began.
    pub began: u64,
    /// The time at which it ended. After a crash, the time at which that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// The first line of the program, at most 120 bytes of it.
    pub title: String,
    /// The records that were on disk before the run went on.
    pub durability: Durability,
    /// The state of the run.
    pub state: RunState,
    /// The value of the program as JSON, or the reason why it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Text>,
    /// The number of recorded calls.
    pub calls: u64,
}

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RunState {
    /// The program runs.
    Running,
    /// The program has returned.
    Returned,
    /// The program has failed, or was stopped at a limit.
    Failed,
    /// The program was refused before it began, so it made no call.
    NeverRan,
    /// The run was cancelled.
    Cancelled,
    /// The process ended while the program ran.
    Crashed,
}

/// A call that a program made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Effect {
    /// The number of the call. Numbers grow in the order of the program's calls.
    pub number: u64,
    /// The name of the object whose method was called.
    pub namespace: String,
    /// The name of the method.
    pub tool: String,
    /// The key that the tool was given to tell a repetition from another call.
    pub key: String,
    /// The argument as JSON.
    pub arguments: Text,
    /// The state of the call.
    pub state: EffectState,
    /// The value as JSON, or the reason why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Text>,
    /// The time at which it was planned, in milliseconds since the Unix epoch.
    pub planned: u64,
    /// The time at which it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<u64>,
    /// The time at which it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
}

/// The state of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum EffectState {
    /// The program has made the call, and it has not left yet. It may wait for approval.
    Planned,
    /// The call was about to leave, and has no answer yet.
    Started,
    /// The tool has returned.
    Done,
    /// The tool has failed. It may have had a part of its effect.
    Failed,
    /// The call was refused or rejected. It was never made.
    Refused,
    /// The run ended before the call left. It was never made.
    NeverMade,
    /// The run ended after the start and before the answer. The call may have happened.
    Unknown,
}

impl EffectState {
    /// Returns the state after the end of the run.
    pub(crate) fn after_end(self) -> Self {
        match self {
            Self::Planned => Self::NeverMade,
            Self::Started => Self::Unknown,
            state => state,
        }
    }

    /// Returns true if a call in this state may go over to another one.
    pub(crate) fn may_become(self, next: Self) -> bool {
        match self {
            Self::Planned => matches!(next, Self::Started | Self::Refused),
            // An answer may come after the end of a run whose session goes on.
            Self::Started | Self::Unknown => {
                matches!(next, Self::Done | Self::Failed | Self::Refused)
            }
            Self::Done | Self::Failed | Self::Refused | Self::NeverMade => false,
        }
    }
}
