//! Files that are served before the worker.

use std::io::{self, Read as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::app::{AnyBody, AnyError};
use crate::disk;

/// The file that stands for a folder.
const INDEX: &str = "index.html";

/// The bytes that are read at a time.
const CHUNK: usize = 64 << 10;

/// The longest path, in bytes.
const MAX_PATH: usize = 4 << 10;

/// A folder of files.
pub(crate) struct Assets(Arc<Dir>);

/// A file that was found.
struct Asset {
    file: File,
    length: u64,
    modified: Option<SystemTime>,
    content_type: &'static str,
}

impl Assets {
    /// Opens a folder.
    ///
    /// # Errors
    /// Errors if the folder cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        Dir::open_ambient_dir(path, ambient_authority())
            .map(|dir| Self(Arc::new(dir)))
            .map_err(|error| format!("--assets {}: {error}", path.display()))
    }

    /// Answers a request for a file. `None` if there is no such file: the worker answers.
    pub(crate) async fn answer<B>(&self, request: &Request<B>) -> Option<Response<AnyBody>> {
        let is_read = request.method() == Method::GET || request.method() == Method::HEAD;
        let name = name_of(request.uri().path())?;
        let dir = Arc::clone(&self.0);
        // Opening and reading block.
        let found = tokio::task::spawn_blocking(move || find(&dir, &name)).await.ok()??;
        if !is_read {
            let mut response = Response::new(empty());
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Some(response);
        }
        Some(found.respond(request.headers(), request.method() == Method::HEAD))
    }
}

impl Asset {
    fn respond(self, request: &HeaderMap, is_head: bool) -> Response<AnyBody> {
        let etag = self.etag();
        let mut response = Response::new(empty());
        let headers = response.headers_mut();
        headers
            .insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=0, must-revalidate"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let is_known = etag.as_ref().is_some_and(|etag| is_matched(request, etag));
        if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            headers.insert(ETAG, etag);
        }
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if is_head {
            headers.insert(CONTENT_LENGTH, self.length.into());
        } else {
            let content = Content { left: self.length, reading: Reading::File(Some(self.file)) };
            *response.body_mut() = content.boxed_unsync();
        }
        response
    }

    /// Returns an identifier that changes with the file. It is weak: a file may be written twice
    /// within the resolution of its time.
    fn etag(&self) -> Option<String> {
        let time = self.modified?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("W/\"{:x}-{:x}\"", self.length, time.as_nanos()))
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

fn empty() -> AnyBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Returns the name of the file that a path stands for. `None` if no file can have it.
fn name_of(path: &str) -> Option<String> {
    if path.len() > MAX_PATH {
        return None;
    }
    let path = String::from_utf8(decoded(path.strip_prefix('/')?)?).ok()?;
    let is_folder = path.is_empty() || path.ends_with('/');
    let name = if is_folder { format!("{path}{INDEX}") } else { path };
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    let is_safe = name.split('/').all(is_plain) && !name.contains(['\0', '\\', ':']);
    is_safe.then_some(name)
}

/// Returns the bytes of a text with `%` escapes.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        };
        // A slash that is escaped is part of a name, and no name has one.
        if byte == b'/' && decoded.last() == Some(&b'/') {
            return None;
        }
        decoded.push(byte);
    }
    Some(decoded)
}

fn find(dir: &Dir, name: &str) -> Option<Asset> {
    let file = disk::find(dir, name).ok().flatten()?;
    let metadata = file.metadata().ok()?;
    Some(Asset {
        file,
        length: metadata.len(),
        modified: metadata.modified().ok().map(cap_std::time::SystemTime::into_std),
        content_type: content_type(name),
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
            let left = self.left;
            match &mut self.reading {
                Reading::File(file) => {
                    let Some(mut file) = file.take().filter(|_| left > 0) else {
                        return Poll::Ready(None);
                    };
                    let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
                    self.reading = Reading::Chunk(tokio::task::spawn_blocking(move || {
                        let mut bytes = vec![0; length];
                        file.read_exact(&mut bytes)?;
                        Ok((file, bytes))
                    }));
                }
                Reading::Chunk(reading) => {
                    let read = ready!(Pin::new(reading).poll(cx));
                    self.reading = Reading::File(None);
                    let (file, bytes) = read.map_err(io::Error::other).and_then(|read| read)?;
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
    use super::name_of;

    #[test]
    fn names_stay_in_the_folder() {
        for (path, name) in [
            ("/", "index.html"),
            ("/a/", "a/index.html"),
            ("/a/b.css", "a/b.css"),
            ("/a%20b.txt", "a b.txt"),
            ("/%C3%BC", "ü"),
        ] {
            assert_eq!(name_of(path).as_deref(), Some(name), "{path}");
        }
        for path in [
            "*",
            "",
            "//etc/passwd",
            "/..",
            "/../a",
            "/a/../b",
            "/%2e%2e/a",
            "/a/%2e%2e%2fb",
            "/.git/config",
            "/a/.env",
            "/.env",
            "/a//b",
            "/a%2f/b",
            "/%",
            "/%2",
            "/%zz",
            "/%00",
            "/a\\b",
            "/%5c..",
            "/c:a",
            "/%ff",
        ] {
            assert_eq!(name_of(path), None, "{path}");
        }
    }
}
