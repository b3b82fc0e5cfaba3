//! `console`: writing to the log, also for uncaught exceptions.

mod arguments;
mod format;
mod table;

use std::rc::Rc;

use rquickjs::function::Opt;
use rquickjs::{Array, Ctx, Function, Object, Result, Value};

use super::inspect::{DEPTH, Inspector};
use crate::state::State;
use crate::value::stack;
use crate::{Level, clock, context};

pub use arguments::thrown;
pub use format::plain;

/// The maximum size of one log line in bytes. What exceeds it is counted and left out.
const MAX_LINE: usize = 1 << 16;

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    native.set("now", Function::new(ctx.clone(), clock::now)?)?;

    let (write, printing) = (writer(state), Rc::clone(state));
    let print =
        move |ctx: Ctx<'js>, level: u32, data: Array<'js>, groups: usize, helpers: Object<'js>| {
            let text = format::format(&ctx, &helpers, &data);
            let arguments =
                printing.watched.get().then(|| arguments::encode(&ctx, &helpers, &data));
            write(&ctx, level, groups, text, arguments.flatten());
        };
    native.set("print", Function::new(ctx.clone(), print)?)?;

    let write = writer(state);
    let trace = move |ctx: Ctx<'js>,
                      level: u32,
                      data: Array<'js>,
                      groups: usize,
                      helpers: Object<'js>,
                      stack: Value<'js>| {
        let text = format::format(&ctx, &helpers, &data);
        let colon = if text.is_empty() { "" } else { ": " };
        let stack = super::raw::text(&stack).unwrap_or_default();
        // The unpatched engine also shows `trace` itself.
        let frames = stack::frames(&stack, "Error", "").trim_end();
        let frames = match frames.lines().next() {
            Some(own) if own.contains("(isolet:console") => {
                frames[own.len()..].trim_start_matches('\n')
            }
            _ => frames,
        };
        let line = if frames.is_empty() { "" } else { "\n" };
        write(&ctx, level, groups, format!("Trace{colon}{text}{line}{frames}"), None);
    };
    native.set("trace", Function::new(ctx.clone(), trace)?)?;

    let write = writer(state);
    let dir = move |ctx: Ctx<'js>,
                    level: u32,
                    value: Value<'js>,
                    depth: Value<'js>,
                    groups: usize,
                    helpers: Object<'js>| {
        let text = Inspector::new(&ctx, &helpers, levels(&depth)).inspect(&value);
        write(&ctx, level, groups, text, None);
    };
    native.set("dir", Function::new(ctx.clone(), dir)?)?;

    let inspect = |ctx: Ctx<'js>, value: Value<'js>, helpers: Object<'js>| {
        bounded(plain(&ctx, &helpers, &value))
    };
    native.set("inspect", Function::new(ctx.clone(), inspect)?)?;

    let table =
        |ctx: Ctx<'js>, data: Value<'js>, columns: Opt<Value<'js>>, helpers: Object<'js>| {
            table::table(&ctx, &helpers, &data, columns.0.as_ref())
        };
    native.set("table", Function::new(ctx.clone(), table)?)?;

    let reporting = Rc::clone(state);
    let report = move |ctx: Ctx<'js>, value: Value<'js>, helpers: Object<'js>| {
        let text = bounded(format!("Uncaught {}", plain(&ctx, &helpers, &value)));
        reporting.host.log(context::current(&ctx), Level::Error, &text, None);
    };
    native.set("report", Function::new(ctx, report)?)
}

fn writer(state: &Rc<State>) -> impl Fn(&Ctx<'_>, u32, usize, String, Option<Vec<u8>>) + 'static {
    let state = Rc::clone(state);
    move |ctx, level, groups, text, arguments| {
        let level = match level {
            0 => Level::Debug,
            1 => Level::Info,
            2 => Level::Log,
            3 => Level::Warn,
            _ => Level::Error,
        };
        let mut text = bounded(text);
        if groups > 0 {
            let indentation = "  ".repeat(groups);
            text = format!("{indentation}{}", text.replace('\n', &format!("\n{indentation}")));
        }
        state.host.log(context::current(ctx), level, &bounded(text), arguments.as_deref());
    }
}

pub fn bounded(mut text: String) -> String {
    if text.len() > MAX_LINE {
        let rest = text.len() - text.floor_char_boundary(MAX_LINE);
        text.truncate(text.len() - rest);
        text.push_str(&super::inspect::text::more(rest, "byte"));
    }
    text
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and not a number is zero"
)]
fn levels(depth: &Value<'_>) -> usize {
    depth.as_number().map_or(DEPTH, |depth| depth as usize)
}
