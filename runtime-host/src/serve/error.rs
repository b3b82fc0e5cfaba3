//! Why a request was not answered by the worker.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::body::ResponseBody;
use crate::error::Error;

/// The reason why a response is not the worker's.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The request is not one that HTTP allows.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// The method is `CONNECT` or `TRACE`, which no worker can answer.
    #[error("the method is neither served nor passed to the worker")]
    Method,
    /// The body has more bytes than [`HttpService::max_body_bytes`](super::HttpService).
    #[error(
        "the body of the request is larger than the {limit} bytes allowed \
         (HttpService::max_body_bytes)"
    )]
    BodyTooLarge {
        /// The number of bytes allowed.
        limit: u64,
    },
    /// All sandboxes are in a turn, and as many requests wait as may.
    #[error("{limit} requests wait for a sandbox, as many as may (HttpService::queue)")]
    QueueFull {
        /// The number of requests that may wait.
        limit: usize,
    },
    /// As many `WebSocket`s are open as may.
    #[error("{limit} WebSockets are open, as many as may (WebSockets::limit)")]
    TooManyWebSockets {
        /// The number of sockets that may be open.
        limit: usize,
    },
    /// The call of the worker failed.
    #[error("{0}")]
    Worker(#[from] Error),
    /// The worker's response is not one that HTTP allows.
    #[error("the response of the worker: {0}")]
    Response(&'static str),
}

impl ServeError {
    /// Returns the status of the response: 400, 413 or 501 if the request is at fault; 500 if
    /// the worker is, by an exception, a hang or a response that HTTP does not allow; 503 if
    /// it reached a limit, its sandbox was stopped at one, or there is no room.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::NOT_IMPLEMENTED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::QueueFull { .. }
            | Self::TooManyWebSockets { .. }
            | Self::Worker(
                Error::Limit(_)
                | Error::Overloaded(_)
                | Error::Stopped(_)
                | Error::NotStarted(_)
                | Error::Cancelled,
            ) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Worker(_) | Self::Response(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the reason as one word for records, such as `queueFull` or, for a call that
    /// failed, [`Outcome::as_str`](crate::Outcome::as_str).
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "badRequest",
            Self::Method => "method",
            Self::BodyTooLarge { .. } => "bodyTooLarge",
            Self::QueueFull { .. } => "queueFull",
            Self::TooManyWebSockets { .. } => "webSockets",
            Self::Worker(Error::Overloaded(_)) => "overloaded",
            Self::Worker(error) => error.outcome().as_str(),
            Self::Response(_) => "badResponse",
        }
    }

    /// Creates the response, which says nothing of the cause.
    pub(super) fn into_response(self) -> Response<ResponseBody> {
        let status = self.status();
        let text = status.canonical_reason().unwrap_or_default();
        let mut response = Response::new(ResponseBody::data(format!("{text}\n").into_bytes()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if matches!(self, Self::QueueFull { .. } | Self::Worker(Error::Overloaded(_))) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
