//! `map()` of promises. Its callback runs once, with a stub that stands for any element, and
//! what it does is recorded. The host then does that with each element of the list.

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::calls::{self, Target};
use super::message::{self, Passing};
use super::stub::{Root, Stub};
use crate::state::{self, Callback, Handle, Recording, State};
use crate::{Capability, Mapper, Message, Step, promise, throw};

/// The maximum number of calls and reads in one callback, with those in it.
const MAX_STEPS: usize = 1_000;

/// The maximum number of callbacks in one another.
const MAX_DEPTH: usize = 16;

/// A value that will be known when a recording is applied.
#[derive(Clone, Copy)]
pub struct Recorded {
    callback: u32,
    number: u32,
}

impl Recorded {
    /// Returns the name of the value in a message. `None` after its callback has returned.
    pub fn capability(self, state: &State) -> Option<Capability> {
        let recording = state.recording.borrow();
        let is_known = recording.callbacks.iter().any(|it| it.id == self.callback);
        is_known.then_some(Capability::Recorded(self.number))
    }
}

pub fn is_recording(state: &State) -> bool {
    !state.recording.borrow().callbacks.is_empty()
}

/// Records a call or a read, and returns what stands for its result.
///
/// # Errors
/// Errors if the target is a value of this worker, or if there are too many steps.
pub fn record<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    root: &Root<'js>,
    path: Vec<String>,
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Root<'js>> {
    let (target, path) = target(ctx, state, root, path)?;
    let encode = |values| message::encode_array(ctx, values, Passing::Parameters);
    let arguments = arguments.map(encode).transpose()?;
    add(ctx, state, Step { target, path, arguments, callback: None })
}

/// Returns what a step calls or reads, which is kept until the end of the turn.
fn target<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    root: &Root<'js>,
    mut path: Vec<String>,
) -> Result<(Capability, Vec<String>)> {
    let target = match calls::leads_to(ctx, state, root, &mut path)? {
        Target::Capability(capability) => capability,
        Target::Thrown(thrown) => return Err(ctx.throw(thrown)),
        Target::Here(value) => match Stub::of(&value).map(|stub| stub.borrow().clone()) {
            Some(stub) => {
                return self::target(ctx, state, &stub.root, [stub.path, path].concat());
            }
            None => {
                let text = "The callback of map() can only call stubs.";
                return Err(throw::type_error(ctx, text));
            }
        },
    };
    if let Some(handle) = handle_of(root) {
        state.after_turn.borrow_mut().push(handle);
    }
    Ok((target, path))
}

/// Adds a step to the callback that is running, and returns what stands for its result.
fn add<'js>(ctx: &Ctx<'js>, state: &State, step: Step) -> Result<Root<'js>> {
    let mut recording = state.recording.borrow_mut();
    let Recording { callbacks, steps } = &mut *recording;
    let is_full = steps.len() >= MAX_STEPS;
    let Some(Callback { id, next }) = callbacks.last_mut().filter(|_| !is_full) else {
        drop(recording);
        let text = format!("The callback of map() may make at most {MAX_STEPS} calls.");
        return Err(rquickjs::Exception::throw_range(ctx, &text));
    };
    steps.push(step);
    let recorded = Recorded { callback: *id, number: *next };
    *next += 1;
    Ok(Root::Recorded(recorded))
}

fn handle_of(root: &Root<'_>) -> Option<Handle> {
    match root {
        Root::Owned(handle) => Some(handle.clone()),
        Root::Export(export) => Some(export.worker().clone()),
        Root::Promise(_) | Root::Broken(_) | Root::Recorded(_) => None,
    }
}

/// Runs a callback and returns its result. `element` is the number of the element.
///
/// # Errors
/// Errors with what the callback throws. It has then done nothing.
fn run<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    callback: &Function<'js>,
    element: u32,
) -> Result<Message> {
    let id = state.last_recording.get().wrapping_add(1);
    state.last_recording.set(id);
    let from = state.recording.borrow().steps.len();
    state.recording.borrow_mut().callbacks.push(Callback { id, next: element + 1 });
    let run = || {
        let element = Stub::make(ctx, Root::Recorded(Recorded { callback: id, number: element }))?;
        let result: Value<'js> = callback.call((element,))?;
        if result.is_promise() && promise::call_of(&result).is_none() {
            let text = "The callback of map() must return its result, and no promise of one.";
            return Err(throw::type_error(ctx, text));
        }
        message::encode(ctx, result)
    };
    let result = run();
    state.recording.borrow_mut().callbacks.pop();
    if result.is_err() {
        let undone = state.recording.borrow_mut().steps.split_off(from);
        for message in undone.into_iter().filter_map(|step| step.arguments) {
            message::withdraw(ctx, message)?;
        }
    }
    result
}

/// Records that a callback of a callback is applied to what the path leads to.
fn record_map<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    root: &Root<'js>,
    path: Vec<String>,
    callback: &Function<'js>,
) -> Result<Root<'js>> {
    if state.recording.borrow().callbacks.len() == MAX_DEPTH {
        let text = format!("At most {MAX_DEPTH} callbacks of map() may be in one another.");
        return Err(rquickjs::Exception::throw_range(ctx, &text));
    }
    let (target, path) = target(ctx, state, root, path)?;
    let at = state.recording.borrow().steps.len();
    let mapped = add(ctx, state, Step { target, path, arguments: None, callback: Some(0) })?;
    let Root::Recorded(Recorded { number, .. }) = mapped else { return Ok(mapped) };
    // The element takes the place that the result of the step has afterwards.
    let result = run(ctx, state, callback, number);
    let mut recording = state.recording.borrow_mut();
    match result {
        Ok(result) => {
            let steps = recording.steps.len() - at - 1;
            if let Some(step) = recording.steps.get_mut(at) {
                step.arguments = Some(result);
                step.callback = u32::try_from(steps).ok();
            }
            Ok(mapped)
        }
        Err(error) => {
            recording.steps.truncate(at);
            if let Some(callback) = recording.callbacks.last_mut() {
                callback.next = number;
            }
            Err(error)
        }
    }
}

/// Adds the functions that the scripts use to `native`.
pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let map = |ctx: Ctx<'js>, this: Value<'js>, callback: Function<'js>| {
        let (root, path) = match Stub::of(&this) {
            Some(stub) => {
                let Stub { root, path } = stub.borrow().clone();
                (root, path)
            }
            None if promise::call_of(&this).is_some() => (Root::Promise(this), Vec::new()),
            None => return Err(throw::type_error(&ctx, "Illegal invocation")),
        };
        let state = state::of(&ctx)?;
        if is_recording(&state) {
            return Stub::make(&ctx, record_map(&ctx, &state, &root, path, &callback)?);
        }
        let result = run(&ctx, &state, &callback, 0)?;
        let steps = state.recording.take().steps;
        calls::start_mapped(&ctx, &root, path, Mapper { steps, result })
    };
    native.set("map", Function::new(native.ctx().clone(), map)?)
}
