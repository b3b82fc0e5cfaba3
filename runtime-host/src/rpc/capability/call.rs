//! Calls of capabilities.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet_wire::Value;
use serde::Serialize;

use crate::error::Result;
use crate::error::invalid::CodeError;
use crate::limits::fuel_account::FuelAccount;
use crate::rpc::survey::{Holds, Visitor};

/// The maximum number of names in a path: those that a program may write, and the export
/// at which the path may begin.
pub(crate) const MAX_PATH: usize = 65;

/// A call of what a path leads to. Without arguments, it is a read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The names of properties, starting at the capability; at most 65. In `stub.a.b(1)`
    /// they are `a` and `b`, and in `stub(1)` there are none.
    pub path: Vec<String>,
    /// The arguments, as an array.
    pub arguments: Option<Value>,
    /// The invocation that makes the call. `None` if the embedder makes it.
    pub(crate) payer: Option<Arc<FuelAccount>>,
    /// The number of the call in the sandbox that makes it. 0 if it has none.
    pub(crate) number: u32,
    /// The maximum size of the answer in bytes, if the callee's limits do not decide it.
    pub(crate) answer_bytes: Option<u64>,
}

/// A call in progress. It borrows nothing from its arguments, so that it can be spawned.
pub type Calling<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Call {
    pub(crate) fn of(path: Vec<String>, arguments: Option<Value>) -> Self {
        Self { path, arguments, payer: None, number: 0, answer_bytes: None }
    }

    /// Charges the payer for the host's work on the call. Returns false if the payer's
    /// fuel was exhausted before.
    pub(crate) fn charge(&self, operations: usize) -> bool {
        self.payer.as_ref().is_none_or(|payer| payer.charge(operations as u64))
    }

    /// Returns the same call, paid by an invocation.
    pub(crate) fn paid_by(mut self, payer: Option<Arc<FuelAccount>>) -> Self {
        self.payer = payer;
        self
    }

    /// Returns the same call, made for the call of that number in the sandbox that pays.
    pub(crate) fn numbered(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Creates a call of a method.
    pub fn method(name: impl Into<String>, arguments: Value) -> Self {
        Self::of(vec![name.into()], Some(arguments))
    }

    /// Creates a call of the capability itself, if it is a function.
    pub fn function(arguments: Value) -> Self {
        Self::of(Vec::new(), Some(arguments))
    }

    /// Creates a read of a property.
    pub fn property(name: impl Into<String>) -> Self {
        Self::of(vec![name.into()], None)
    }
}

impl Holds for Call {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.arguments.iter().for_each(|arguments| visitor.value(arguments));
    }
}

/// Returns the arguments as an array. `()` becomes the empty array.
pub(crate) fn arguments_of(arguments: &impl Serialize) -> Result<Value> {
    let value = Value::from_serialize(arguments)?;
    if value.is_undefined() {
        return Ok(Value::array_of(&[]));
    }
    if value.elements().is_none() {
        return Err(CodeError::Arguments.into());
    }
    Ok(value)
}
