//! Conversion between JavaScript values and the messages that carry them.

use std::rc::Rc;

use isolet_wire::{Interface, Writer};
use rquickjs::function::This;
use rquickjs::{Ctx, Function, Persistent, Value};

use super::shows::{Shows, stands_for};
use super::stub::{Root, Stub};
use super::{calls, size, web};
use crate::state::{self, ExportedObject, Handle, State};
use crate::value::{self, Instance, Instances, Pairs, StubHook, StubSource};
use crate::{Capability, Message, intrinsics, promise, throw};

/// The maximum number of objects that one sandbox may have exported at a time.
const MAX_EXPORTED: usize = 250_000;

/// The lifetime of the stubs of a message, unless they are duplicated.
#[derive(Clone, Copy)]
pub enum Owner {
    /// The lifetime of the sandbox.
    Worker,
    /// The lifetime of the invocation.
    Results(u32),
    /// Like `Results`, and disposing of the value ends them earlier.
    Answer(u32),
}

/// The way in which the objects and stubs that a message names are passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// They are handed over.
    Handed,
    /// The arguments of a call. An object that has a method `dup` is duplicated, because the
    /// caller keeps it. The caller also keeps a stub, unless the worker's flags say that it is
    /// handed over.
    Parameters,
    /// Objects are borrowed.
    Borrowed,
}

struct Outgoing {
    state: Rc<State>,
    capabilities: Vec<Capability>,
    passing: Passing,
    /// True if only the host sees it.
    to_host: bool,
}

impl<'js> StubHook<'js> for Outgoing {
    fn capability(&mut self, ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Option<u32>> {
        let Some(capability) = self.of(ctx, value)? else { return Ok(None) };
        let position = u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX);
        self.capabilities.push(capability);
        Ok(Some(position))
    }

    fn instances(&self) -> Instances {
        if self.to_host { Instances::Plain } else { Instances::Refused }
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
        let fields = parts.collect::<rquickjs::Result<_>>()?;
        Ok(Some(Instance { interface, fields }))
    }

