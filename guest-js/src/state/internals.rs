//! The parts of JavaScript that the scripts of the globals share with the guest's own code.

use std::cell::RefCell;

use rquickjs::{Ctx, Exception, Object, Persistent, Result, Value};

/// The object that `globals::install` returned. User code cannot reach it.
pub struct Internals {
    all: RefCell<Option<Persistent<Object<'static>>>>,
    /// The values that were looked up before, by the address of the name's text, because a
    /// lookup by name is expensive.
    known: RefCell<Vec<(usize, Persistent<Value<'static>>)>>,
}

/// The number of values for which there is room from the beginning, beside the rest of the state.
const FEW: usize = 64;

impl Default for Internals {
    fn default() -> Self {
        Self { all: RefCell::default(), known: RefCell::new(Vec::with_capacity(FEW)) }
    }
}

impl Internals {
    pub fn save<'js>(&self, ctx: &Ctx<'js>, internals: Object<'js>) {
        self.all.replace(Some(Persistent::save(ctx, internals)));
    }

    pub fn get<'js>(&self, ctx: &Ctx<'js>, name: &'static str) -> Result<Value<'js>> {
        let address = name.as_ptr().addr();
        let known =
            self.known.borrow().iter().find(|(at, _)| *at == address).map(|it| it.1.clone());
        if let Some(known) = known {
            return known.restore(ctx);
        }
        let Some(all) = self.all.borrow().clone() else {
            return Err(Exception::throw_internal(ctx, "the globals are not installed"));
        };
        let value: Value<'js> = all.restore(ctx)?.get(name)?;
        self.known.borrow_mut().push((address, Persistent::save(ctx, value.clone())));
        Ok(value)
    }

    /// Forgets all values, before the engine ends.
    #[cfg(test)]
    pub fn forget(&self) {
        self.all.take();
        self.known.take();
    }
}
