//! What is asked of a capability.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet_wire::Value;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::limits::fuel_account::FuelAccount;

/// How many names a path may have: those that a program may write, and the
/// export that they may begin at.
pub(crate) const MAX_PATH: usize = 65;

/// A call of what a path leads to, or without arguments a read of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The names of properties, from the capability on; at most 65. In
    /// `stub.a.b(1)` they are `a` and `b`, and in `stub(1)` there are none.
    pub path: Vec<String>,
    /// An array: the arguments.
    pub arguments: Option<Value>,
    /// The invocation that makes it; none if Rust does.
    pub(crate) payer: Option<Arc<FuelAccount>>,
    /// What the answer may take, if that is not what the callee's limits say.
    pub(crate) answer_bytes: Option<u64>,
}

/// A call that is under way. It holds nothing of its arguments, so that it can be
/// spawned.
pub type Calling<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Call {
    pub(crate) fn of(path: Vec<String>, arguments: Option<Value>) -> Self {
        Self { path, arguments, payer: None, answer_bytes: None }
    }

    /// Counts what the host does for it; false if whoever pays has no more.
    pub(crate) fn charge(&self, operations: usize) -> bool {
        self.payer.as_ref().is_none_or(|payer| payer.charge(operations as u64))
    }

    /// The same, at the cost of an invocation.
    pub(crate) fn paid_by(mut self, payer: Option<Arc<FuelAccount>>) -> Self {
        self.payer = payer;
        self
    }

    /// A call of a method.
    pub fn method(name: impl Into<String>, arguments: Value) -> Self {
        Self::of(vec![name.into()], Some(arguments))
    }

    /// A call of the capability itself, if it is a function.
    pub fn function(arguments: Value) -> Self {
        Self::of(Vec::new(), Some(arguments))
    }

    /// The value of a property.
    pub fn property(name: impl Into<String>) -> Self {
        Self::of(vec![name.into()], None)
    }
}

/// Arguments as an array; `()` is none.
pub(crate) fn arguments_of(arguments: &impl Serialize) -> Result<Value> {
    let value = Value::from_serialize(arguments)?;
    if value.is_undefined() {
        return Ok(Value::array_of(&[]));
    }
    if value.elements().is_none() {
        return Err(Error::InvalidCode("the arguments of a call are a tuple or a list".to_owned()));
    }
    Ok(value)
}