    /// Withdraws those of them that were exported.
    fn withdraw(&mut self, ctx: &Ctx<'js>, from: u32) {
        let from = self.capabilities.len().min(from as usize);
        let capabilities = self.capabilities.split_off(from);
        for capability in capabilities {
            let object = match capability {
                Capability::Exported(id) => {
                    let exported = self.state.exported_objects.borrow_mut().remove(&id);
                    exported.map(|it| it.object)
                }
                Capability::Borrowed(id) => self.state.borrowed.borrow_mut().remove(&id),
                _ => None,
            };
            if let Some(Ok(object)) = object.map(|object| object.restore(ctx)) {
                self.withdrawn(ctx, object);
            }
        }
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
                self.pass_on(&stub.root);
                return calls::capability(ctx, &stub.root);
            }
            // Reads the property. The handle is needed until the message is sent.
            let read = calls::defer(ctx, &stub.root, stub.path, None)?;
            let Root::Owned(handle) = &read else { return calls::capability(ctx, &read) };
            self.state.after_turn.borrow_mut().push(handle.clone());
            return Ok(handle.capability().map(|capability| match capability {
                Capability::Promised(call) => Capability::PromisedAnswer(call),
                capability => capability,
            }));
        }
        if promise::call_of(value).is_some() {
            return calls::capability(ctx, &Root::Promise(value.clone()));
        }
        if value.is_proxy() {
            return self.export_proxy(ctx, value).map(Some);
        }
        if value.is_function() {
            return self.export_as(ctx, value, Shows::Own, "function").map(Some);
        }
        if intrinsics::is_rpc_target(ctx, &self.state, value)? {
            return self.export_as(ctx, value, Shows::Class, "RpcTarget").map(Some);
        }
        match intrinsics::stub_of(ctx, &self.state, value)? {
            Some(stub) => self.of(ctx, &stub),
            None => Ok(None),
        }
    }

    /// Takes a passed stub away from this worker, if the worker's flags say so.
    fn pass_on(&self, root: &Root<'_>) {
        if self.passing == Passing::Parameters
            && self.state.transfers_stubs.get()
            && let Root::Owned(handle) = root
            && !handle.fetches()
        {
            self.state.handed_on.borrow_mut().push(handle.clone());
        }
    }

    /// Exports a proxy as the kind of object that it looks like. The proxy still sees every
    /// access.
    fn export_proxy<'js>(
        &self,
        ctx: &Ctx<'js>,
        value: &Value<'js>,
    ) -> rquickjs::Result<Capability> {
        match stands_for(ctx, &self.state, value)? {
            Shows::Nothing => Err(value::refuse(
                ctx,
                "Proxy could not be serialized because it is not a valid RPC receiver type. The \
                 Proxy must emulate either a plain object or an RpcTarget, as indicated by the \
                 Proxy's prototype chain.",
            )),
            shows => self.export_as(ctx, value, shows, "Proxy"),
        }
    }

    /// Exports the result of `dup()`, if the object has that method and stays its owner's.
    /// Otherwise exports the object itself.
    fn export_as<'js>(
        &self,
        ctx: &Ctx<'js>,
        value: &Value<'js>,
        shows: Shows,
        what: &str,
    ) -> rquickjs::Result<Capability> {
        if self.passing != Passing::Parameters || self.state.transfers_stubs.get() {
            return self.export(ctx, value);
        }
        let object = value.as_object().ok_or(rquickjs::Error::Unknown)?;
        let Some(dup) = object.get::<_, Value<'js>>("dup")?.into_function() else {
            return self.export(ctx, value);
        };
        let copy: Value<'js> = dup.call((This(value.clone()),))?;
        if stands_for(ctx, &self.state, &copy)? == shows {
            return self.export(ctx, &copy);
        }
        let text = format!(
            "Couldn't create a stub for the {what} because it has a dup() method which did not \
             return another one. Either remove the dup() method or make sure it returns one."
        );
        Err(value::refuse(ctx, &text))
    }

    fn export<'js>(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Capability> {
        let mut exported = self.state.exported_objects.borrow_mut();
        if exported.len() >= MAX_EXPORTED {
            drop(exported);
            // The message does not list this object yet, so its withdrawal would miss it.
            self.withdrawn(ctx, value.clone());
            let text =
                format!("others hold {MAX_EXPORTED} objects of this worker: no more can be sent");
            return Err(throw::type_error(ctx, &text));
        }
        let id = self.state.next_export.get() + 1;
        self.state.next_export.set(id);
        let object = Persistent::save(ctx, value.clone());
        if self.passing == Passing::Borrowed {
            self.state.borrowed.borrow_mut().insert(id, object);
            return Ok(Capability::Borrowed(id));
        }
        exported.insert(id, ExportedObject { object, scope: None });
        Ok(Capability::Exported(id))
    }

    fn withdrawn<'js>(&self, ctx: &Ctx<'js>, object: Value<'js>) {
        if intrinsics::withdraw(ctx, &self.state, object).is_err() {
            let _ = ctx.catch();
        }
    }
}

/// Returns the position of the headers in the fields of an interface.
fn headers_of(interface: Interface) -> Option<usize> {
    match interface {
        Interface::Headers => Some(0),
        Interface::Request | Interface::Response => Some(2),
        _ => None,
    }
}

struct Incoming<'a> {
    state: &'a Rc<State>,
    capabilities: &'a [Capability],
    handles: Vec<Handle>,
    /// The handles of streams.
    streams: Vec<Handle>,
    /// For each capability, true if the value names it.
    named: Vec<bool>,
}

impl<'a> Incoming<'a> {
    fn new(state: &'a Rc<State>, capabilities: &'a [Capability]) -> Self {
        let (handles, streams) = (Vec::new(), Vec::new());
        Self { state, capabilities, handles, streams, named: vec![false; capabilities.len()] }
    }

