//! Records of runs in a file.

use isolet_runs::{EffectState, Error, Plan, Recorded, RunEnd as Stored, RunRecord};
use serde_json::Value as Json;

use super::recorder::{CallEnd, PlannedCall, RecordError, Recording, RunEnd, RunRecorder};

impl RunRecorder for RunRecord {
    fn planned(&self, call: &PlannedCall<'_>) -> Recording {
        let arguments = call.arguments.map(Json::to_string).unwrap_or_default();
        recording(self.plan(&Plan {
            number: call.index,
            namespace: call.namespace,
            tool: call.tool,
            key: call.idempotency_key,
            arguments: &arguments,
        }))
    }

    fn started(&self, index: usize) -> Recording {
        recording(self.start(index))
    }

    fn ended(&self, index: usize, end: CallEnd<'_>) {
        match end {
            CallEnd::Refused(reason) => self.end(index, EffectState::Refused, reason),
            CallEnd::Failed(reason) => self.end(index, EffectState::Failed, reason),
            CallEnd::Done(value) => self.end(index, EffectState::Done, &value.to_string()),
            CallEnd::Invalid { reason, value } => {
                self.end(index, EffectState::Failed, &format!("{reason}\nreceived: {value}"));
            }
            CallEnd::Answered => self.end(index, EffectState::Done, ""),
        }
    }

    fn finished(&self, end: RunEnd<'_>) -> Recording {
        recording(match end {
            RunEnd::Returned(value) => self.finish(Stored::Returned(&value.to_string())),
            RunEnd::Failed(error) => self.finish(Stored::Failed(&error.to_string())),
            RunEnd::NeverRan(error) => self.finish(Stored::NeverRan(&error.to_string())),
        })
    }

    fn cancelled(&self) {
        // Nobody waits for it, and the end is on its way to the disk.
        drop(self.finish(Stored::Cancelled));
    }
}

fn recording(recorded: Recorded) -> Recording {
    Box::pin(
        async move { recorded.await.map_err(|error: Error| RecordError::new(error.to_string())) },
    )
}
