//! Makes a worker's app image: the heap of the worker after it has loaded.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::invocation::Invocation;
use super::start::{Start, Starting};
use super::state::Driver;
use crate::engine::image::Image;
use crate::error::Result;
use crate::error::fault::{at_fault, internal};
use crate::rpc::request::Request;
use crate::worker_code::spec::Code;

/// The invocation that is charged for loading.
const LOADING: u32 = 0;

/// Loads the worker once, for no invocation, and returns its heap as an image. If there is a
/// warm-up, the heap is that after the call. Returns `None` if loading or the warm-up left
/// something pending, which an image cannot hold, or read a file, which may change.
///
/// # Errors
/// Returns the error with which loading fails. The warm-up has its own receiver.
pub(crate) async fn app_image(
    code: &Arc<Code>,
    warm_up: Option<Box<Request>>,
) -> Result<Option<Arc<Image>>> {
    let image = code.engine.dump_image().await?;
    let (code, seed) = (Arc::clone(code), code.new_seed()?);
    let start = Start {
        code: Arc::clone(&code),
        image,
        loaded: false,
        seed,
        lasting: false,
        at_rest: None,
    };
    let (_, Starting { start, mailbox, commands, alive: _alive }) = start.mailbox();
    let sandbox = start.sandbox(&mailbox).await?;
    let mut driver = Driver::new(start, mailbox, commands, sandbox);
    // The top level runs once for all calls, so nobody receives its logs and usage.
    let (reply, _) = oneshot::channel();
    let (invocation, _) = Invocation::new(
        Request::loading(&code.limits, reply),
        &code,
        driver.seed,
        driver.mailbox.lineage().clone(),
    );
    driver.dumps_image = true;
    driver.sandbox.files().refuse();
    driver.open(LOADING, invocation);
    let loaded = driver.load(LOADING).await;
    if driver.sandbox.files().has_refused() {
        return Ok(None);
    }
    if let Err(error) = loaded {
        code.has_failed_to_start();
        return Err(error);
    }
    if !leaves_nothing(&driver) {
        return Ok(None);
    }
    if let Some(request) = warm_up {
        driver.close(LOADING);
        let lineage = driver.mailbox.lineage().clone();
        let (invocation, invoke) = Invocation::new(*request, &code, driver.seed, lineage);
        driver.open(LOADING, invocation);
        let invoked = driver.invoke(LOADING, invoke).await;
        if driver.sandbox.files().has_refused() {
            return Ok(None);
        }
        invoked?;
        if driver.invocations.contains_key(&LOADING) || !leaves_nothing(&driver) {
            return Ok(None);
        }
    }
    // Covers the dump and the file that sandboxes map.
    let kept = code.quota.commit(2 * driver.sandbox.memory_peak())?;
    let memory = driver.sandbox.dump().await?;
    let engine = code.engine.clone();
    let image = tokio::task::spawn_blocking(move || engine.images().of_memory(memory));
    let image = image.await.map_err(internal)?.map_err(at_fault)?;
    Ok(Some(Arc::new(image.keeping(kept))))
}

/// Returns true if the worker has loaded and nothing is pending.
fn leaves_nothing(driver: &Driver) -> bool {
    let env = driver.code.env().capabilities().len();
    driver.loaded
        && driver.alarm.is_none()
        && driver.calls.is_empty()
        && driver.table.is_at_rest(env)
}
