//! A JavaScript value and the message that carries it.

use std::rc::Rc;

use isolet_wire::Interface;
use rquickjs::{Ctx, Function, Persistent, Value};

use super::handle::Handle;
use super::stub::{Root, Stub};
use super::{calls, promise, size};
use crate::state::State;
use crate::value::{self, Instance, StubHook, StubSource};
use crate::{Capability, Message, event_loop, intrinsics, throw};

/// Objects that one sandbox may have offered at a time.
const MAX_OFFERED: usize = 250_000;

/// For how long the stubs of a message live if nobody duplicates them.
#[derive(Clone, Copy)]
pub enum Owner {
    /// As long as the sandbox.
    Worker,
    /// Until the invocation is over.
    Results(u32),
    /// As results, and disposing of the value ends them.
    Answer(u32),
}

struct Outgoing {
    state: Rc<State>,
    capabilities: Vec<Capability>,
    /// Objects of the worker's own go out on loan.
    lends: bool,
}

impl<'js> StubHook<'js> for Outgoing {
    fn capability(&mut self, ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Option<u32>> {
        let Some(capability) = self.of(ctx, value)? else { return Ok(None) };
        let position = u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX);
        self.capabilities.push(capability);
        Ok(Some(position))
    }

    fn instead(&mut self, value: &Value<'js>) -> rquickjs::Result<Option<Value<'js>>> {
        calls::come_to(value)
    }

    fn interface(
        &mut self,
        ctx: &Ctx<'js>,
        value: &Value<'js>,
    ) -> rquickjs::Result<Option<Instance<'js>>> {
        let Some(parts) = intrinsics::parts(ctx, &self.state, value)? else { return Ok(None) };
        let mut parts = parts.iter::<Value<'js>>();
        let kind = parts.next().transpose()?.and_then(|kind| kind.as_int());
        let kind = kind.and_then(|kind| usize::try_from(kind).ok()).unwrap_or_default();
        let interface = Interface::ALL.get(kind).copied().unwrap_or(Interface::Headers);
        let mut fields = Vec::new();
        for (name, value) in fields_of(interface).iter().copied().zip(parts) {
            let value = value?;
            if !value.is_undefined() {
                fields.push((name, value));
            }
        }
        Ok(Some(Instance { interface, fields }))
    }

    /// Those of them that were offered are withdrawn.
    fn withdraw(&mut self, ctx: &Ctx<'js>, from: u32) {
        let from = self.capabilities.len().min(from as usize);
        let capabilities = self.capabilities.split_off(from);
        for capability in capabilities {
            let object = match capability {
                Capability::Offered(id) => self.state.offered.borrow_mut().remove(&id),
                Capability::Lent(id) => self.state.lent.borrow_mut().remove(&id),
                _ => None,
            };
            if let Some(Ok(object)) = object.map(|object| object.restore(ctx)) {
                self.withdrawn(ctx, object);
            }
        }
    }
}

/// In the order in which the scripts list them.
fn fields_of(interface: Interface) -> &'static [&'static str] {
    match interface {
        Interface::Headers => &["headers"],
        Interface::Request => &["url", "method", "headers", "body", "redirect"],
        Interface::Response => &["status", "statusText", "headers", "body", "url", "redirected"],
        Interface::ReadableStream => &["source"],
        Interface::WritableStream => &["sink"],
        Interface::Blob => &["type", "bytes"],
    }
}

impl Outgoing {
    fn of<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        value: &Value<'js>,
    ) -> rquickjs::Result<Option<Capability>> {
        if let Some(stub) = Stub::of(value) {
            let stub = stub.borrow().clone();
            if stub.path.is_empty() {
                return calls::capability(ctx, &stub.root);
            }
            // What a property will turn out to be, needed until the message is sent.
            let read = calls::defer(ctx, &stub.root, stub.path, None)?;
            let Root::Owned(handle) = &read else { return calls::capability(ctx, &read) };
            self.state.after_turn.borrow_mut().push(handle.clone());
            return Ok(handle.capability().map(|capability| match capability {
                Capability::Promised(call) => Capability::Answer(call),
                capability => capability,
            }));
        }
        if promise::call_of(value).is_some() {
            return calls::capability(ctx, &Root::Promise(value.clone()));
        }
        if value.is_function() || intrinsics::is_rpc_target(ctx, &self.state, value)? {
            return self.offer(ctx, value).map(Some);
        }
        match intrinsics::stub_of(ctx, &self.state, value)? {
            Some(stub) => self.of(ctx, &stub),
            None => Ok(None),
        }
    }

    fn offer<'js>(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Capability> {
        let mut offered = self.state.offered.borrow_mut();
        if offered.len() >= MAX_OFFERED {
            drop(offered);
            // It is in no list of what the message offers.
            self.withdrawn(ctx, value.clone());
            let text =
                format!("others hold {MAX_OFFERED} objects of this worker: no more can be sent");
            return Err(throw::type_error(ctx, &text));
        }
        let id = self.state.next_offer.get() + 1;
        self.state.next_offer.set(id);
        let object = Persistent::save(ctx, value.clone());
        if self.lends {
            self.state.lent.borrow_mut().insert(id, object);
            return Ok(Capability::Lent(id));
        }
        offered.insert(id, object);
        Ok(Capability::Offered(id))
    }

    fn withdrawn<'js>(&self, ctx: &Ctx<'js>, object: Value<'js>) {
        if intrinsics::withdraw(ctx, &self.state, object).is_err() {
            let _ = ctx.catch();
        }
    }
}

