//! The format from outside.

#![allow(clippy::unwrap_used, reason = "tests")]

mod corpus;
mod json;
mod limits;
mod malformed;
mod messages;
mod plain_data;
