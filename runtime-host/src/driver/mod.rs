//! The task that owns a sandbox: events in, turns, effects out.

mod app_image;
mod call_queue;
mod calls;
mod capability_table;
mod clock;
mod effects;
mod hang;
mod incoming;
mod invocation;
mod loopback;
mod messages;
mod pace;
mod serve;
mod settle;
mod shutdown;
mod start;
mod state;
mod surveys;
mod tails;
mod turns;

pub(crate) use app_image::app_image;
pub(crate) use start::Start;
