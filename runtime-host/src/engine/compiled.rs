//! Modules that were compiled lately, by the digests of their sources.
//!
//! They are shared by all sandboxes of an engine. A module that is found costs its payer what
//! compiling it has cost, so that no result depends on what others have compiled. How long it takes
//! does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::engine::bindings::transpiler as wit;

/// The maximum number of bytes of all modules that are kept.
const MAX_BYTES: usize = 32 << 20;

/// The bytes that a module, and each entry of its lists, takes beside texts.
const ENTRY_BYTES: usize = 256;

/// The digest of a source and of how it is compiled.
pub(super) type Key = [u8; 32];

/// A module, and what compiling it has taken.
pub(super) struct Compiled {
    pub(super) linked: wit::Linked,
    pub(super) fuel: u64,
    pub(super) memory_bytes: u64,
}

#[derive(Default)]
pub(super) struct CompiledModules(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    modules: BTreeMap<Key, Arc<Compiled>>,
    /// The keys of the modules, oldest first.
    order: VecDeque<Key>,
    bytes: usize,
}

/// Returns the key of a source.
pub(super) fn key(source: &str, dialect: wit::Dialect, options: &wit::LinkOptions) -> Key {
    let settings = format!("{dialect:?} {options:?}");
    let mut hash = Sha256::new();
    hash.update((settings.len() as u64).to_le_bytes());
    hash.update(settings);
    hash.update(source);
    hash.finalize().into()
}

impl CompiledModules {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, key: &Key) -> Option<Arc<Compiled>> {
        self.kept().modules.get(key).cloned()
    }

    /// Keeps a module in place of the oldest ones.
    pub(super) fn keep(&self, key: Key, compiled: Compiled) {
        let bytes = bytes(&compiled);
        let mut kept = self.kept();
        if bytes > MAX_BYTES || kept.modules.contains_key(&key) {
            return;
        }
        kept.bytes += bytes;
        kept.modules.insert(key, Arc::new(compiled));
        kept.order.push_back(key);
        while kept.bytes > MAX_BYTES {
            let Some(oldest) = kept.order.pop_front() else { return };
            let less = kept.modules.remove(&oldest).map_or(0, |it| self::bytes(&it));
            kept.bytes = kept.bytes.saturating_sub(less);
        }
    }
}

fn bytes(compiled: &Compiled) -> usize {
    let wit::Linked { code, mappings, specifiers, unresolved, .. } = &compiled.linked;
    let texts: usize = specifiers.iter().map(|it| it.text.len()).sum();
    let entries = 1 + mappings.len() + specifiers.len() + unresolved.len();
    code.as_ref().map_or(0, String::len) + texts + entries * ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::{Compiled, CompiledModules, MAX_BYTES, key};
    use crate::engine::bindings::transpiler as wit;

    fn compiled(length: usize) -> Compiled {
        let linked = wit::Linked {
            format: wit::Format::Module,
            code: Some("x".repeat(length)),
            mappings: Vec::new(),
            specifiers: Vec::new(),
            unresolved: Vec::new(),
        };
        Compiled { linked, fuel: 7, memory_bytes: 0 }
    }

    #[test]
    fn the_oldest_modules_go_first() {
        let modules = CompiledModules::default();
        modules.keep([0; 32], compiled(MAX_BYTES));
        assert!(modules.find(&[0; 32]).is_none());
        for number in 1..=5 {
            modules.keep([number; 32], compiled(MAX_BYTES / 4));
        }
        let found = |number: u8| modules.find(&[number; 32]).is_some();
        assert_eq!([1, 2, 3, 4, 5].map(found), [false, false, true, true, true]);
        assert!(modules.kept().bytes <= MAX_BYTES && modules.kept().order.len() == 3);
        // A module that is there already takes no more.
        let before = modules.kept().bytes;
        modules.keep([5; 32], compiled(1));
        assert_eq!(modules.kept().bytes, before);
    }

    #[test]
    fn settings_and_texts_have_keys_of_their_own() {
        let options = wit::LinkOptions {
            transpile: wit::Options { legacy_decorators: false, jsx_import_source: None },
            jsx: None,
            format: None,
            define: Vec::new(),
            minify: false,
        };
        let minified = wit::LinkOptions { minify: true, ..options.clone() };
        let defined =
            wit::LinkOptions { define: vec![("A".into(), "1".into())], ..options.clone() };
        let keys = [
            key("a", wit::Dialect::Typescript, &options),
            key("b", wit::Dialect::Typescript, &options),
            key("a", wit::Dialect::Tsx, &options),
            key("a", wit::Dialect::Typescript, &minified),
            key("a", wit::Dialect::Typescript, &defined),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(at + 1).all(|other| one != other), "{at}");
        }
        assert_eq!(keys[0], key("a", wit::Dialect::Typescript, &options));
    }
}
