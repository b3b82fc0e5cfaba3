//! What a turn asked for, carried out.

use std::sync::Arc;

use isolet_wire::Value;

use super::calls::{Of, PendingCall, send};
use super::lanes::{Lane, Waiting};
use super::tables::{LAST_NUMBER, OWN, bytes_of};
use super::{Driver, Due, lie, worn_out};
use crate::bindings::sandbox as wit;
use crate::capability::{Call, MAX_MESSAGE_BYTES, MAX_PATH, Thrown};
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::exception;
use crate::promised::failed;
use crate::purse::{Purse, letting_go};
use crate::stub::{Stub, Target};
use crate::tail;

impl Driver {
    /// `payer` lets go of what the effect lets go of.
    pub(super) async fn carry_out(
        &mut self,
        effect: wit::Effect,
        payer: Option<Arc<Purse>>,
    ) -> Result<()> {
        match effect {
            wit::Effect::Loaded => {
                self.loaded = true;
                let abandoned = self.invocations.iter().filter(|(_, it)| it.abandoned);
                for id in abandoned.map(|(&id, _)| id).collect::<Vec<_>>() {
                    self.close(id);
                }
            }
            wit::Effect::LoadFailed(message) => {
                let value = self.thrown_while_loading(message).await?;
                return Err(Error::Load(exception::load(value, &self.code.sources).await));
            }
            wit::Effect::LoadThrew(message) => {
                let value = self.thrown_while_loading(message).await?;
                let exception = exception::thrown(value);
                return Err(Error::Exception(if self.code.is_child() {
                    exception.while_starting()
                } else {
                    exception
                }));
            }
            // Also if it goes no further: the guest hears that what it offers is let go.
            wit::Effect::Call(mut call) => {
                let arguments = match call.arguments.take() {
                    Some(message) => self.export(message).await.map(Some),
                    None => Ok(None),
                };
                letting_go(payer, || self.call(call, arguments))?;
            }
            wit::Effect::Settle(settlement) => {
                let wit::Settlement { invocation, result, waiting } = settlement;
                let result = match result {
                    Ok(message) => self.export(message).await.map(Ok),
                    Err(message) => self.export(message).await.map(Err),
                };
                letting_go(payer, || self.settle(invocation, result, waiting))?;
            }
            wit::Effect::Waited(id) => letting_go(payer, || self.close(id)),
            wit::Effect::Release(capability) => {
                letting_go(payer, || self.tables.release(capability));
            }
        }
        Ok(())
    }

    async fn thrown_while_loading(&mut self, message: wit::Message) -> Result<Value> {
        let (limit, actual) = (self.code.limits.output_bytes, message.data.len() as u64);
        if actual > limit {
            return Err(LimitError { kind: LimitKind::Output, limit, actual }.into());
        }
        self.export(message).await
    }

    /// # Errors
    /// No guest of ours makes such a call, or the numbers have run out.
    fn check_call(&self, id: u32, invocation: u32, path: &[String]) -> Result<()> {
        // Its answer would be counted against an invocation that is to come.
        if invocation > self.last_invocation {
            return Err(lie("made a call for an invocation that never was"));
        }
        if id > LAST_NUMBER || self.tables.is_worn_out() {
            return Err(worn_out());
        }
        if self.calls.contains(id) {
            return Err(lie("made two calls of one id"));
        }
        if path.len() > MAX_PATH {
            return Err(lie("named too long a path"));
        }
        Ok(())
    }

