//! Text about runs. Characters that must not reach a terminal are escapes.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, UNIX_EPOCH};

#[cfg(unix)]
use isolet_mcp::WaitingCall;
use isolet_runs::{Durability, Effect, EffectState, Run, RunState, ShownRun, Text};

use crate::escape::Filter;
use crate::run::Failure;
use crate::streams;

/// The beginning of each row of a text of the program or of a tool, which no other row has.
const QUOTE: &str = "| ";

/// Rows of text.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn of_list(runs: &[Run]) -> Self {
        let mut page = Self::default();
        page.row(&format!("{:32}  {:20}  {:9}  {:>5}  program", "run", "began", "state", "calls"));
        for run in runs {
            let Run { id, began, state, calls, title, .. } = run;
            let (began, state) = (time(*began), name(*state));
            page.row(&format!("{id}  {began:20}  {state:9}  {calls:>5}  {title}"));
        }
        page
    }

    pub(super) fn of_run(shown: &ShownRun, effects: &[Effect]) -> Self {
        let mut page = Self::default();
        let ShownRun { run, program, .. } = shown;
        page.row(&format!("run {}", run.id));
        let ended = run.ended.map(|at| format!(", ended {}", time(at))).unwrap_or_default();
        page.row(&format!("began {}{ended}", time(run.began)));
        page.row(&format!("state {}: {}", name(run.state), meaning(run.state)));
        page.row(match run.durability {
            Durability::Effects => {
                "durability effects: no call was made before its start was on disk"
            }
            Durability::None if run.state == RunState::Crashed => {
                "durability none: what came in the second before the crash may be missing"
            }
            Durability::None => "durability none: nothing waited for the disk",
            Durability::Runs if run.state == RunState::Crashed => {
                "durability runs: calls before the crash may be missing"
            }
            _ => "durability runs: calls did not wait for the disk",
        });
        page.row("program");
        page.quote(program);
        if let Some(result) = &run.result {
            page.row("result");
            page.quote(result);
        }
        page.row(&format!("calls {}", run.calls));
        for effect in effects {
            page.effect(effect);
        }
        page
    }

    #[cfg(unix)]
    pub(super) fn of_waiting(calls: &[WaitingCall]) -> Self {
        let mut page = Self::default();
        for call in calls {
            let WaitingCall { id, run, server, tool, arguments, .. } = call;
            page.row(&format!("call {id} of run {run}: {server}.{tool}"));
            page.quoted(arguments);
        }
        if calls.is_empty() {
            page.row("no call waits");
        }
        page
    }

    fn effect(&mut self, effect: &Effect) {
        let Effect { number, namespace, tool, key, state, .. } = effect;
        let state = match state {
            EffectState::Planned => "not made yet",
            EffectState::Started => "no answer yet",
            EffectState::Done => "done",
            EffectState::Failed => "failed",
            EffectState::Refused => "refused, never made",
            EffectState::NeverMade => "never made",
            EffectState::Unknown => "unknown: it may have happened",
            _ => "?",
        };
        self.row(&format!("{number} {namespace}.{tool}: {state} (key {key})"));
        self.quote(&effect.arguments);
        if let Some(result) = &effect.result {
            self.row("  gave");
            self.quote(result);
        }
    }

    /// Adds a row of the command's own, in which a text from outside does not begin another one.
    fn row(&mut self, text: &str) {
        self.text(&text.replace(['\n', '\t'], " "));
        self.0.push('\n');
    }

    fn quote(&mut self, text: &Text) {
        self.quoted(&text.text);
        if text.cut > 0 {
            self.row(&format!("  (cut: {} more bytes)", text.cut));
        }
    }

    fn quoted(&mut self, text: &str) {
        for line in text.split('\n') {
            self.0.push_str(QUOTE);
            self.text(line);
            self.0.push('\n');
        }
    }

    fn text(&mut self, text: &str) {
        let mut filter = Filter::default();
        for c in text.chars() {
            if c == '\t' || filter.shows(c) {
                self.0.push(c);
            } else {
                // Writing to a string cannot fail.
                let _ = write!(self.0, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }

    pub(super) fn print(&self) -> Result<(), Failure> {
        let failed = |error| Failure::internal(format_args!("standard output: {error}"));
        if streams::STDOUT.was_closed() {
            return Err(failed(io::Error::other("it is closed")));
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(self.0.as_bytes()).and_then(|()| stdout.flush()) {
            // A pager that was left.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome.map_err(failed),
        }
    }
}

fn time(at: u64) -> String {
    let at = UNIX_EPOCH.checked_add(Duration::from_millis(at));
    let mut shown = String::new();
    let written = at.map(|at| write!(shown, "{}", humantime::format_rfc3339_seconds(at)));
    // Fails after the year 9999.
    if matches!(written, Some(Ok(()))) { shown } else { "?".to_owned() }
}

fn name(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Returned => "returned",
        RunState::Failed => "failed",
        RunState::NeverRan => "never ran",
        RunState::Cancelled => "cancelled",
        RunState::Crashed => "crashed",
        _ => "?",
    }
}

fn meaning(state: RunState) -> &'static str {
    match state {
        RunState::Running => "the program runs",
        RunState::Returned => "the program has returned",
        RunState::Failed => "the program has failed, or was stopped at a limit",
        RunState::NeverRan => "the program was refused before it began",
        RunState::Cancelled => "the run was cancelled, or its client has gone",
        RunState::Crashed => "the process ended while the program ran",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_stay_in_their_rows() {
        let mut page = Page::default();
        page.row("a\nb\u{1b}[31m");
        page.quoted("x\r\ncalls 0\u{202e}\n");
        assert_eq!(page.0, "a b\\u{1b}[31m\n| x\\u{d}\n| calls 0\\u{202e}\n| \n");
        assert_eq!(time(u64::MAX), "?");
        assert_eq!(time(1_000), "1970-01-01T00:00:01Z");
    }
}
