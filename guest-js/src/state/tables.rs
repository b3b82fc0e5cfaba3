//! Tables of strings that belong to a locale. `tools/locale_data/archive.js` describes them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::Host;

/// The mark for no value in a table whose parent has one.
const NONE: &str = "\x7f";

/// The values of a locale. Those that it has in common with its parent are found there.
#[derive(Default)]
pub struct Table {
    text: String,
    parent: Option<Rc<Table>>,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&str> {
        match self.own(key) {
            Some(NONE) => None,
            Some(value) => Some(value),
            None => self.parent.as_ref()?.get(key),
        }
    }

    /// Searches the lines, which are sorted.
    fn own(&self, key: &str) -> Option<&str> {
        let bytes = self.text.as_bytes();
        // Both are the start of a line.
        let (mut low, mut high) = (1, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = memchr::memrchr(b'\n', bytes.get(..middle)?)? + 1;
            let end = start + memchr::memchr(b'\n', bytes.get(start..)?)?;
            let (name, value) = self.text.get(start..end)?.split_once('\t')?;
            match name.cmp(key) {
                std::cmp::Ordering::Equal => return Some(value),
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

/// The tables that a sandbox has used.
#[derive(Default)]
pub struct Tables(RefCell<BTreeMap<String, Rc<Table>>>);

impl Tables {
    /// Returns a table that belongs to no locale, such as `locales`. One that the host has not
    /// is empty.
    pub fn root(&self, host: &dyn Host, name: &str) -> Rc<Table> {
        self.load(host, format!("root/{name}"), || None)
    }

    /// Returns the table of a kind, such as `numbers`, for a locale that has data.
    pub fn get(&self, host: &dyn Host, kind: &str, locale: &str) -> Rc<Table> {
        let parent = || {
            let parents = self.root(host, "parents");
            parents.get(locale).map(|parent| self.get(host, kind, parent))
        };
        self.load(host, format!("{kind}/{locale}"), parent)
    }

    fn load(
        &self,
        host: &dyn Host,
        name: String,
        parent: impl FnOnce() -> Option<Rc<Table>>,
    ) -> Rc<Table> {
        let known = self.0.borrow().get(&name).cloned();
        known.unwrap_or_else(|| {
            let parent = parent();
            let bytes = host.data(&name);
            let table = match (bytes.and_then(|bytes| String::from_utf8(bytes).ok()), parent) {
                (None, Some(parent)) => parent,
                (text, parent) => Rc::new(Table { text: text.unwrap_or_default(), parent }),
            };
            self.0.borrow_mut().insert(name, Rc::clone(&table));
            table
        })
    }
}
