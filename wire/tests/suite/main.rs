//! Tests of the format from outside.

#![allow(clippy::unwrap_used, reason = "tests")]

mod capabilities;
mod corpus;
mod embedded;
mod foreign;
mod json;
mod limits;
mod malformed;
mod messages;
#[path = "../../../fuzz/oracles/src/wire.rs"]
mod oracle;
mod plain_data;
mod properties;
mod replaced;
