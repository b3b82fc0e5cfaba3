//! References to objects and entrypoints in one particular sandbox.

use std::sync::atomic::Ordering;

use isolet_wire::Value;
use tokio::sync::oneshot;

use crate::error::thrown::Thrown;
use crate::limits::lineage::Lineage;
use crate::limits::watchers::Watching;
use crate::rpc::capability::{Answer, Call, failed};
use crate::rpc::mailbox::{Mailbox, StubHold};
use crate::rpc::request::{Receiver, Reply, Request};
use crate::rpc::survey::{Holds, Visitor};
use crate::support::sync::AtomicBool;

/// A reference to an object or an entrypoint in one particular sandbox.
pub(crate) struct Remote {
    mailbox: Mailbox,
    receiver: Receiver,
    /// True if the sandbox need not be told when the object is released.
    borrowed: AtomicBool,
}

impl Remote {
    pub(crate) fn new(mailbox: Mailbox, receiver: Receiver) -> Self {
        Self { mailbox, receiver, borrowed: AtomicBool::new(false) }
    }

    /// Creates a reference to an object that the sandbox has only until its next event,
    /// unless it is kept.
    pub(crate) fn borrowed(mailbox: Mailbox, number: u32) -> Self {
        Self { mailbox, receiver: Receiver::Exported(number), borrowed: AtomicBool::new(true) }
    }

    pub(crate) fn keep(&self) {
        self.borrowed.store(false, Ordering::Relaxed);
    }

    /// Returns a hold that keeps the sandbox alive for the owner of the stub. Returns
    /// `None` if the sandbox has ended.
    pub(crate) fn hold(&self) -> Option<StubHold> {
        (!self.mailbox.is_closed()).then(|| StubHold::of(self.mailbox.hold()))
    }

    /// Returns true if it lives in the sandbox behind that mailbox.
    pub(crate) fn is_in(&self, mailbox: &Mailbox) -> bool {
        self.mailbox.is(mailbox)
    }

    /// Returns true if it lives in the sandbox of `holder` or in one of its ancestors.
    /// Ancestors end later than the sandbox does.
    pub(crate) fn outlives(&self, holder: &Lineage) -> bool {
        holder.descends_from(self.mailbox.lineage())
    }

    pub(crate) fn props(&self) -> Option<Value> {
        match &self.receiver {
            Receiver::Entrypoint(export) => export.props.clone(),
            Receiver::Exported(_) => None,
        }
    }

    pub(crate) fn is_entrypoint(&self) -> bool {
        matches!(self.receiver, Receiver::Entrypoint(_))
    }

    pub(crate) fn watch(&self) -> Option<Watching> {
        self.mailbox.lineage().watch()
    }

    pub(crate) fn request(&self, call: Call) -> Answer {
        let (reply, answer) = oneshot::channel();
        let (receiver, mailbox) = (self.receiver.clone(), &self.mailbox);
        let reply = Reply::Value(reply);
        let made = Request::new(receiver, call, mailbox.limits(), mailbox.lineage(), reply);
        let (request, owner) = match made {
            Ok(made) => made,
            Err(thrown) => return failed(thrown),
        };
        let token = request.token;
        if self.mailbox.invoke(request).is_err() {
            return failed(Thrown::new(BROKEN));
        }
        let cancel = self.mailbox.cancel_on_drop(token);
        Box::pin(async move {
            let result = answer.await;
            cancel.disarm();
            drop(owner);
            match result {
                Ok(result) => result.take().map_err(Thrown::from_error),
                Err(_) => Err(Thrown::new(BROKEN)),
            }
        })
    }
}

impl Holds for Remote {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        match &self.receiver {
            Receiver::Entrypoint(export) => visitor.shared(export),
            Receiver::Exported(_) if self.borrowed.load(Ordering::Relaxed) => {}
            Receiver::Exported(_) => visitor.exported_by(&self.mailbox),
        }
    }
}

const BROKEN: &str = "The RPC stub is broken: the worker that it belongs to has ended.";

impl Drop for Remote {
    fn drop(&mut self) {
        if let Receiver::Exported(number) = self.receiver
            && !*self.borrowed.get_mut()
        {
            self.mailbox.release(number);
        }
    }
}
