//! The built-in modules as a sandbox has them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rquickjs::{Function, Object, Persistent};

#[derive(Default)]
pub struct Builtins {
    /// The `module` objects of those that have been evaluated.
    pub modules: RefCell<BTreeMap<String, Persistent<Object<'static>>>>,
    /// The arguments of each module: its `require` and the functions in Rust.
    pub given: RefCell<Option<(Persistent<Function<'static>>, Persistent<Object<'static>>)>>,
    /// True if the worker has Node's globals.
    pub globals: Cell<bool>,
}

impl Builtins {
    /// Gives up all values of the heap.
    #[cfg(test)]
    pub fn clear(&self) {
        self.modules.take();
        self.given.take();
    }
}
