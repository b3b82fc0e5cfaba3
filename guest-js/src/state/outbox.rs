//! The effects of the turn that runs.

use std::cell::RefCell;

use crate::Effect;

#[derive(Default)]
pub struct Outbox {
    pub effects: RefCell<Vec<Effect>>,
}

impl Outbox {
    pub fn emit(&self, effect: Effect) {
        self.effects.borrow_mut().push(effect);
    }
}
