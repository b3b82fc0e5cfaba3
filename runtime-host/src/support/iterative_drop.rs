//! Drops values that hold stubs that hold values, without recursion.

use std::cell::Cell;

use isolet_wire::Value;

thread_local! {
    /// The values left to drop, while something is being dropped.
    static LATER: Cell<Option<Vec<Value>>> = const { Cell::new(None) };
}

/// Drops a value with the stack that one value takes, however long the chain of values
/// that only it holds.
pub(crate) fn drop(value: Value) {
    if value.capabilities().is_empty() {
        return;
    }
    // The list is gone on a thread that is ending.
    let Ok(later) = LATER.try_with(Cell::take) else { return };
    if let Some(mut later) = later {
        later.push(value);
        LATER.set(Some(later));
        return;
    }
    LATER.set(Some(Vec::new()));
    let _end = End;
    let mut next = Some(value);
    while next.take().is_some() {
        let mut later = LATER.take().unwrap_or_default();
        next = later.pop();
        LATER.set(Some(later));
    }
}

/// Ends the drop, even if what is dropped panics.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        LATER.set(None);
    }
}
