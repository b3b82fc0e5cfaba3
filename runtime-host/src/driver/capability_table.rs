//! The capability table of a sandbox: it maps the sandbox's numbers to the capabilities
//! that the sandbox was given, and translates the messages that name them.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use isolet_wire::{Attachment, Value};

use super::call_queue::Waiting;
use super::invocation::Invocation;
use crate::engine::bindings::sandbox as wit;
use crate::error::fault::{defect, worn_out};
use crate::error::{LimitError, LimitKind, Result};
use crate::limits::lineage::Lineage;
use crate::limits::stats::WorkerStats;
use crate::rpc::mailbox::Mailbox;
use crate::rpc::mapper::Mapper;
use crate::rpc::promised_answer::PromisedAnswer;
use crate::rpc::remote::Remote;
use crate::rpc::request::Receiver;
use crate::rpc::right::Holder;
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::Target;
use crate::worker_code::spec::Code;

/// The maximum number of capabilities that a sandbox may hold at a time.
const MAX_IMPORTED: usize = 250_000;

/// The highest number that a guest may use for a call or an exported object. The guest assigns
/// these numbers itself, and one turn has no room to use up those that are left above.
pub(super) const LAST_NUMBER: u32 = u32::MAX - (1 << 28);

/// The number under which every sandbox holds its loopback, the stub of itself.
pub(super) const OWN: u32 = 0;

/// The approximate size of a stub in the host in bytes.
pub(super) const STUB_BYTES: u64 = 256;

/// Returns the size of a value in the host in bytes.
pub(crate) fn bytes_of(value: &Value) -> u64 {
    value.as_bytes().len() as u64 + value.capabilities().len() as u64 * STUB_BYTES
}

pub(super) struct CapabilityTable {
    holder: Holder,
    imported: BTreeMap<u32, Stub>,
    last: u32,
    /// Answers that the host keeps until the guest releases them.
    answers: BTreeMap<u32, Kept>,
    /// The size of `answers` in bytes.
    pub(super) kept_bytes: u64,
    /// The number of the sandbox's objects that others hold.
    pub(super) exported: usize,
    /// The highest number under which the sandbox has exported or borrowed an object.
    last_exported: u32,
    /// The objects that the last turn has borrowed.
    borrowed: Vec<(u32, Weak<Remote>)>,
}

struct Kept {
    promised: Arc<PromisedAnswer>,
    /// 0 until the answer arrives.
    bytes: u64,
}

impl CapabilityTable {
    /// Creates the table of a new sandbox. `own` is the sandbox's loopback.
    pub(super) fn new(mailbox: Mailbox, seed: u64, own: Stub) -> Self {
        let imported = BTreeMap::from([(OWN, own)]);
        Self {
            holder: Holder::new(mailbox, seed),
            imported,
            last: 0,
            answers: BTreeMap::new(),
            kept_bytes: 0,
            exported: 0,
            last_exported: 0,
            borrowed: Vec::new(),
        }
    }

    /// Takes the objects borrowed by the last turn, and returns those that somebody has kept.
    pub(super) fn kept(&mut self) -> Vec<(u32, Arc<Remote>)> {
        let borrowed = std::mem::take(&mut self.borrowed);
        let kept: Vec<_> = borrowed
            .into_iter()
            .filter_map(|(number, remote)| Some((number, remote.upgrade()?)))
            .inspect(|(_, remote)| remote.keep())
            .collect();
        self.exported += kept.len();
        kept
    }