    /// Returns the handles, and those of streams.
    fn finish(mut self) -> (Vec<Handle>, Vec<Handle>) {
        // A capability that the value does not name is a disposer.
        for (&capability, named) in self.capabilities.iter().zip(self.named) {
            if !named {
                self.handles.push(Handle::new(&self.state.outbox, capability));
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
        let handle = Handle::new(&self.state.outbox, capability);
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
        Instance { interface, mut fields }: Instance<'js>,
        headers: &Pairs<'_>,
    ) -> rquickjs::Result<Value<'js>> {
        if let Some(usual) = web::usual(ctx, self.state, interface, &fields, headers)? {
            return Ok(usual);
        }
        if let Some(field) = headers_of(interface).and_then(|at| fields.get_mut(at)) {
            *field = value::pairs(ctx, headers)?;
        }
        let is_stream = matches!(interface, Interface::ReadableStream | Interface::WritableStream);
        if is_stream
            && let Some(stub) = fields.first().and_then(Stub::of)
            && let Root::Owned(handle) = &stub.borrow().root
        {
            self.handles.retain(|known| !known.is(handle));
            self.streams.push(handle.clone());
        }
        intrinsics::instance(ctx, self.state, interface, fields)
    }
}

/// Encodes a value and hands over the objects in it.
///
/// # Errors
/// Errors with a `DataCloneError`, or with what a getter throws.
pub fn encode<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Message> {
    send(ctx, Passing::Handed, |outgoing| value::encode(ctx, value, outgoing))
}

/// Encodes the result of a call. If the result has a disposer, disposing of the received value
/// runs it.
///
/// # Errors
/// Same as [`encode`].
pub fn encode_answer<'js>(
    ctx: &Ctx<'js>,
    value: Value<'js>,
    to_host: bool,
) -> rquickjs::Result<Message> {
    send(ctx, Passing::Handed, |outgoing| {
        outgoing.to_host = to_host;
        let state = Rc::clone(&outgoing.state);
        let is_data = value.is_object() && !value.is_function();
        let disposer = if is_data { value::disposer(ctx, &value)? } else { None };
        let data = value::encode(ctx, value.clone(), outgoing)?;
        // A native disposer comes from `decode`: the value was an answer itself, and nothing is
        // left to dispose of.
        let is_theirs = |it: Value<'js>| value::class(&it) != state.stub_class.get();
        if disposer.is_some_and(is_theirs) && value::is_plain(ctx, &value)? {
            let exported = outgoing.export(ctx, &value)?;
            outgoing.capabilities.push(exported);
        }
        Ok(data)
    })
}

/// Encodes the values as a new array.
///
/// # Errors
/// Same as [`encode`].
pub fn encode_array<'js>(
    ctx: &Ctx<'js>,
    values: Vec<Value<'js>>,
    passing: Passing,
) -> rquickjs::Result<Message> {
    send(ctx, passing, |outgoing| value::encode_array(ctx, values, outgoing))
}

/// Encodes the arguments of a call whose only argument is an instance of a class of the platform.
///
/// # Errors
/// Same as [`encode`].
pub fn encode_instance<'js>(ctx: &Ctx<'js>, instance: Instance<'js>) -> rquickjs::Result<Message> {
    send(ctx, Passing::Parameters, |outgoing| value::encode_instance(ctx, instance, outgoing))
}

/// Encodes an array whose only element is a stub of an object, whatever the object is.
///
/// # Errors
/// Errors if too many objects are exported.
pub fn encode_export<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Message> {
    send(ctx, Passing::Handed, |outgoing| {
        let exported = outgoing.export(ctx, value)?;
        outgoing.capabilities.push(exported);
        let mut writer = Writer::new();
        writer.begin_array(1);
        writer.capability(0);
        Ok(writer.finish())
    })
}

