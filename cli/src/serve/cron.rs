//! Calls of `scheduled` by the clock.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use croner::Cron;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::app::App;
use crate::run::stack_of;

/// The longest sleep. The clock may be set meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// The times of `--cron`.
pub(crate) struct Schedule(Vec<(String, Cron)>);

/// The first argument of `scheduled`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Controller<'a> {
    r#type: &'static str,
    /// Milliseconds since 1970.
    scheduled_time: i64,
    cron: &'a str,
}

impl Schedule {
    /// Parses patterns of five fields, or of six that begin with seconds.
    ///
    /// # Errors
    /// Errors if a pattern is none, or never occurs.
    pub(crate) fn parse(patterns: &[String]) -> Result<Self, String> {
        let parse = |pattern: &String| {
            let cron =
                Cron::from_str(pattern).map_err(|error| format!("--cron {pattern}: {error}"))?;
            next(&cron).ok_or_else(|| format!("--cron {pattern}: there is no such time"))?;
            Ok((pattern.clone(), cron))
        };
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Starts a task for each pattern, which ends with a change of `stopped`. A call that has
    /// begun is finished.
    pub(crate) fn start(
        self,
        app: &Arc<App>,
        busy: &mpsc::Sender<()>,
        stopped: &watch::Receiver<()>,
    ) {
        for (pattern, cron) in self.0 {
            let (app, busy, mut stopped) = (Arc::clone(app), busy.clone(), stopped.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = repeat(pattern.into(), cron, app, busy) => {}
                    _ = stopped.changed() => {}
                }
            });
        }
    }
}

fn now() -> Option<DateTime<Utc>> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    DateTime::from_timestamp(i64::try_from(now.as_secs()).ok()?, now.subsec_nanos())
}

fn next(cron: &Cron) -> Option<DateTime<Utc>> {
    cron.find_next_occurrence(&now()?, false).ok()
}

async fn repeat(pattern: Arc<str>, cron: Cron, app: Arc<App>, busy: mpsc::Sender<()>) {
    while let Some(time) = next(&cron) {
        while let Some(left) = now().and_then(|now| (time - now).to_std().ok()) {
            if left.is_zero() {
                break;
            }
            tokio::time::sleep(left.min(LONGEST_SLEEP)).await;
        }
        let (pattern, app, busy) = (Arc::clone(&pattern), Arc::clone(&app), busy.clone());
        tokio::spawn(async move {
            call(&pattern, time, &app).await;
            drop(busy);
        });
    }
}

async fn call(pattern: &str, time: DateTime<Utc>, app: &App) {
    let program = app.current.get().await;
    let controller =
        Controller { r#type: "scheduled", scheduled_time: time.timestamp_millis(), cron: pattern };
    let report = program.entrypoint.run(Some("scheduled"), (controller,)).await;
    match &report.result {
        Ok(_) if app.quiet => {}
        Ok(_) => {
            app.terminal.note(&format!("scheduled \"{pattern}\" {}", report.outcome().as_str()));
        }
        Err(error) => {
            let stack = stack_of(error);
            app.terminal.error(format_args!("scheduled \"{pattern}\": {error}"), stack.as_deref());
        }
    }
}