    /// Returns what the sandbox holds.
    pub(super) fn holdings(&self) -> impl Iterator<Item = Holding<'_>> {
        let stubs = self.imported.values().map(Holding::Stub);
        stubs.chain(self.answers.values().map(|kept| Holding::Answer(&kept.promised)))
    }

    /// Returns true if the guest has almost used up its numbers.
    pub(super) fn is_worn_out(&self) -> bool {
        self.last_exported > LAST_NUMBER
    }

    /// Returns true if the sandbox holds only what it was loaded with.
    pub(super) fn is_at_rest(&self, env: usize) -> bool {
        self.exported == 0 && self.answers.is_empty() && self.last as usize == env
    }

    /// Returns true if the sandbox holds anything but its loopback, or others hold an
    /// object of it. No other sandbox can be in a cycle of sandboxes that hold one another.
    pub(super) fn may_be_in_a_circle(&self) -> bool {
        self.imported.len() > 1 || !self.answers.is_empty() || self.exported > 0
    }

    /// Returns the statistics that this table knows. The loopback is not counted.
    pub(super) fn stats(&self) -> WorkerStats {
        WorkerStats {
            imported: self.imported.len().saturating_sub(1),
            answers: self.answers.len(),
            exported: self.exported,
            ..WorkerStats::default()
        }
    }

    /// Checks that the sandbox can hold `more` capabilities.
    ///
    /// # Errors
    /// [`LimitKind::Stubs`] if it cannot.
    pub(super) fn check_room(&self, more: usize) -> Result<()> {
        let (limit, actual) = (MAX_IMPORTED as u64, (self.imported.len() + more) as u64);
        if actual > limit {
            return Err(LimitError { kind: LimitKind::Stubs, limit, actual }.into());
        }
        Ok(())
    }

    /// Gives the sandbox a capability and returns its name there.
    pub(super) fn hold(&mut self, attachment: &Attachment) -> Result<wit::Capability> {
        let stub = Stub::from_attachment(attachment)
            .ok_or_else(|| defect("a value names what is no stub"))?;
        let stub = self.localised(&stub);
        self.last = self.last.checked_add(1).ok_or_else(worn_out)?;
        let capability = match stub.target() {
            Target::Right(_) | Target::HeldRight(_) => wit::Capability::Loader(self.last),
            Target::Promised(promised) if promised.is_any() => {
                wit::Capability::Awaitable(self.last)
            }
            target if target.fetches() => wit::Capability::Service(self.last),
            _ => wit::Capability::Imported(self.last),
        };
        self.imported.insert(self.last, stub);
        Ok(capability)
    }

    /// Returns the stub as this sandbox holds it. A loader becomes one of the sandbox's own.
    fn localised(&mut self, stub: &Stub) -> Stub {
        match stub.target() {
            Target::Right(right) => {
                Stub::to(Target::HeldRight(Arc::clone(right).held_by(&mut self.holder)))
            }
            target => Stub::to(target.clone()).held_by(self.holder.mailbox.lineage()),
        }
    }

    /// Checks how many objects a message exports. The same object may be exported in any
    /// number of messages, and each export counts.
    ///
    /// # Errors
    /// [`LimitKind::Stubs`] if these are more capabilities than the sandbox may export.
    pub(super) fn check_exports(&self, capabilities: &[wit::Capability]) -> Result<()> {
        let count = |known: usize, is: fn(&wit::Capability) -> bool| {
            known + capabilities.iter().filter(|it| is(it)).count()
        };
        let exported = count(self.exported, |it| matches!(it, wit::Capability::Exported(_)));
        let borrowed = count(self.borrowed.len(), |it| matches!(it, wit::Capability::Borrowed(_)));
        let most = capabilities.len().max(exported).max(borrowed);
        let (limit, actual) = (MAX_IMPORTED as u64, most as u64);
        if actual > limit {
            return Err(LimitError { kind: LimitKind::Stubs, limit, actual }.into());
        }
        Ok(())
    }

    /// Translates a capability of the guest to a stub in a message.
    pub(super) fn attachment(
        &mut self,
        capability: wit::Capability,
        pending: &mut dyn FnMut(u32) -> Option<Arc<PromisedAnswer>>,
    ) -> Attachment {
        let stub = self.stub(capability, pending).unwrap_or_else(nothing);
        stub.travelling().to_attachment()
    }

    /// Returns the stub that a capability of the guest stands for, or `None` if the guest
    /// has no such capability.
    pub(super) fn stub(
        &mut self,
        capability: wit::Capability,
        pending: &mut dyn FnMut(u32) -> Option<Arc<PromisedAnswer>>,
    ) -> Option<Stub> {
        match capability {
            wit::Capability::Imported(index)
            | wit::Capability::Loader(index)
            | wit::Capability::Service(index)
            | wit::Capability::Awaitable(index) => {
                let stub = self.imported.get(&index)?;
                Some(Stub::to(stub.target().clone()))
            }
            wit::Capability::Exported(number) => {
                self.last_exported = self.last_exported.max(number);
                self.exported += 1;
                let remote = Remote::new(self.holder.mailbox.clone(), Receiver::Exported(number));
                Some(Stub::to(Target::Remote(Arc::new(remote))))
            }
            wit::Capability::Borrowed(number) => {
                self.last_exported = self.last_exported.max(number);
                let remote = Arc::new(Remote::borrowed(self.holder.mailbox.clone(), number));
                self.borrowed.push((number, Arc::downgrade(&remote)));
                Some(Stub::to(Target::Remote(remote)))
            }
            wit::Capability::Promised(call) | wit::Capability::PromisedAnswer(call) => {
                let promised = match self.answers.get(&call) {
                    Some(kept) => Arc::clone(&kept.promised),
                    None => pending(call)?,
                };
                if matches!(capability, wit::Capability::PromisedAnswer(_)) {
                    promised.may_be_any();
                }
                Some(Stub::to(Target::Promised(promised)))
            }
            // Outside of a mapper.
            wit::Capability::Recorded(_) => None,
        }
    }

    /// Returns true for the source of a signal that tells an invocation that its caller has left.
    pub(super) fn is_signal(&self, capability: wit::Capability) -> bool {
        let (wit::Capability::Imported(index)
        | wit::Capability::Service(index)
        | wit::Capability::Awaitable(index)) = capability
        else {
            return false;
        };
        let stub = self.imported.get(&index);
        matches!(stub.map(Stub::target), Some(Target::Capability(it)) if it.is_signal())
    }

    /// Keeps the answer of a call that the guest does not await but may call.
    pub(super) fn keep(&mut self, call: u32) -> Arc<PromisedAnswer> {
        let kept = Kept { promised: Arc::default(), bytes: 0 };
        Arc::clone(&self.answers.entry(call).or_insert(kept).promised)
    }

    /// Counts the size of an answer that has arrived, if it is kept.
    pub(super) fn count(&mut self, call: u32, bytes: u64) {
        if let Some(kept) = self.answers.get_mut(&call) {
            self.kept_bytes = self.kept_bytes + bytes - kept.bytes;
            kept.bytes = bytes;
        }
    }

    pub(super) fn release(&mut self, capability: wit::Capability) {
        match capability {
            // The loopback stays with the sandbox until it ends.
            wit::Capability::Imported(OWN)
            | wit::Capability::Exported(_)
            | wit::Capability::Borrowed(_)
            | wit::Capability::Recorded(_) => {}
            wit::Capability::Imported(index)
            | wit::Capability::Loader(index)
            | wit::Capability::Service(index)
            | wit::Capability::Awaitable(index) => {
                self.imported.remove(&index);
            }
            wit::Capability::Promised(call) | wit::Capability::PromisedAnswer(call) => {
                if let Some(kept) = self.answers.remove(&call) {
                    self.kept_bytes -= kept.bytes;
                }
            }
        }
    }
}