struct Incoming<'a> {
    state: &'a Rc<State>,
    capabilities: &'a [Capability],
    handles: Vec<Handle>,
    /// Those of the handles that streams lead to.
    streams: Vec<Handle>,
    /// Which of the capabilities the value names.
    named: Vec<bool>,
}

impl<'a> Incoming<'a> {
    fn new(state: &'a Rc<State>, capabilities: &'a [Capability]) -> Self {
        let (handles, streams) = (Vec::new(), Vec::new());
        Self { state, capabilities, handles, streams, named: vec![false; capabilities.len()] }
    }

    /// The handles, and those of streams.
    fn finish(mut self) -> (Vec<Handle>, Vec<Handle>) {
        // What is named nowhere is a disposer.
        for (&capability, named) in self.capabilities.iter().zip(self.named) {
            if !named {
                self.handles.push(Handle::new(self.state, capability));
            }
        }
        (self.handles, self.streams)
    }
}

impl<'js> StubSource<'js> for Incoming<'_> {
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> rquickjs::Result<Value<'js>> {
        let Some(&capability) = self.capabilities.get(position as usize) else {
            return Err(rquickjs::Exception::throw_range(
                ctx,
                "a message names no such capability",
            ));
        };
        if let Some(named) = self.named.get_mut(position as usize) {
            *named = true;
        }
        let handle = Handle::new(self.state, capability);
        self.handles.push(handle.clone());
        let stub = Stub::make(ctx, Root::Owned(handle))?;
        match capability {
            Capability::Loader(_) => intrinsics::worker_loader(ctx, self.state, stub),
            _ => Ok(stub),
        }
    }

    fn instance(
        &mut self,
        ctx: &Ctx<'js>,
        interface: Interface,
        data: Value<'js>,
    ) -> rquickjs::Result<Value<'js>> {
        let end = match interface {
            Interface::ReadableStream => Some("source"),
            Interface::WritableStream => Some("sink"),
            _ => None,
        };
        if let (Some(end), Some(data)) = (end, data.as_object())
            && let Some(stub) = Stub::of(&data.get(end)?)
            && let Root::Owned(handle) = &stub.borrow().root
        {
            self.handles.retain(|known| !known.is(handle));
            self.streams.push(handle.clone());
        }
        intrinsics::instance(ctx, self.state, interface, data)
    }
}

/// # Errors
/// A `DataCloneError`, or whatever a getter throws.
pub fn encode<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Message> {
    send(ctx, false, |outgoing| value::encode(ctx, value, outgoing))
}

/// The message of what a call returns. Whoever disposes of it runs the disposer that
/// it has.
///
/// # Errors
/// As [`encode`].
pub fn encode_answer<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Message> {
    send(ctx, false, |outgoing| {
        let state = Rc::clone(&outgoing.state);
        let is_data = value.is_object() && !value.is_function();
        let disposer = if is_data { value::disposer(ctx, &value)? } else { None };
        let data = value::encode(ctx, value.clone(), outgoing)?;
        // One of ours, of a value that was an answer itself, has nothing left to end.
        let is_theirs = |it: Value<'js>| value::class(&it) != state.stub_class.get();
        if disposer.is_some_and(is_theirs) && value::is_plain(ctx, &value)? {
            let offered = outgoing.offer(ctx, &value)?;
            outgoing.capabilities.push(offered);
        }
        Ok(data)
    })
}

