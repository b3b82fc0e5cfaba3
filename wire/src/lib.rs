//! The structured-clone byte format of the messages between isolet's host and its guest, and
//! what both sides do with it.
//!
//! A message is a [`Value`]: bytes that were checked once, without a tree behind them, and the
//! capabilities that they name. Passing one on costs nothing, dropping one frees its bytes at
//! once, and nothing here recurses on the depth of a message. A [`Value`] can also be part of
//! any type that goes through serde, next to plain data or in the place of something without a
//! Rust type.
//!
//! ```
//! use isolet_wire::Value;
//!
//! let value = Value::from_serialize(&("x", 21, Some(1.5)))?;
//! assert_eq!(value.to_json(), r#"["x",21,1.5]"#);
//! let (name, count, _): (String, u32, f64) = value.to()?;
//! assert_eq!((name.as_str(), count), ("x", 21));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which type to use
//!
//! | type | what it is for | cost |
//! |---|---|---|
//! | [`Value`] | a whole message, valid by construction, or a part of one within a serde type | one `Vec<u8>`, and an `Arc` for each capability |
//! | [`Checked`] | a message that was checked in slices, before its capabilities are there | none |
//! | [`capability`] | a function or stub within a serde type | an `Arc` |
//! | [`Part`] | a value within a message, by the names that lead to it | only the search |
//! | [`Elements`] | the items of an array one by one, each as its own type | none beyond decoding |
//! | [`Writer`] | writing a message item by item | an append each |
//! | [`Reader`] | tokens of bytes that may be anything | no allocation |
//! | [`Walker`] | the same with the structure checked, and keys told from values | a byte for each level, and 8 for each count in it |
//!
//! # The format, version 1
//!
//! A message is the version byte `1` and exactly one value. A value is a tag byte, followed by
//! what the tag says:
//!
//! | tag | | what follows |
//! |---|---|---|
//! | 0 | End | nothing; closes the containers below that say so |
//! | 1, 2, 3, 4 | Undefined, Null, True, False | nothing |
//! | 5 | Int | zigzag varint, within ±(2^53 - 1); never -0 |
//! | 6 | Float | `f64`, little endian |
//! | 7 | `BigInt` | sign byte (1 is negative), varint length, lower-case hex digits without leading zeros; zero is `0` and positive |
//! | 8 | String | varint length, UTF-8 |
//! | 9 | `StringUtf16` | varint number of units, units little endian; only for text with a lone surrogate |
//! | 10 | Date | `f64`, milliseconds since the Unix epoch; NaN is an invalid date |
//! | 11 | `RegExp` | source and flags, both tagged strings |
//! | 12 | Boxed | a boolean, number, bigint or string: the primitive of a wrapper object |
//! | 13 | Array | varint count, that many values |
//! | 14 | `SparseArray` | varint length below 2^32, (key, value)*, End; index keys come first, ascending, below the length |
//! | 15 | Object | (key, value)*, End |
//! | 16 | Map | (value, value)*, End |
//! | 17 | Set | value*, End |
//! | 18 | Error | name and message, tagged strings; stack, a tagged string or Undefined; (key, value)*, End. `cause` is an entry |
//! | 19 | `ArrayBuffer` | varint length, bytes |
//! | 20 | View | kind byte ([`ViewKind`]), an `ArrayBuffer` or a Ref to one, varint byte offset, varint length in elements (bytes for a `DataView`) |
//! | 21 | Ref | varint index of an object that has begun |
//! | 22 | Capability | varint position in the message's list of capabilities |
//! | 23 | Interface | kind byte ([`Interface`]), (key, value)*, End |
//! | 24 | `DomException` | as an Error |
//!
//! A varint is LEB128 of a `u64` in its shortest form. A key is a tagged string. The tags 10 to
//! 20 and 22 to 24 begin objects. Objects are numbered from 0 in the order in which they begin,
//! a view before its buffer, so that shared references and cycles survive. A capability
//! position may occur more than once and then means the same object. The bytes do not say what
//! a capability is: that is the [`Attachment`] at its position.
//!
//! # Limits
//!
//! The caller must limit the size of a message, before [`Value::from_bytes`]. Decoding to a
//! type errors beyond [`MAX_DEPTH`] levels, because the type's own code recurses. References
//! are only expanded as far as [`EXPANSION_BASE`] and [`EXPANSION_FACTOR`] allow.

mod bigint;
pub mod capability;
mod checked;
mod copy;
mod de;
mod elements;
mod embed;
mod error;
mod error_parts;
mod format;
mod interface;
mod json;
mod kind;
mod number;
mod output;
mod part;
mod reader;
mod ser;
mod shared;
mod table;
mod text;
mod value;
mod view;
mod walker;
mod writer;

pub use bigint::BigInt;
pub use capability::Attachment;
pub use checked::Checked;
pub use elements::Elements;
pub use error::{DecodeError, EncodeError, Problem, WireError};
pub use error_parts::ErrorParts;
pub use interface::Interface;
pub use kind::Kind;
pub use part::Part;
pub use reader::{Reader, Token};
pub use text::{Text, Units};
pub use value::Value;
pub use view::{Buffer, View, ViewKind};
pub use walker::{Event, Walker};
pub use writer::{Mark, Writer};

/// The maximum depth of a message for [`Value::to`]. Each array, object, map, set and error is
/// one level.
pub const MAX_DEPTH: usize = 256;

/// The maximum number of bytes of a message that expanding shared references may read again, if
/// the message is small.
pub const EXPANSION_BASE: usize = 1 << 20;

/// The number of bytes that a message may read again beyond [`EXPANSION_BASE`], as a multiple
/// of its size.
pub const EXPANSION_FACTOR: usize = 2;

/// The cost of a hole of a sparse array in that budget. A hole takes no bytes of the message,
/// but becomes an item of whatever type is decoded. So at most 61,680 holes are decoded from a
/// message of less than half a mebibyte.
pub const HOLE_COST: usize = 16;

/// The maximum number of hex digits of a `BigInt` that is written in decimal, which takes at
/// most 617 digits. A longer one becomes `0x` and its hex digits, after `-` if it is negative,
/// both in JSON and as a `String`. The conversion takes quadratic time, and a message may be
/// full of such numbers.
pub const MAX_DECIMAL_DIGITS: usize = 512;
