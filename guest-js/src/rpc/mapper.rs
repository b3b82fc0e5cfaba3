//! `map()` of promises. Its callback runs once, with a stub that stands for any element, and
//! what it does is recorded. The host then does that with each element of the list.

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::calls::{self, Target};
use super::message::{self, Passing};
use super::stub::{Root, Stub};
use crate::state::{self, Handle, Recording, State};
use crate::{Capability, Mapper, Step, promise, throw};

/// The maximum number of calls and reads in one callback.
const MAX_STEPS: usize = 1_000;

/// A value that will be known when a recording is applied.
#[derive(Clone, Copy)]
pub struct Recorded {
    recording: u32,
    /// 0 for the element, or a step, counted from 1.
    step: u32,
}

impl Recorded {
    /// Returns the name of the value in a message. `None` after the callback has returned.
    pub fn capability(self, state: &State) -> Option<Capability> {
        let recording = state.recording.borrow();
        let is_current = recording.as_ref().is_some_and(|it| it.id == self.recording);
        is_current.then_some(Capability::Recorded(self.step))
    }
}

pub fn is_recording(state: &State) -> bool {
    state.recording.borrow().is_some()
}

/// Records a call or a read, and returns what stands for its result.
///
/// # Errors
/// Errors if the target is a value of this worker, or if there are too many steps.
pub fn record<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    root: &Root<'js>,
    mut path: Vec<String>,
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Root<'js>> {
    let target = match calls::leads_to(ctx, state, root, &mut path)? {
        Target::Capability(capability) => capability,
        Target::Thrown(thrown) => return Err(ctx.throw(thrown)),
        Target::Here(value) => match Stub::of(&value).map(|stub| stub.borrow().clone()) {
            Some(stub) => {
                let path = [stub.path, path].concat();
                return record(ctx, state, &stub.root, path, arguments);
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
    let encode = |values| message::encode_array(ctx, values, Passing::Parameters);
    let arguments = arguments.map(encode).transpose()?;
    let mut recording = state.recording.borrow_mut();
    let Some(Recording { id, steps }) = recording.as_mut().filter(|it| it.steps.len() < MAX_STEPS)
    else {
        drop(recording);
        let text = format!("The callback of map() may make at most {MAX_STEPS} calls.");
        return Err(rquickjs::Exception::throw_range(ctx, &text));
    };
    steps.push(Step { target, path, arguments });
    let step = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    Ok(Root::Recorded(Recorded { recording: *id, step }))
}

fn handle_of(root: &Root<'_>) -> Option<Handle> {
    match root {
        Root::Owned(handle) => Some(handle.clone()),
        Root::Export(export) => Some(export.worker().clone()),
        Root::Promise(_) | Root::Broken(_) | Root::Recorded(_) => None,
    }
}

/// Runs the callback and returns what it did.
fn recorded<'js>(ctx: &Ctx<'js>, state: &State, callback: &Function<'js>) -> Result<Mapper> {
    let id = state.last_recording.get().wrapping_add(1);
    state.last_recording.set(id);
    *state.recording.borrow_mut() = Some(Recording { id, steps: Vec::new() });
    let run = || {
        let element = Stub::make(ctx, Root::Recorded(Recorded { recording: id, step: 0 }))?;
        let result: Value<'js> = callback.call((element,))?;
        if result.is_promise() && promise::call_of(&result).is_none() {
            let text = "The callback of map() must return its result, and no promise of one.";
            return Err(throw::type_error(ctx, text));
        }
        message::encode(ctx, result)
    };
    let result = run();
    let steps = state.recording.take().map(|it| it.steps).unwrap_or_default();
    match result {
        Ok(result) => Ok(Mapper { steps, result }),
        Err(error) => {
            for message in steps.into_iter().filter_map(|step| step.arguments) {
                message::withdraw(ctx, message)?;
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
            let text = "map() cannot be called in the callback of map().";
            return Err(throw::type_error(&ctx, text));
        }
        let mapper = recorded(&ctx, &state, &callback)?;
        calls::start_mapped(&ctx, &root, path, mapper)
    };
    native.set("map", Function::new(native.ctx().clone(), map)?)
}