/// The message of a new array of the values, on loan or for good.
///
/// # Errors
/// As [`encode`].
pub fn encode_array<'js>(
    ctx: &Ctx<'js>,
    values: Vec<Value<'js>>,
    lends: bool,
) -> rquickjs::Result<Message> {
    send(ctx, lends, |outgoing| value::encode_array(ctx, values, outgoing))
}

/// The arguments of a loader's `load`.
///
/// # Errors
/// As [`encode`], and an `env` that is too large.
pub fn encode_code<'js>(ctx: &Ctx<'js>, values: Vec<Value<'js>>) -> rquickjs::Result<Message> {
    send(ctx, false, |outgoing| {
        let data = value::encode_array(ctx, values, outgoing)?;
        match size::of_env(&data).filter(|&bytes| bytes > size::MAX_ENV_BYTES) {
            Some(bytes) => Err(size::too_large(ctx, bytes)),
            None => Ok(data),
        }
    })
}

fn send(
    ctx: &Ctx<'_>,
    lends: bool,
    encode: impl FnOnce(&mut Outgoing) -> rquickjs::Result<Vec<u8>>,
) -> rquickjs::Result<Message> {
    let mut outgoing = Outgoing { state: super::state(ctx)?, capabilities: Vec::new(), lends };
    match encode(&mut outgoing) {
        Ok(data) => Ok(Message { data, capabilities: outgoing.capabilities }),
        Err(error) if outgoing.capabilities.is_empty() => Err(error),
        Err(error) => {
            let thrown = event_loop::thrown(ctx, error);
            outgoing.withdraw(ctx, 0);
            Err(ctx.throw(thrown))
        }
    }
}

/// The arguments of an invocation. The stubs among them live until it returns, if
/// nobody duplicates them.
///
/// # Errors
/// As [`decode`].
pub fn decode_arguments<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<State>,
    message: &Message,
    invocation: u32,
) -> rquickjs::Result<Vec<Value<'js>>> {
    let mut incoming = Incoming::new(state, &message.capabilities);
    let arguments = value::decode_array(ctx, &message.data, &mut incoming)?;
    let (handles, streams) = incoming.finish();
    if let Some(invocation) = state.invocations.borrow_mut().get_mut(&invocation) {
        invocation.parameters.extend(handles);
        // They are read when the call has returned as well.
        invocation.results.extend(streams);
    }
    Ok(arguments)
}

/// # Errors
/// Memory, or a message that the host should not have sent.
pub fn decode<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<State>,
    message: &Message,
    owner: Owner,
) -> rquickjs::Result<Value<'js>> {
    let mut incoming = Incoming::new(state, &message.capabilities);
    let value = value::decode(ctx, &message.data, &mut incoming)?;
    let (handles, streams) = incoming.finish();
    let (invocation, is_answer) = match owner {
        // Held by the stubs alone.
        Owner::Worker => return Ok(value),
        Owner::Results(invocation) => (invocation, false),
        Owner::Answer(invocation) => (invocation, true),
    };
    // A stub has a disposer.
    let is_disposable = value.is_object() && !value.is_function();
    if is_answer && is_disposable && handles.is_empty() {
        value::set_disposer(ctx, &value, intrinsics::nothing(ctx, state)?)?;
    }
    if handles.is_empty() && streams.is_empty() {
        return Ok(value);
    }
    if let Some(invocation) = state.invocations.borrow_mut().get_mut(&invocation) {
        // They are read when the call has returned as well.
        invocation.results.extend(streams);
        invocation.results.extend(handles.iter().cloned());
    }
    if is_disposable && !handles.is_empty() {
        let dispose = Function::new(ctx.clone(), move || handles.iter().for_each(Handle::dispose))?;
        value::set_disposer(ctx, &value, dispose.into_value())?;
    }
    Ok(value)
}

/// What was thrown, however hostile: an error without what cannot be cloned, and of
/// anything else that cannot, an error that says so.
pub fn of_thrown<'js>(ctx: &Ctx<'js>, thrown: Value<'js>) -> Message {
    let sent = send(ctx, false, |outgoing| value::encode_thrown(ctx, thrown.clone(), outgoing));
    sent.unwrap_or_else(|_| {
        let _ = ctx.catch();
        let text = format!("a thrown {} that cannot be cloned", thrown.type_name());
        let plain = rquickjs::Exception::from_message(ctx.clone(), &text)
            .and_then(|exception| encode(ctx, exception.into_object().into_value()));
        plain.unwrap_or_else(|_| {
            let _ = ctx.catch();
            Message { data: value::undefined(), capabilities: Vec::new() }
        })
    })
}