    fn call(&mut self, call: wit::Call, arguments: Result<Option<Value>>) -> Result<()> {
        let wit::Call { id, invocation, target, path, awaited, .. } = call;
        self.check_call(id, invocation, &path)?;
        let Some(payer) = self.invocations.get_mut(&invocation) else {
            // Its fuel, calls and time are nobody's any more.
            return Ok(());
        };
        let arguments = arguments?;
        let size = arguments.as_ref().map_or(0, |arguments| arguments.as_bytes().len() as u64);
        let names: usize = path.iter().map(String::len).sum();
        let bytes = arguments.as_ref().map_or(0, bytes_of) + names as u64;
        payer.usage.capability_calls += 1;
        payer.calls.push(id);
        if let Err(error) = payer.purse.count_call() {
            self.end(invocation, error.into());
            return Ok(());
        }
        let payer = Arc::clone(&payer.purse);
        let under_way = self.calls.bytes + self.tables.kept_bytes;
        let (limit, actual) = (self.code.limits.memory_bytes, under_way + bytes);
        if actual > limit {
            let error = LimitError { kind: LimitKind::Memory, limit, actual };
            self.end(invocation, error.into());
            return Ok(());
        }
        // What a sandbox asks of itself, its exports apart, is nobody's work and may
        // take as long as it lives.
        let is_own = matches!(target, wit::Capability::Held(OWN));
        let of_itself = is_own && path.len() == 1;
        let is_answer = matches!(target, wit::Capability::Promised(_) | wit::Capability::Answer(_));
        let held = match target {
            wit::Capability::Held(index)
            | wit::Capability::Service(index)
            | wit::Capability::Awaitable(index) => Some(index),
            _ => None,
        };
        let Self { tables, calls, .. } = self;
        let target = tables.stub(target, &mut |call| calls.promised(call));
        let mut pending = PendingCall::new(invocation, bytes, awaited);
        pending.of = match target.as_ref().map(Stub::target) {
            _ if of_itself => Of::Host,
            _ if is_own => Of::Itself,
            Some(Target::Remote(remote)) if remote.is_in(&self.link) => Of::Itself,
            Some(Target::LocalLoader(_)) => Of::Derived,
            _ if is_answer => Of::Derived,
            _ => Of::Others,
        };
        // It lives as long as it waits for itself, and must not be what keeps it.
        let lineage = self.link.lineage();
        let is_others = pending.of == Of::Others;
        let as_held = |value| if is_others { value } else { Stub::value_held_by(value, lineage) };
        let arguments = arguments.map(as_held);
        if !awaited {
            pending.promised = Some(self.tables.keep(id));
        }
        self.open_calls += pending.of.outside();
        // What a worker is made of has a limit of its own.
        let is_code =
            target.as_ref().is_some_and(|stub| matches!(stub.target(), Target::LocalLoader(_)));
        let answer = match target {
            _ if self.rehearsing => Box::pin(std::future::pending()),
            _ if size > MAX_MESSAGE_BYTES && !is_code => failed(Thrown::too_large(size)),
            Some(target) => {
                let lane = self.invocations.get_mut(&invocation).map(|it| &mut it.lane);
                let mut lane = lane.filter(|_| !of_itself);
                let ended = lane.as_mut().zip(held);
                let ended = ended.and_then(|(lane, stub)| lane.follows(stub, id, &path));
                let ends = ended.is_some_and(|pull| self.calls.is_under_way(pull));
                let call = Call::of(path, arguments).paid_by(Some(payer));
                if let Some(lane) = lane {
                    pending.in_lane = true;
                    let flooded = self.calls.are_flooded(self.code.limits.memory_bytes);
                    if flooded || !(lane.enter() || ends && lane.enter_to_end()) {
                        lane.wait(Waiting { id, target, call });
                        self.calls.put(id, pending);
                        if flooded {
                            self.freed.push_back(invocation);
                        }
                        if let Err(error) = self.calls.cover() {
                            self.end(invocation, error);
                        }
                        return Ok(());
                    }
                }
                // Sent now, so that calls of a stub arrive in their order.
                send(&target, call)
            }
            None => failed(Thrown::type_error("There is no such capability.")),
        };
        if let Some(result) = self.calls.add(id, pending, answer) {
            self.arrived(id, result)?;
        }
        if let Err(error) = self.calls.cover() {
            self.end(invocation, error);
        }
        Ok(())
    }

    fn settle(
        &mut self,
        id: u32,
        result: Result<Result<Value, Value>>,
        waiting: bool,
    ) -> Result<()> {
        let Some(invocation) = self.invocations.get(&id) else { return Ok(()) };
        let result = result?;
        let (Ok(value) | Err(value)) = &result;
        let actual = value.as_bytes().len() as u64;
        let limit = invocation.limits.output_bytes;
        let result = if actual > limit {
            // The sandbox is sound: only this invocation has gone too far.
            Err(LimitError { kind: LimitKind::Output, limit, actual }.into())
        } else {
            result.map_err(|thrown| Error::Exception(exception::thrown(thrown)))
        };
        if let Some(invocation) = self.invocations.get_mut(&id) {
            invocation.settle(result);
            if waiting && invocation.reports_early() {
                invocation.report(self.sandbox.logs().lines(id).to_vec());
            }
        }
        if !waiting {
            self.close(id);
        }
        Ok(())
    }

    /// The invocation is over: its report leaves. Calls that it did not wait
    /// for go on until the deadline that it had.
    pub(super) fn close(&mut self, id: u32) {
        let lines = self.sandbox.logs().close(id);
        let Some(mut invocation) = self.invocations.remove(&id) else { return };
        self.due.remove(&(invocation.deadline, Due::Invocation(id)));
        for &call in &invocation.calls {
            let Some(orphan) = self.calls.get_mut(call) else { continue };
            // A guest that uses a number twice.
            if orphan.owner != id || orphan.deadline.is_some() {
                continue;
            }
            self.open_calls -= orphan.of.outside();
            if orphan.of == Of::Host {
                self.calls.abort(call);
                continue;
            }
            orphan.deadline = Some(invocation.deadline);
            self.due.insert((invocation.deadline, Due::Call(call)));
        }
        if !invocation.lane.is_empty() {
            self.left_behind.insert(id, std::mem::take(&mut invocation.lane));
        }
        invocation.close_purse();
        invocation.record();
        tail::tell(&self.code, &invocation, &lines);
        invocation.report(lines);
    }

    /// Fails the invocation and drops its calls; the guest forgets it next.
    pub(super) fn end(&mut self, id: u32, error: Error) {
        let payer = self.invocations.get(&id).map(|it| Arc::clone(&it.purse));
        letting_go(payer.clone(), || self.end_paid(id, error));
        self.forgetting.push_back((id, payer));
    }

    fn end_paid(&mut self, id: u32, error: Error) {
        if let Some(invocation) = self.invocations.get_mut(&id) {
            invocation.settle(Err(error));
            invocation.lane = Lane::default();
            for call in std::mem::take(&mut invocation.calls) {
                self.open_calls -= self.calls.abort(call).map_or(0, Of::outside);
            }
        }
        self.close(id);
        self.waiting.retain(|(waiting, _)| *waiting != id);
    }

    pub(super) fn cancel(&mut self, token: u64) {
        let found = self.invocations.iter_mut().find(|(_, it)| it.token == token);
        let Some((&id, invocation)) = found else { return };
        if self.loaded {
            return self.end(id, Error::Cancelled);
        }
        // It may be the one that pays for loading.
        invocation.abandoned = true;
        self.waiting.retain(|(waiting, _)| *waiting != id);
    }
}
