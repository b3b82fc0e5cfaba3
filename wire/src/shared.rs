//! State that all readers of one message share.

use std::cell::{OnceCell, RefCell};

use crate::capability::Attachment;
use crate::error::{DecodeError, Problem, WireError};
use crate::format::tag;
use crate::table::{Budget, Table};
use crate::value::Value;

pub(crate) struct Shared<'de> {
    pub(crate) bytes: &'de [u8],
    /// The number of objects that begin in the bytes.
    objects: usize,
    pub(crate) capabilities: &'de [Attachment],
    pub(crate) budget: RefCell<Budget>,
    table: OnceCell<Table>,
}

impl<'de> Shared<'de> {
    pub(crate) fn new(value: &'de Value) -> Self {
        Self::over(value.as_bytes(), value.objects(), value.capabilities())
    }

    /// Creates the value `undefined`, at position 0.
    pub(crate) fn undefined() -> Self {
        Self::over(&[tag::UNDEFINED], 0, &[])
    }

    fn over(bytes: &'de [u8], objects: usize, capabilities: &'de [Attachment]) -> Self {
        let budget = RefCell::new(Budget::of(bytes));
        Self { bytes, objects, capabilities, budget, table: OnceCell::new() }
    }

    pub(crate) fn table(&self) -> Result<&Table, WireError> {
        if let Some(table) = self.table.get() {
            return Ok(table);
        }
        let table = Table::new(self.bytes, self.objects)?;
        Ok(self.table.get_or_init(|| table))
    }

    pub(crate) fn charge(&self, cost: usize) -> Result<(), DecodeError> {
        if self.budget.borrow_mut().take(cost) { Ok(()) } else { Err(DecodeError::Expansion) }
    }

    /// Returns where to read the object that a reference at `at` refers to.
    pub(crate) fn follow(&self, index: usize, at: usize) -> Result<usize, DecodeError> {
        let error = WireError { problem: Problem::Reference, offset: at };
        let place = self.table()?.get(index).ok_or(error)?;
        // References lead backwards, so one that is not inside its object can never lead back
        // to itself.
        if (place.start..place.end).contains(&at) {
            return Err(DecodeError::Cyclic);
        }
        self.charge(place.end - place.start)?;
        Ok(place.start)
    }
}
