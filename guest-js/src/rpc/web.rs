//! Requests and responses that need no script on their way.
//!
//! The scripts of the globals check what a message says of a request or a response. That costs
//! more than all the rest of a `fetch`, so what is usual is checked here.

use isolet_wire::{Interface, Text};
use rquickjs::{Array, Ctx, Persistent, Result, Value};

use super::calls::{self, OVER, Target};
use super::mapper;
use super::message;
use super::stub::{FETCH, Stub};
use crate::http::{is_header_name, is_header_value, is_plain_url, is_status_text};
use crate::promise::{self, CallPromise};
use crate::reaction::when_settled;
use crate::state::{self, Fetch, PendingCall, State};
use crate::value::{self, Instance, Pairs};
use crate::{Call, Effect, context, intrinsics, throw};

const GET: &str = "GET";

/// The methods of requests with a body, in the case that the standard gives them.
const WITH_BODY: [&str; 5] = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The redirect mode of a sent `fetch`: the sender follows redirects itself.
const MANUAL: &str = "manual";

/// Creates a request or a response from the fields of a message, if all of them are usual and
/// valid. Returns `None` for any others, which the scripts check.
///
/// # Errors
/// Errors if the heap is full.
pub fn usual<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    interface: Interface,
    fields: &[Value<'js>],
    headers: &Pairs<'_>,
) -> Result<Option<Value<'js>>> {
    let is_usual = match (interface, fields) {
        (Interface::Request, [url, method, _, body, redirect, rest @ ..]) => {
            rest.iter().all(Value::is_undefined)
                && is(ctx, redirect, |text| text == MANUAL)?
                && is(ctx, url, is_plain_url)?
                && match is_text(body) {
                    Some(true) => is(ctx, method, |text| WITH_BODY.contains(&text))?,
                    Some(false) => is(ctx, method, |text| text == GET)?,
                    None => false,
                }
        }
        (Interface::Response, [status, text, _, body, rest @ ..]) => {
            rest.iter().all(Value::is_undefined)
                && match (status.as_int(), is_text(body)) {
                    (Some(204 | 205 | 304), Some(true)) => false,
                    (Some(200..=599), Some(_)) => true,
                    _ => false,
                }
                && (text.is_undefined() || is(ctx, text, is_status_text)?)
        }
        _ => false,
    };
    if !is_usual || !are_valid(headers) {
        return Ok(None);
    }
    let headers = packed(ctx, headers)?;
    let mut given = fields.iter().take(4).cloned();
    let (Some(first), Some(second), _, body) =
        (given.next(), given.next(), given.next(), given.next())
    else {
        return Ok(None);
    };
    let body = body.filter(Value::is_string).unwrap_or(Value::new_null(ctx.clone()));
    intrinsics::usual(ctx, state, interface, (first, second, headers, body)).map(Some)
}

fn is<'js>(ctx: &Ctx<'js>, value: &Value<'js>, test: impl FnOnce(&str) -> bool) -> Result<bool> {
    value::with_text(ctx, value, |text| text.is_some_and(test))
}

/// Returns true for text and false for nothing. `None` for any other body.
fn is_text(body: &Value<'_>) -> Option<bool> {
    match body.is_string() {
        true => Some(true),
        false => (body.is_null() || body.is_undefined()).then_some(false),
    }
}

/// Returns true for headers in the order of iteration, whose names and values are in their
/// standard form.
fn are_valid(headers: &Pairs<'_>) -> bool {
    let mut last = "";
    headers.iter().all(|(name, value)| {
        let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else { return false };
        let is_next = name > last || (name == last && name == "set-cookie");
        last = name;
        is_next && is_header_name(name) && is_header_value(value)
    })
}

/// Returns valid headers as the scripts keep them until they are read: undefined for none, a
/// string for a content-type alone, or else pairs.
fn packed<'js>(ctx: &Ctx<'js>, headers: &Pairs<'_>) -> Result<Value<'js>> {
    match headers.as_slice() {
        [] => Ok(Value::new_undefined(ctx.clone())),
        [(name, value)] if *name == Text::Utf8("content-type") => value::string(ctx, *value),
        _ => value::pairs(ctx, headers),
    }
}

