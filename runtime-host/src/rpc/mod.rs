//! Calls: the values that can be called, the messages, and the channels between sandboxes.

pub(crate) mod bytes;
pub(crate) mod cancel_slot;
pub(crate) mod capability;
pub(crate) mod export;
pub(crate) mod mailbox;
pub(crate) mod mapper;
pub(crate) mod promised_answer;
pub(crate) mod remote;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod right;
pub(crate) mod stream;
pub(crate) mod stub;
pub(crate) mod survey;
pub(crate) mod target;
#[cfg(any(feature = "net", feature = "serve"))]
pub(crate) mod web_socket;
