//! The binding through which a worker reads the files.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _};
use http::{HeaderMap, Request, Uri};
use http_body_util::BodyDataStream;
use isolet::{Answer, ByteStream, Capability, Thrown, Value};
use serde::{Deserialize, Serialize};

use super::Assets;

/// `env.ASSETS`: `fetch(request)` answers as the server does, whatever the host of the URL.
pub(crate) struct AssetsBinding(pub(crate) Arc<Assets>);

/// The parts of a request that matter for a file.
#[derive(Deserialize)]
struct Given {
    url: String,
    method: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

/// A response.
#[derive(Serialize)]
struct Found {
    status: u16,
    headers: Vec<(String, String)>,
    body: Option<ByteStream>,
}

impl AssetsBinding {
    async fn fetch(&self, arguments: Value) -> Result<Value, Thrown> {
        let bad = |error: &dyn std::fmt::Display| Thrown::type_error(format!("fetch: {error}"));
        let (given,) = arguments.to::<(Given,)>().map_err(|error| bad(&error))?;
        let uri: Uri = given.url.parse().map_err(|error| bad(&error))?;
        let mut request = Request::new(());
        *request.method_mut() = given.method.parse().map_err(|error| bad(&error))?;
        *request.uri_mut() = uri;
        let pairs = given.headers.iter();
        *request.headers_mut() = pairs
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
            .collect();
        let (head, body) = self.0.fetch(&request).await.into_parts();
        let has_body = !hyper::body::Body::is_end_stream(&body);
        let chunks = BodyDataStream::new(body)
            .map_ok(|chunk| chunk.to_vec())
            .map_err(|error| Thrown::new(error.to_string()));
        let found = Found {
            status: head.status.as_u16(),
            headers: pairs_of(&head.headers),
            body: has_body.then(|| ByteStream::new(chunks.boxed())),
        };
        Value::from_serialize(&found).map_err(|error| bad(&error))
    }
}

fn pairs_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

impl Capability for AssetsBinding {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        if method == "fetch" {
            return Box::pin(async move { self.fetch(arguments).await });
        }
        Box::pin(std::future::ready(Err(Thrown::no_method(method))))
    }
}
