//! App images from a cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use super::identity;
use crate::driver;
use crate::engine::image::{Image, Pages};
use crate::error::Result;
use crate::error::fault::{at_fault, internal};
use crate::image_cache::CachedFor;
use crate::rpc::request::Request;
use crate::worker_code::spec::Code;

/// Returns the app image of a worker as [`driver::app_image`] makes it, from the cache if that
/// has it. `check` fails if the warm-up has failed.
///
/// # Errors
/// Returns the error with which loading fails, or that of `check`. A cache that cannot be read
/// or written is no error.
pub(crate) async fn app_image(
    code: &Arc<Code>,
    warm_up: Option<Box<Request>>,
    check: impl FnOnce() -> Result<()> + Send,
) -> Result<Option<Arc<Image>>> {
    // Stubs are of this process, and whoever has them may have secrets.
    let is_kept = code.env().capabilities().is_empty();
    let cached_for = code.cached_for.as_ref().filter(|_| is_kept);
    let identified = cached_for.and_then(|CachedFor { cache, tenant }| {
        Some((cache, identity::of(code, tenant, warm_up.as_deref())?))
    });
    let Some((cache, identity)) = identified else {
        let image = driver::app_image(code, warm_up).await?;
        return check().map(|()| image);
    };
    if let Some(found) = cache.load(&identity).await
        && code.sources.still_has(&found.modules).await
    {
        return restored(code, found.pages).map(Some);
    }
    let recording = code.sources.record_answers();
    let image = driver::app_image(code, warm_up).await?;
    check()?;
    if let (Some(image), Some(modules)) = (&image, recording.answers()) {
        cache.store(identity, modules, Arc::clone(image)).await;
    }
    Ok(image)
}

/// Makes an image of the pages of an entry.
fn restored(code: &Code, pages: Pages) -> Result<Arc<Image>> {
    // Covers the pages, and the memory and the file that sandboxes map from the second on.
    let bytes = 2 * pages.memory_bytes() + pages.bytes().len();
    let kept = code.quota.commit(bytes as u64)?;
    let image = code.engine.images().of_pages(pages).map_err(at_fault)?;
    Ok(Arc::new(image.keeping(kept)))
}

/// The mapped form of an image from the cache.
///
/// To write an image into a sandbox takes some microseconds a page, and to map it some
/// milliseconds once. So a process that needs one sandbox never maps it.
#[derive(Default)]
pub(super) struct Mapped {
    has_one: AtomicBool,
    image: OnceCell<Arc<Image>>,
}

impl Mapped {
    /// Returns an app image as one more sandbox needs it. One that cannot be mapped, because
    /// file descriptors lack for example, is written.
    pub(super) async fn for_sandbox(&self, code: &Code, image: &Arc<Image>) -> Arc<Image> {
        let maps = image.written().is_some() && code.engine.images().maps();
        if !maps || !self.has_one.swap(true, Ordering::Relaxed) {
            return Arc::clone(image);
        }
        let mapped = self.image.get_or_try_init(async || -> Result<_> {
            let (engine, image) = (code.engine.clone(), Arc::clone(image));
            let mapped = tokio::task::spawn_blocking(move || engine.images().apart_from(&image));
            mapped.await.map_err(internal)?.map(Arc::new).map_err(at_fault)
        });
        Arc::clone(mapped.await.unwrap_or(image))
    }
}