/// Unbinds the children when the sandbox has ended.
impl Drop for CapabilityTable {
    fn drop(&mut self) {
        self.holder.children.unbind();
    }
}

/// An item that a survey visits.
pub(super) enum Holding<'a> {
    Code(&'a Arc<Code>),
    Stub(&'a Stub),
    Answer(&'a Arc<PromisedAnswer>),
    /// The answer to a pending call, in which calls of this sandbox may wait.
    Pending(&'a Arc<PromisedAnswer>, &'a Lineage),
    Mapper(&'a Arc<Mapper>),
    Waiting(&'a Waiting),
    Invocation(&'a Invocation),
}

impl Holds for Holding<'_> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        match self {
            Self::Code(code) => visitor.shared(code),
            Self::Stub(stub) => stub.visit(visitor),
            Self::Answer(promised) => visitor.shared(promised),
            Self::Pending(promised, own) => {
                visitor.shared(promised);
                promised.waiting(own, |call| call.visit(visitor));
            }
            Self::Mapper(mapper) => visitor.shared(mapper),
            Self::Waiting(waiting) => {
                waiting.target.visit(visitor);
                waiting.call.visit(visitor);
                waiting.mapping.iter().for_each(|mapping| visitor.shared(&mapping.mapper));
            }
            Self::Invocation(invocation) => {
                invocation.result().into_iter().for_each(|value| visitor.value(value));
                if let Some((Receiver::Entrypoint(export), _)) = invocation.called.as_deref() {
                    visitor.shared(export);
                }
            }
        }
    }
}

/// Returns the stub for a number that was never given out. Calls of it fail.
pub(super) fn nothing() -> Stub {
    struct Nothing;
    impl crate::rpc::capability::Capability for Nothing {
        fn call(self: Arc<Self>, _: &str, _: Value) -> crate::rpc::capability::Answer {
            crate::rpc::capability::failed(crate::error::thrown::Thrown::type_error(
                "There is no such capability.",
            ))
        }
    }
    Stub::new(Nothing)
}
