//! Streams of bytes as values of Rust.

mod host;
mod readable;
mod writable;

use isolet_wire::{Interface, Value, Writer};
use serde::Serializer;
use serde::ser::Error as _;

use crate::error::thrown::Thrown;
use crate::rpc::bytes::Bytes;
use crate::rpc::stub::Stub;

pub use readable::ByteStream;
pub use writable::ByteSink;

/// The maximum number of bytes of a stream in one message, the same as in guests. Larger
/// chunks are sent in parts.
const MOST: usize = 256 << 10;

const SENT: &str = "the stream was sent already";

/// Serializes an instance of the platform that leads to the stub.
pub(crate) fn serialize<S: Serializer>(
    interface: Interface,
    end: &str,
    stub: Option<Stub>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let stub = stub.ok_or_else(|| S::Error::custom(SENT))?;
    let mut writer = Writer::new();
    writer.begin_interface(interface);
    writer.string(end);
    writer.capability(0);
    writer.end();
    let value = Value::from_bytes(writer.finish(), vec![stub.to_attachment()]);
    serde::Serialize::serialize(&value.map_err(S::Error::custom)?, serializer)
}

/// Returns the error for a stream that was sent and now belongs to somebody else.
fn sent() -> crate::Error {
    Thrown::type_error(SENT).into_error()
}

/// An iterator over the parts in which bytes are sent.
#[derive(Default)]
struct Parts {
    bytes: Vec<u8>,
    at: usize,
}

impl Parts {
    fn of(bytes: Bytes) -> Self {
        Self { bytes: bytes.into_vec(), at: 0 }
    }
}

impl Iterator for Parts {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.at >= self.bytes.len() {
            return None;
        }
        if self.at == 0 && self.bytes.len() <= MOST {
            return Some(std::mem::take(&mut self.bytes).into());
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let part = rest.get(..MOST).unwrap_or(rest).to_vec();
        self.at += part.len();
        Some(part.into())
    }
}