/// Encodes the arguments of a loader's `load`.
///
/// # Errors
/// Same as [`encode`]. Also errors if `env` is too large.
pub fn encode_code<'js>(ctx: &Ctx<'js>, values: Vec<Value<'js>>) -> rquickjs::Result<Message> {
    send(ctx, Passing::Handed, |outgoing| {
        let data = value::encode_array(ctx, values, outgoing)?;
        match size::of_env(&data).filter(|&bytes| bytes > size::MAX_ENV_BYTES) {
            Some(bytes) => Err(size::too_large(ctx, bytes)),
            None => Ok(data),
        }
    })
}

fn send(
    ctx: &Ctx<'_>,
    passing: Passing,
    encode: impl FnOnce(&mut Outgoing) -> rquickjs::Result<Vec<u8>>,
) -> rquickjs::Result<Message> {
    let mut outgoing =
        Outgoing { state: state::of(ctx)?, capabilities: Vec::new(), passing, to_host: false };
    match encode(&mut outgoing) {
        Ok(data) => Ok(Message { data, capabilities: outgoing.capabilities }),
        Err(error) if outgoing.capabilities.is_empty() => Err(error),
        Err(error) => {
            let thrown = throw::thrown(ctx, error);
            outgoing.withdraw(ctx, 0);
            Err(ctx.throw(thrown))
        }
    }
}

/// Withdraws the objects that a message exports which will not be sent.
pub fn withdraw(ctx: &Ctx<'_>, message: Message) -> rquickjs::Result<()> {
    let (state, passing) = (state::of(ctx)?, Passing::Handed);
    let capabilities = message.capabilities;
    Outgoing { state, capabilities, passing, to_host: false }.withdraw(ctx, 0);
    Ok(())
}

/// Decodes the arguments of an invocation. The stubs among them live until it returns, unless
/// they are duplicated.
///
/// # Errors
/// Same as [`decode`].
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
        // Streams are also read after the call has returned.
        invocation.results.extend(streams);
    }
    Ok(arguments)
}

/// Decodes a message.
///
/// # Errors
/// Errors if the heap is full, or if the host has sent an invalid message.
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
        // Only the stubs hold the handles.
        Owner::Worker => return Ok(value),
        Owner::Results(invocation) => (invocation, false),
        Owner::Answer(invocation) => (invocation, true),
    };
    // A stub has a disposer of its own.
    let is_disposable = value.is_object() && !value.is_function();
    if is_answer && is_disposable && handles.is_empty() {
        value::set_disposer(ctx, &value, intrinsics::nothing(ctx, state)?)?;
    }
    if handles.is_empty() && streams.is_empty() {
        return Ok(value);
    }
    if let Some(invocation) = state.invocations.borrow_mut().get_mut(&invocation) {
        // Streams are also read after the call has returned.
        invocation.results.extend(streams);
        invocation.results.extend(handles.iter().cloned());
    }
    if is_disposable && !handles.is_empty() {
        let dispose = Function::new(ctx.clone(), move || handles.iter().for_each(Handle::dispose))?;
        value::set_disposer(ctx, &value, dispose.into_value())?;
    }
    Ok(value)
}

/// Encodes what was thrown, however hostile it is. Properties of an error that cannot be cloned
/// are left out. Any other value that cannot be cloned becomes an error that says so.
pub fn of_thrown<'js>(ctx: &Ctx<'js>, thrown: Value<'js>, to_host: bool) -> Message {
    let sent = send(ctx, Passing::Handed, |outgoing| {
        outgoing.to_host = to_host;
        value::encode_thrown(ctx, thrown.clone(), outgoing)
    });
    sent.unwrap_or_else(|_| {
        let _ = ctx.catch();
        let text = format!("a thrown {} that cannot be cloned", thrown.type_name());
        let plain = throw::error(ctx, &text).and_then(|error| encode(ctx, error));
        plain.unwrap_or_else(|_| {
            let _ = ctx.catch();
            Message { data: value::undefined(), capabilities: Vec::new() }
        })
    })
}
