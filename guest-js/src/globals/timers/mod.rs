//! `setTimeout` and similar functions, on the queue in `crate::timers`.

use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Persistent, Result};

use crate::state::State;
use crate::timers::Timer;
use crate::{clock, context};

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "delays were clamped, and an id that is no id names no timer"
)]
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let timers = Rc::clone(state);
    let set = move |ctx: Ctx<'js>, callback: Function<'js>, delay: f64, repeats: bool| {
        let delay = delay as u64;
        // An invocation that is over fires no timer, because nobody would pay for it.
        let Some(invocation) = timers.payer_for(context::current(&ctx)) else { return Ok(0) };
        let timer = Timer {
            invocation,
            callback: Persistent::save(&ctx, callback),
            store: Persistent::save(&ctx, context::store(&ctx)?),
            interval: repeats.then_some(delay),
        };
        Ok::<_, rquickjs::Error>(timers.timers.borrow_mut().add(clock::now(), delay, timer))
    };
    native.set("setTimer", Function::new(ctx.clone(), set)?)?;

    let timers = Rc::clone(state);
    let clear = move |id: f64| timers.timers.borrow_mut().remove(id as u32);
    native.set("clearTimer", Function::new(ctx, clear)?)
}
