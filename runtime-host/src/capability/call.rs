//! What is asked of a capability.

use isolet_wire::Value;

/// How many names a path may have.
pub(crate) const MAX_PATH: usize = 64;

/// A call of what a path leads to, or without arguments a read of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The names of properties, from the capability on; at most 64. In
    /// `stub.a.b(1)` they are `a` and `b`, and in `stub(1)` there are none.
    pub path: Vec<String>,
    /// An array: the arguments.
    pub arguments: Option<Value>,
}

impl Call {
    /// A call of a method.
    pub fn method(name: impl Into<String>, arguments: Value) -> Self {
        Self { path: vec![name.into()], arguments: Some(arguments) }
    }

    /// A call of the capability itself, if it is a function.
    pub fn function(arguments: Value) -> Self {
        Self { path: Vec::new(), arguments: Some(arguments) }
    }

    /// The value of a property.
    pub fn property(name: impl Into<String>) -> Self {
        Self { path: vec![name.into()], arguments: None }
    }
}
