//! The size limit of a worker's `env`. The host enforces the limit. This check only reports an
//! error earlier.

use isolet_wire::{Event, Text, Walker};
use rquickjs::Ctx;

use crate::throw;

pub const MAX_ENV_BYTES: usize = 1 << 20;

/// Returns the size in bytes of a message of the property `env`, which belongs to the object
/// that is the first element of an array. `None` if it cannot exceed the limit.
pub fn of_env(data: &[u8]) -> Option<usize> {
    if data.len() <= MAX_ENV_BYTES {
        return None;
    }
    let mut walker = Walker::new(data).ok()?;
    let mut start = None;
    while let Some(event) = walker.event().ok()? {
        match (event, walker.depth(), start) {
            // Plus one byte for the version.
            (Event::Key(_), 2, Some(start)) | (Event::End, 1, Some(start)) => {
                return Some(1 + walker.event_start() - start);
            }
            (Event::Key(Text::Utf8("env")), 2, None) => start = Some(walker.position()),
            _ => {}
        }
    }
    None
}

pub fn too_large(ctx: &Ctx<'_>, bytes: usize) -> rquickjs::Error {
    let text = format!(
        "Dynamic Worker env size ({bytes} bytes) exceeds the maximum allowed size of \
         {MAX_ENV_BYTES} bytes."
    );
    throw::plain_error(ctx, &text)
}
