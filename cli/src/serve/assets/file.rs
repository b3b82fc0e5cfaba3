//! A file as a response.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use cap_std::fs::{Dir, File};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::empty;
use crate::disk;
use crate::serve::app::{AnyBody, AnyError};

/// The time after which a file system gives a change another time.
const RESOLUTION: Duration = Duration::from_secs(2);

/// The bytes that are read at a time.
const CHUNK: usize = 64 << 10;

/// A file that was found.
pub(super) struct Asset {
    file: File,
    length: u64,
    modified: Option<SystemTime>,
    content_type: &'static str,
}

/// The part of a file that is asked for: the first byte and the one after the last.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(u64, u64),
    /// The file has no such part.
    Nothing,
}

impl Asset {
    /// Opens a file of a folder. `None` if there is none that may be served.
    pub(super) fn find(dir: &Dir, name: &str) -> Option<Self> {
        let file = disk::find(dir, name).ok().flatten()?;
        let metadata = file.metadata().ok()?;
        Some(Self {
            file,
            length: metadata.len(),
            modified: metadata.modified().ok().map(cap_std::time::SystemTime::into_std),
            content_type: content_type(name),
        })
    }

    /// Creates a response with the status 200, or with that of what the headers ask for.
    pub(super) fn respond(self, request: &HeaderMap, is_head: bool) -> Response<AnyBody> {
        let etag = self.etag(SystemTime::now());
        let is_known = etag.as_ref().is_some_and(|etag| is_matched(request, etag));
        let asked = if is_head { Asked::All } else { asked(request, self.length, etag.as_deref()) };
        let mut response = self.head(etag);
        if is_known {
            response.headers_mut().remove(CONTENT_TYPE);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        let (start, end) = match asked {
            Asked::All => (0, self.length),
            Asked::Part(start, end) => (start, end),
            Asked::Nothing => {
                response.headers_mut().remove(CONTENT_TYPE);
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                insert(&mut response, CONTENT_RANGE, format!("bytes */{}", self.length));
                return response;
            }
        };
        if let Asked::Part(..) = asked {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let range = format!("bytes {start}-{}/{}", end.saturating_sub(1), self.length);
            insert(&mut response, CONTENT_RANGE, range);
        }
        if is_head {
            response.headers_mut().insert(CONTENT_LENGTH, self.length.into());
        } else {
            let reading = Reading::File(Some(self.file));
            let content = Content { at: start, left: end.saturating_sub(start), reading };
            *response.body_mut() = content.boxed_unsync();
        }
        response
    }

    /// Creates a response of the whole file, in place of one that was not found.
    pub(super) fn instead(self, status: StatusCode, is_head: bool) -> Response<AnyBody> {
        let mut response = self.respond(&HeaderMap::new(), is_head);
        *response.status_mut() = status;
        response
    }

    fn head(&self, etag: Option<String>) -> Response<AnyBody> {
        let mut response = Response::new(empty());
        let headers = response.headers_mut();
        let known = HeaderValue::from_static;
        headers.insert(CACHE_CONTROL, known("public, max-age=0, must-revalidate"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, known("nosniff"));
        headers.insert(ACCEPT_RANGES, known("bytes"));
        headers.insert(CONTENT_TYPE, known(self.content_type));
        if let Some(etag) = etag {
            insert(&mut response, ETAG, etag);
        }
        response
    }

    /// Returns an identifier that changes with the file. It is weak as long as the file may be
    /// written again within the resolution of its time.
    fn etag(&self, now: SystemTime) -> Option<String> {
        let modified = self.modified?;
        let time = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let is_settled = now.duration_since(modified).is_ok_and(|age| age > RESOLUTION);
        let weak = if is_settled { "" } else { "W/" };
        Some(format!("{weak}\"{:x}-{:x}\"", self.length, time.as_nanos()))
    }
}

/// Sets a header. The value is text of numbers.
fn insert(response: &mut Response<AnyBody>, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Returns what the headers ask for. Several ranges, and those that are none, are ignored. So are
/// all if the client has another file than this one.
fn asked(request: &HeaderMap, length: u64, etag: Option<&str>) -> Asked {
    let range = request.get(RANGE).and_then(|range| range.to_str().ok());
    let is_same = request.get(IF_RANGE).is_none_or(|known| {
        etag.is_some_and(|etag| !etag.starts_with("W/") && known.as_bytes() == etag.as_bytes())
    });
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")).filter(|_| is_same)
    else {
        return Asked::All;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large is past every end.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = range.trim().split_once('-') else { return Asked::All };
    match (number(first), number(last)) {
        (None, Some(count)) if first.is_empty() => {
            let start = length - count.min(length);
            if start < length { Asked::Part(start, length) } else { Asked::Nothing }
        }
        (Some(start), None) if last.is_empty() => {
            if start < length {
                Asked::Part(start, length)
            } else {
                Asked::Nothing
            }
        }
        (Some(start), Some(end)) if start <= end => {
            if start < length {
                Asked::Part(start, end.saturating_add(1).min(length))
            } else {
                Asked::Nothing
            }
        }
        _ => Asked::All,
    }
}

/// Returns true if the client has the file already.
fn is_matched(request: &HeaderMap, etag: &str) -> bool {
    let strong = etag.trim_start_matches("W/");
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/") == strong
    })
}

fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}

/// The content of a file, read as the client takes it.
struct Content {
    at: u64,
    left: u64,
    reading: Reading,
}

enum Reading {
    File(Option<File>),
    Chunk(JoinHandle<io::Result<(File, Vec<u8>)>>),
}

impl Body for Content {
    type Data = Bytes;
    type Error = AnyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnyError>>> {
        loop {
            let (at, left) = (self.at, self.left);
            match &mut self.reading {
                Reading::File(file) => {
                    let Some(mut file) = file.take().filter(|_| left > 0) else {
                        return Poll::Ready(None);
                    };
                    let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
                    self.reading = Reading::Chunk(tokio::task::spawn_blocking(move || {
                        let mut bytes = vec![0; length];
                        file.seek(SeekFrom::Start(at))?;
                        file.read_exact(&mut bytes)?;
                        Ok((file, bytes))
                    }));
                }
                Reading::Chunk(reading) => {
                    let read = ready!(Pin::new(reading).poll(cx));
                    self.reading = Reading::File(None);
                    let (file, bytes) = read.map_err(io::Error::other).and_then(|read| read)?;
                    self.at = at.saturating_add(bytes.len() as u64);
                    self.left = left.saturating_sub(bytes.len() as u64);
                    self.reading = Reading::File(Some(file));
                    return Poll::Ready(Some(Ok(Frame::data(bytes.into()))));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::{IF_RANGE, RANGE};

    use super::{Asked, asked};

    #[test]
    fn one_range_is_served() {
        let of = |range: &str, length| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, range.parse().expect("a value"));
            asked(&headers, length, Some("\"a\""))
        };
        for (range, asked) in [
            ("bytes=0-0", Asked::Part(0, 1)),
            ("bytes=2-", Asked::Part(2, 10)),
            ("bytes=2-99999999999999999999", Asked::Part(2, 10)),
            ("bytes=-3", Asked::Part(7, 10)),
            ("bytes=-99", Asked::Part(0, 10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=3-2", Asked::All),
            ("bytes=-", Asked::All),
            ("bytes=+1-2", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=", Asked::All),
        ] {
            assert_eq!(of(range, 10), asked, "{range}");
        }
        assert_eq!(of("bytes=0-", 0), Asked::Nothing);
        assert_eq!(of("bytes=-1", 0), Asked::Nothing);
    }

    #[test]
    fn a_range_of_another_file_is_the_whole() {
        let of = |known: &str, etag| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, "bytes=0-0".parse().expect("a value"));
            headers.insert(IF_RANGE, known.parse().expect("a value"));
            asked(&headers, 10, etag)
        };
        assert_eq!(of("\"a\"", Some("\"a\"")), Asked::Part(0, 1));
        for (known, etag) in [
            ("\"b\"", Some("\"a\"")),
            ("W/\"a\"", Some("W/\"a\"")),
            ("\"a\"", Some("W/\"a\"")),
            ("\"a\"", None),
            ("Sun, 29 Nov 2026 00:00:00 GMT", Some("\"a\"")),
        ] {
            assert_eq!(of(known, etag), Asked::All, "{known} {etag:?}");
        }
    }
}
