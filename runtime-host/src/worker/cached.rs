//! App images from a cache.

use std::sync::Arc;

use super::identity;
use crate::driver;
use crate::engine::image::Image;
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
        return restored(code, found.memory).await.map(Some);
    }
    let recording = code.sources.record_answers();
    let image = driver::app_image(code, warm_up).await?;
    check()?;
    if let (Some(image), Some(modules)) = (&image, recording.answers()) {
        cache.store(identity, modules, Arc::clone(image)).await;
    }
    Ok(image)
}

/// Makes the image of a memory, as [`driver::app_image`] does.
async fn restored(code: &Arc<Code>, memory: Vec<u8>) -> Result<Arc<Image>> {
    let kept = code.quota.commit(2 * memory.len() as u64)?;
    let engine = code.engine.clone();
    let image = tokio::task::spawn_blocking(move || engine.images().of_memory(memory));
    let image = image.await.map_err(internal)?.map_err(at_fault)?;
    Ok(Arc::new(image.keeping(kept)))
}
