//! A registry on this machine.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A response with a status and headers of its own.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// A request that the server got.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) accept: String,
}

#[derive(Default)]
struct State {
    packages: BTreeMap<String, Package>,
    replies: BTreeMap<String, Reply>,
    /// The replies to the next request of a path alone.
    next: BTreeMap<String, Reply>,
    got: Vec<Got>,
}

#[derive(Default)]
struct Package {
    versions: BTreeMap<String, Value>,
    tags: BTreeMap<String, String>,
    times: BTreeMap<String, Timestamp>,
    archives: BTreeMap<String, Vec<u8>>,
}

/// A registry that ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let state = Arc::clone(&shared);
                let service = service_fn(move |request| {
                    let reply = answer(&mut state.lock().unwrap(), &request);
                    async move { Ok::<_, Infallible>(reply) }
                });
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, state, task }
    }

    /// Publishes a version with these members of its `package.json`, long ago.
    pub(crate) fn publish(&self, name: &str, version: &str, members: Value) {
        self.publish_aged(name, version, members, Duration::from_hours(365 * 24));
    }

    pub(crate) fn publish_aged(&self, name: &str, version: &str, members: Value, age: Duration) {
        let manifest = json!({ "name": name, "version": version }).to_string();
        let archive = archive(&[("package/package.json", manifest.as_bytes())]);
        self.publish_archive(name, version, members, &archive);
        let mut state = self.state.lock().unwrap();
        let time = Timestamp::try_from(SystemTime::now() - age).unwrap();
        state.packages.get_mut(name).unwrap().times.insert(version.to_owned(), time);
    }

    /// Publishes a version with an archive, long ago. It becomes `latest`.
    pub(crate) fn publish_archive(
        &self,
        name: &str,
        version: &str,
        members: Value,
        archive: &[u8],
    ) {
        let file = name.rsplit('/').next().unwrap();
        let path = format!("{name}/-/{file}-{version}.tgz");
        let mut manifest = members;
        let dist = json!({
            "tarball": format!("{}{path}", self.address),
            "integrity": integrity(archive),
        });
        let members = manifest.as_object_mut().unwrap();
        members.insert("name".to_owned(), name.into());
        members.insert("version".to_owned(), version.into());
        members.entry("dist").or_insert(dist);
        let mut state = self.state.lock().unwrap();
        let package = state.packages.entry(name.to_owned()).or_default();
        package.versions.insert(version.to_owned(), manifest);
        package.tags.insert("latest".to_owned(), version.to_owned());
        package.times.insert(version.to_owned(), "2020-01-01T00:00:00Z".parse().unwrap());
        package.archives.insert(format!("/{path}"), archive.to_owned());
    }

    pub(crate) fn tag(&self, name: &str, tag: &str, version: &str) {
        let mut state = self.state.lock().unwrap();
        state.packages.get_mut(name).unwrap().tags.insert(tag.to_owned(), version.to_owned());
    }

    /// Answers requests of one path in another way.
    pub(crate) fn reply(&self, path: &str, reply: Reply) {
        self.state.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// Answers the next request of one path in another way.
    pub(crate) fn reply_once(&self, path: &str, reply: Reply) {
        self.state.lock().unwrap().next.insert(path.to_owned(), reply);
    }

    /// Returns the requests since the last call.
    pub(crate) fn got(&self) -> Vec<Got> {
        std::mem::take(&mut self.state.lock().unwrap().got)
    }

    /// Returns the paths of the requests since the last call, in alphabetical order.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.got().into_iter().map(|got| got.path).collect();
        paths.sort();
        paths
    }
}

fn answer(state: &mut State, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let header = |name| request.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
    let path = request.uri().path().to_owned();
    let accept: String = header("accept").unwrap_or_default();
    state.got.push(Got {
        path: path.clone(),
        authorization: header("authorization"),
        accept: accept.clone(),
    });
    let other = state.next.remove(&path).or_else(|| state.replies.get(&path).cloned());
    let reply = other.unwrap_or_else(|| {
        let name = path.trim_start_matches('/').replace("%2f", "/");
        let archive = state.packages.values().find_map(|it| it.archives.get(&path));
        let body = match (state.packages.get(&name), archive) {
            (Some(package), _) => document(package, &accept),
            (None, Some(archive)) => archive.clone(),
            (None, None) => return Reply { status: 404, ..Reply::default() },
        };
        Reply { status: 200, headers: Vec::new(), body }
    });
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response.body(Full::new(reply.body.into())).unwrap()
}

/// Returns the metadata in the form that is asked for, as the public registry has them.
fn document(package: &Package, accept: &str) -> Vec<u8> {
    let mut document = json!({ "dist-tags": package.tags, "versions": package.versions });
    if accept.contains("install-v1") {
        document["modified"] = json!(package.times.values().max());
    } else {
        document["time"] = json!(package.times);
    }
    document.to_string().into_bytes()
}

pub(crate) fn integrity(bytes: &[u8]) -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes));
    format!("sha512-{digest}")
}

/// Returns a gzipped tar archive of files.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, contents) in files {
        let mut header = tar::Header::new_gnu();
        // Written by hand, because the library refuses names that lead outside.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(contents.len() as u64);
        header.set_mode(0o755);
        header.set_cksum();
        builder.append(&header, *contents).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
