//! The schemas of types: those of this crate, and those that a capability's methods name.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::super::returned::Kind;
use crate::rpc::bytes::Bytes;
use crate::rpc::stream::{ByteSink, ByteStream};
use crate::rpc::stub::Stub;

macro_rules! stated {
    ($($type:ty: $name:literal is $typescript:literal;)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
                // Without `anyOf`, schemars would take the schema as one that allows null
                // already.
                json_schema!({ "anyOf": [{ "x-typescript": $typescript }] })
            }
        }
    )*};
}

stated! {
    ByteSink: "WritableStream" is "WritableStream";
    ByteStream: "ReadableStream" is "ReadableStream";
    Bytes: "Bytes" is "Uint8Array";
    Stub: "RpcStub" is "RpcStub";
}

/// A function that returns the schema of a type.
pub(super) type Generate = fn(&mut SchemaGenerator) -> Value;

/// A probe of the type `T`. The expansion asks `(&&Shape::<T>::new()).schema()`, and gets
/// the type's schema if it has one, and otherwise one that allows anything. Types without a
/// schema must compile, because another crate of the program may have enabled this feature.
pub struct Shape<T>(PhantomData<fn() -> T>);

impl<T> Shape<T> {
    /// Creates a probe. Free: it holds no data.
    #[allow(clippy::new_without_default, reason = "only the macro's expansion makes one")]
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Creates a probe of what a method returns, without the error.
    pub fn of<K: Kind<Value = T>>(_: &K) -> Self {
        Self(PhantomData)
    }
}

/// The schema of a type, or of any value.
pub trait Schema {
    /// Returns the function that generates the schema.
    fn schema(&self) -> Generate;
}

impl<T: JsonSchema> Schema for &Shape<T> {
    fn schema(&self) -> Generate {
        |generator| generator.subschema_for::<T>().to_value()
    }
}

impl<T> Schema for Shape<T> {
    fn schema(&self) -> Generate {
        |_| Value::Bool(true)
    }
}
