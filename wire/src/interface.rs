//! Classes of the platform that are passed by value.

/// The class of an instance that a message holds as its data.
///
/// A plain object can never look like one, so data that comes from anywhere never turns into an
/// instance on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Interface {
    /// `Headers`: `headers`, a list of names and values.
    Headers = 0,
    /// `Request`: `url`, `method`, `headers`, `body` and more.
    Request = 1,
    /// `Response`: `status`, `statusText`, `headers`, `body` and more.
    Response = 2,
    /// `ReadableStream`: `source`, a capability. Each call of its `pull()` returns the next
    /// bytes, or undefined at the end. `cancel(reason)` ends it.
    ReadableStream = 3,
    /// `WritableStream`: `sink`, a capability with `write(bytes)`, `close()` and
    /// `abort(reason)`.
    WritableStream = 4,
    /// `Blob`: `type` and `bytes`.
    Blob = 5,
    /// `AbortSignal`: the `reason` if it is aborted, otherwise `source`. That is a capability
    /// whose `aborted()` returns the reason, in a list, when the signal is aborted.
    AbortSignal = 6,
}

impl Interface {
    /// All interfaces, in the order of their bytes.
    pub const ALL: [Self; 7] = [
        Self::Headers,
        Self::Request,
        Self::Response,
        Self::ReadableStream,
        Self::WritableStream,
        Self::Blob,
        Self::AbortSignal,
    ];

    /// Returns true for a stream, whose content is more than what the message holds.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::ReadableStream | Self::WritableStream)
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Returns the name of the class.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Headers => "Headers",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::ReadableStream => "ReadableStream",
            Self::WritableStream => "WritableStream",
            Self::Blob => "Blob",
            Self::AbortSignal => "AbortSignal",
        }
    }
}
