//! Capabilities within types that serde serializes and deserializes.
//!
//! A type that stands for a capability implements `Serialize` and `Deserialize` with these
//! functions, or names this module in `#[serde(with = "…")]`:
//!
//! ```
//! use isolet_wire::{Attachment, Value, capability};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Call {
//!     name: String,
//!     #[serde(with = "capability")]
//!     back: Attachment,
//! }
//!
//! let back: Attachment = std::sync::Arc::new("a stub of the host");
//! let message = Value::from_serialize(&Call { name: "f".to_owned(), back })?;
//! assert_eq!(message.capabilities().len(), 1);
//! let call: Call = message.to()?;
//! assert_eq!(call.back.downcast_ref(), Some(&"a stub of the host"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! As with a [`Value`](crate::Value), only isolet's own messages can hold a capability. Any
//! other format is an error, and so is a type that serde buffers.

use std::any::Any;
use std::sync::Arc;

use serde::{Deserializer, Serializer};

use crate::embed;

/// The object that a message's capability stands for, in the representation of its sender or
/// receiver. It is opaque to this crate. isolet's host keeps its stubs in it.
pub type Attachment = Arc<dyn Any + Send + Sync>;

/// Serializes a capability.
///
/// # Errors
/// Errors if the serializer is not that of
/// [`Value::from_serialize`](crate::Value::from_serialize).
pub fn serialize<S: Serializer>(capability: &Attachment, serializer: S) -> Result<S::Ok, S::Error> {
    embed::write(embed::Item::Capability(capability), serializer)
}

/// Deserializes a capability.
///
/// # Errors
/// Errors with [`DecodeError::NotACapability`](crate::DecodeError::NotACapability) if the value
/// is something else. Also errors if the deserializer is not that of
/// [`Value::to`](crate::Value::to).
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Attachment, D::Error> {
    embed::read_capability(deserializer)
}