/// Sends the request of a `fetch` and returns a promise of the response. `parts` is the list in
/// which the scripts hold the request, and `given` are its headers, body, signal, cache,
/// credentials, integrity and `cf` as a message holds them. Returns undefined if the receiver is
/// not a capability of the host.
///
/// # Errors
/// Errors with what is to reject the promise.
pub fn fetch<'js>(
    ctx: &Ctx<'js>,
    receiver: &Value<'js>,
    parts: &Array<'js>,
    given: Vec<Value<'js>>,
) -> Result<Value<'js>> {
    let state = state::of(ctx)?;
    let undefined = Value::new_undefined(ctx.clone());
    let Some(stub) = Stub::of(receiver).filter(|_| !mapper::is_recording(&state)) else {
        return Ok(undefined);
    };
    let root = stub.borrow().root.clone();
    let mut path = vec![FETCH.to_owned()];
    let Target::Capability(target) = calls::leads_to(ctx, &state, &root, &mut path)? else {
        return Ok(undefined);
    };
    let Some(invocation) = state.payer_for(context::current(ctx)) else {
        return Err(throw::plain_error(ctx, OVER));
    };
    let mut given = given.into_iter();
    let (headers, body) = (given.next(), given.next());
    let manual = value::string(ctx, Text::Utf8(MANUAL))?;
    let mut fields = vec![
        without_fragment(ctx, parts)?,
        parts.get(1)?,
        headers.unwrap_or(undefined.clone()),
        body.unwrap_or(undefined),
        manual,
    ];
    fields.extend(given);
    let instance = Instance { interface: Interface::Request, fields };
    let arguments = Some(message::encode_instance(ctx, instance)?);
    let id = state.next_call();
    // A program cannot make further calls on this promise.
    let (promise, value) = CallPromise::new(ctx, &intrinsics::plain_promise(ctx, &state)?, 0)?;
    let fetch = Fetch {
        parts: Persistent::save(ctx, parts.as_value().clone()),
        receiver: Persistent::save(ctx, receiver.clone()),
    };
    let pending = PendingCall { invocation, promise, disposed: false, fetch: Some(fetch) };
    state.calls.borrow_mut().insert(id, pending);
    let call = Call { id, invocation, target, path, arguments, awaited: true, mapper: None };
    state.emit(Effect::Call(call));
    Ok(value)
}

/// Returns the URL of a request, without its fragment, which is never sent.
fn without_fragment<'js>(ctx: &Ctx<'js>, parts: &Array<'js>) -> Result<Value<'js>> {
    let url: Value<'js> = parts.get(0)?;
    let start = value::with_text(ctx, &url, |text| {
        let (start, _) = text?.split_once('#')?;
        Some(start.to_owned())
    })?;
    let Some(start) = start else { return Ok(url) };
    let url = value::string(ctx, Text::Utf8(&start))?;
    parts.set(0, url.clone())?;
    Ok(url)
}

/// Settles the promise of a `fetch` with what its receiver has answered.
///
/// # Errors
/// Errors if the heap is full.
pub fn answered<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    fetch: Fetch,
    answer: Value<'js>,
    promise: CallPromise,
) -> Result<()> {
    let given = (answer, fetch.parts.restore(ctx)?, fetch.receiver.restore(ctx)?);
    match intrinsics::answered(ctx, state, given) {
        Ok(response) => match promise::of(&response) {
            // A redirect leads to a promise of the response.
            Some(next) => when_settled(ctx, next, move |ctx, result| {
                let (Ok(value) | Err(value)) = &result;
                // Only fails if memory runs out, which cannot be reported here.
                let _ = promise.clone().settle(ctx, value, result.is_err());
            }),
            None => promise.settle(ctx, &response, false)?,
        },
        Err(error) => promise.settle(ctx, &throw::thrown(ctx, error), true)?,
    }
    Ok(())
}
