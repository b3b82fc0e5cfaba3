//! The directories in a worker's `env`, which `node:fs` shows under their names.

use std::sync::Arc;

use isolet_wire::{Attachment, Event, Token, Value, Walker};

use crate::rpc::stub::Stub;

/// Returns an array with the name of each directory, its stub, and whether it is read-only and
/// whether it can be read in the middle of a turn. `None` if there are no directories.
pub(super) fn of(env: &Value) -> Option<Value> {
    let stubs = env.capabilities();
    let has_files = |it: &Attachment| {
        it.downcast_ref::<Stub>().is_some_and(|stub| stub.wrapped_files().is_some())
    };
    if !stubs.iter().any(has_files) {
        return None;
    }
    let mut walker = Walker::new(env.as_bytes()).ok()?;
    if !matches!(walker.event(), Ok(Some(Event::Value(Token::Object)))) {
        return None;
    }
    let (mut mounts, mut name) = (Vec::new(), None);
    while let Ok(Some(event)) = walker.event() {
        match (event, name.take()) {
            (Event::Key(key), _) if walker.depth() == 1 => name = key.as_str().map(str::to_owned),
            (Event::Value(Token::Capability(position)), Some(name)) if is_name(&name) => {
                let stub = stubs.get(position as usize);
                mounts.extend(stub.and_then(|stub| mount(&name, stub)));
            }
            _ => {}
        }
    }
    (!mounts.is_empty()).then(|| Value::array_of(&mounts))
}

/// Returns true if the name can be the first one in an absolute path.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

fn mount(name: &str, attachment: &Attachment) -> Option<Value> {
    let stub = attachment.downcast_ref::<Stub>()?;
    let is_read_only = stub.wrapped_files()?.is_read_only();
    let at_once = stub.files().is_some();
    Some(Value::array_of(&[
        Value::from_serialize(name).ok()?,
        Value::from_capability(Arc::clone(attachment)),
        Value::from_serialize(&is_read_only).ok()?,
        Value::from_serialize(&at_once).ok()?,
    ]))
}
