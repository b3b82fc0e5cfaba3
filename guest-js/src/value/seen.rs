//! The objects that a message already contains.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rquickjs::{Result, Value};

use super::raw;

/// The objects that were written, by index. They are held, so that none of them is freed and
/// replaced by another at its address.
#[derive(Default)]
pub(super) struct Seen<'js> {
    /// The index of the first object.
    pub(super) first: usize,
    pub(super) objects: Vec<Value<'js>>,
    /// The indexes, once there are more than a few.
    by_address: Option<HashMap<usize, usize, BuildHasherDefault<AddressHasher>>>,
}

impl<'js> Seen<'js> {
    /// Up to this number of objects, a linear search is cheaper than hashing.
    const FEW: usize = 12;

    pub(super) fn find(&self, value: &Value<'js>) -> Option<usize> {
        let address = raw::address(value);
        if self.objects.len() <= Self::FEW {
            let position = self.objects.iter().position(|seen| raw::address(seen) == address);
            return position.map(|position| self.first + position);
        }
        self.by_address.as_ref()?.get(&address).copied()
    }

    pub(super) fn add(&mut self, value: Value<'js>) -> usize {
        let position = self.objects.len();
        let index = self.first + position;
        if let Some(by_address) = &mut self.by_address {
            by_address.insert(raw::address(&value), index);
        }
        self.objects.push(value);
        if position == Self::FEW {
            let all = self.objects.iter().map(raw::address).zip(self.first..);
            self.by_address = Some(all.collect());
        }
        index
    }

    /// Forgets all objects except the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        let cut = self.objects.drain(len..);
        if len <= Self::FEW {
            self.by_address = None;
        }
        for object in cut {
            if let Some(by_address) = &mut self.by_address {
                by_address.remove(&raw::address(&object));
            }
        }
    }

    pub(super) fn object(&self, index: usize) -> Result<&Value<'js>> {
        let object = index.checked_sub(self.first).and_then(|position| self.objects.get(position));
        object.ok_or(rquickjs::Error::Unknown)
    }
}

/// A hasher for addresses. It has no seed, which would differ between two runs.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, address: usize) {
        let mixed = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
