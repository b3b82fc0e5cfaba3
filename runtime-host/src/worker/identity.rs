//! The things that decide what a worker's app image contains.

use ring::digest::{Context, SHA256};

use crate::image_cache::Identity;
use crate::rpc::request::Request;
use crate::worker_code::spec::Code;

/// A digest of the guests and the base image, whose heaps are not those of another build.
const BUILD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image.sha256"));

struct Parts(Context);

impl Parts {
    /// Adds a part. Its length comes first, so that no two lists of parts look alike.
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }
}

/// Returns the identity of a worker's image. `None` if the image depends on something that has
/// none.
pub(super) fn of(code: &Code, tenant: &str, warm_up: Option<&Request>) -> Option<Identity> {
    let mut parts = Parts(Context::new(&SHA256));
    parts.add(env!("CARGO_PKG_VERSION"));
    parts.add(BUILD);
    parts.add(tenant);
    parts.add(&code.main);
    parts.add(code.env().as_bytes());
    parts.add(format!("{:?}", code.limits));
    parts.add(format!("{:?}", code.flags));
    parts.add(format!("{:?} {} {}", code.seed, code.dynamic_code, code.has_tails()));
    parts.add(code.engine.max_code_bytes().to_le_bytes());
    parts.add(code.time_zone.as_deref().unwrap_or_default());
    parts.add(code.compatibility_date.as_deref().unwrap_or_default());
    code.sources.identify(&mut |part| parts.add(part));
    match warm_up {
        None => parts.add("loaded"),
        Some(request) => {
            let (target, arguments) = request.identity()?;
            parts.add("warmed up");
            parts.add(target);
            parts.add(arguments);
        }
    }
    parts.0.finish().as_ref().try_into().ok()
}
