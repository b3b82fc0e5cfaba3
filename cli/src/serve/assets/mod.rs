//! Files that are served before the worker.

mod binding;
mod file;
mod paths;

use std::path::PathBuf;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use serde::Deserialize;

use super::app::AnyBody;
pub(crate) use binding::AssetsBinding;
use file::Asset;
pub(crate) use paths::Html;
use paths::{Target, target};

/// The folder and its settings.
pub(crate) struct AssetsArgs {
    pub(crate) directory: PathBuf,
    pub(crate) html: Html,
    pub(crate) not_found: NotFound,
    pub(crate) worker_first: WorkerFirst,
}

impl AssetsArgs {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            html: Html::default(),
            not_found: NotFound::default(),
            worker_first: WorkerFirst::default(),
        }
    }
}

/// The answer to requests that no file answers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NotFound {
    /// None: they are the worker's.
    #[default]
    None,
    /// The nearest `404.html`, in the folder of the path or above it.
    #[serde(rename = "404-page")]
    Page,
    /// The `index.html` of the folder, with the status 200.
    SinglePageApplication,
}

/// The requests that the worker gets before a file is looked for.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WorkerFirst {
    All(bool),
    /// Requests with these paths. `*` stands for any text, and `!` takes paths out.
    Paths(Vec<String>),
}

impl Default for WorkerFirst {
    fn default() -> Self {
        Self::All(false)
    }
}

impl WorkerFirst {
    fn has(&self, path: &str) -> bool {
        match self {
            Self::All(all) => *all,
            Self::Paths(patterns) => {
                let (without, with): (Vec<_>, Vec<_>) =
                    patterns.iter().partition(|pattern| pattern.starts_with('!'));
                let is_without = |pattern: &&String| {
                    pattern.strip_prefix('!').is_some_and(|it| paths::matches(it, path))
                };
                with.iter().any(|pattern| paths::matches(pattern, path))
                    && !without.iter().any(is_without)
            }
        }
    }
}

/// A folder of files.
pub(crate) struct Assets {
    pub(crate) directory: PathBuf,
    dir: Arc<Dir>,
    html: Html,
    not_found: NotFound,
    worker_first: WorkerFirst,
}

impl Assets {
    /// Opens a folder.
    ///
    /// # Errors
    /// Errors if the folder cannot be opened.
    pub(crate) fn open(args: AssetsArgs) -> Result<Self, String> {
        let AssetsArgs { directory, html, not_found, worker_first } = args;
        let dir = Dir::open_ambient_dir(&directory, ambient_authority())
            .map_err(|error| format!("--assets {}: {error}", directory.display()))?;
        Ok(Self { directory, dir: Arc::new(dir), html, not_found, worker_first })
    }

    /// Answers a request of a client. `None` if the worker answers it.
    pub(crate) async fn answer<B>(&self, request: &Request<B>) -> Option<Response<AnyBody>> {
        if self.worker_first.has(request.uri().path()) {
            return None;
        }
        // The page of an application, or one that says that there is none, is for people.
        let navigates =
            request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
        self.find(request, navigates).await
    }

    /// Answers a request of the worker.
    async fn fetch<B>(&self, request: &Request<B>) -> Response<AnyBody> {
        let found = self.find(request, true).await;
        found.unwrap_or_else(|| status(StatusCode::NOT_FOUND))
    }

    async fn find<B>(&self, request: &Request<B>, or_page: bool) -> Option<Response<AnyBody>> {
        let (dir, html) = (Arc::clone(&self.dir), self.html);
        let not_found = if or_page { self.not_found } else { NotFound::None };
        let path = request.uri().path().to_owned();
        // Opening and reading block.
        let found = tokio::task::spawn_blocking(move || {
            let find = |name: &str| Asset::find(&dir, name);
            let found = target(&path, html, find);
            if matches!(found, Target::None) { instead(&path, not_found, find) } else { found }
        });
        let found = found.await.ok()?;
        let is_head = request.method() == Method::HEAD;
        if !matches!(found, Target::None) && !is_head && request.method() != Method::GET {
            let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Some(response);
        }
        match found {
            Target::Found(asset) => Some(asset.respond(request.headers(), is_head)),
            Target::Instead(asset, status) => Some(asset.instead(status, is_head)),
            Target::Redirect(path) => {
                let query = request.uri().query().map(|query| format!("?{query}"));
                let mut response = status(StatusCode::TEMPORARY_REDIRECT);
                let to = HeaderValue::try_from(path + &query.unwrap_or_default()).ok()?;
                response.headers_mut().insert(LOCATION, to);
                Some(response)
            }
            Target::None => None,
        }
    }
}

/// Finds a page for a path that no file has.
fn instead(path: &str, not_found: NotFound, find: impl Fn(&str) -> Option<Asset>) -> Target<Asset> {
    let (page, status) = match not_found {
        NotFound::None => return Target::None,
        NotFound::SinglePageApplication => (find("index.html"), StatusCode::OK),
        NotFound::Page => (paths::nearest(path, "404.html", find), StatusCode::NOT_FOUND),
    };
    page.map_or(Target::None, |asset| Target::Instead(asset, status))
}

fn empty() -> AnyBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Creates a response without a body.
fn status(status: StatusCode) -> Response<AnyBody> {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::WorkerFirst;

    #[test]
    fn patterns_choose_paths() {
        let patterns = ["/api/*", "!/api/docs/*", "*.cgi"].map(str::to_owned).to_vec();
        let first = WorkerFirst::Paths(patterns);
        for (path, is_first) in [
            ("/api/", true),
            ("/api/a/b", true),
            ("/api/docs/a", false),
            ("/api", false),
            ("/x/y.cgi", true),
            ("/x.cgi/y", false),
            ("/", false),
        ] {
            assert_eq!(first.has(path), is_first, "{path}");
        }
        assert!(WorkerFirst::All(true).has("/"));
        assert!(!WorkerFirst::default().has("/"));
    }
}
