//! The parts of JavaScript that the scripts of the globals share with the guest's own code.

use std::cell::RefCell;

use rquickjs::{Ctx, Object, Persistent, Result, Value};

/// The object that `globals::install` returned. User code cannot reach it.
pub struct Internals {
    all: Persistent<Object<'static>>,
    /// The values that were looked up before, by the address of the name's text, because a
    /// lookup by name is expensive.
    known: RefCell<Vec<(usize, Persistent<Value<'static>>)>>,
}

impl Internals {
    pub fn save<'js>(ctx: &Ctx<'js>, internals: Object<'js>) -> Self {
        Self { all: Persistent::save(ctx, internals), known: RefCell::default() }
    }

    pub fn get<'js>(&self, ctx: &Ctx<'js>, name: &'static str) -> Result<Value<'js>> {
        let address = name.as_ptr().addr();
        let known =
            self.known.borrow().iter().find(|(at, _)| *at == address).map(|it| it.1.clone());
        if let Some(known) = known {
            return known.restore(ctx);
        }
        let value: Value<'js> = self.all.clone().restore(ctx)?.get(name)?;
        self.known.borrow_mut().push((address, Persistent::save(ctx, value.clone())));
        Ok(value)
    }
}
