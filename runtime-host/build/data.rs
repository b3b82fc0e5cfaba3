//! The data that sandboxes ask for by name, in one file: Node's modules, and the tables of the
//! locales, which `tools/locale_data` writes.

use std::collections::BTreeMap;
use std::fs;

use miniz_oxide::deflate::compress_to_vec;
use wasmtime::Result;

/// The level of compression.
const LEVEL: u8 = 8;

/// One of the guest's scripts.
pub(crate) struct Script {
    pub(crate) name: String,
    /// The name and the bytecode, each after its length.
    pub(crate) bytecode: Vec<u8>,
}

impl Script {
    /// Returns true if sandboxes ask for the script, which is then no part of the image.
    pub(crate) fn is_module(&self) -> bool {
        self.name.starts_with("node:") || self.name == "isolet:bundler"
    }

    fn module(&self) -> Option<(&str, &[u8])> {
        let bytecode = self.bytecode.get(self.name.len() + 8..)?;
        self.is_module().then_some((&self.name, bytecode))
    }
}

/// Compressed data under names.
#[derive(Default)]
pub(crate) struct Archive(BTreeMap<String, Vec<u8>>);

impl Archive {
    pub(crate) fn add_modules(&mut self, scripts: &[Script]) {
        for (name, data) in scripts.iter().filter_map(Script::module) {
            self.0.insert(name.to_owned(), compress_to_vec(data, LEVEL));
        }
    }

    /// Adds the tables of all files in a folder: their names and their compressed text, each
    /// after its length.
    pub(crate) fn add_locales(&mut self, folder: &str) -> Result<()> {
        for file in fs::read_dir(folder)? {
            let tables = fs::read(file?.path())?;
            let mut rest = &tables[..];
            while let (Some(name), Some(table)) = (take(&mut rest), take(&mut rest)) {
                self.0.insert(str::from_utf8(name)?.to_owned(), table.to_vec());
            }
        }
        Ok(())
    }

    /// Writes the archive: the number of names; where each name begins, in their order, and where
    /// its data begins; the names, and the data. All begin where the ones before them end.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        let mut archive = u32::try_from(self.0.len())?.to_le_bytes().to_vec();
        let mut name_at = 4 + 8 * (self.0.len() + 1);
        let mut data_at = name_at + self.0.keys().map(String::len).sum::<usize>();
        for (name, data) in
            self.0.iter().map(|(name, data)| (name.len(), data.len())).chain([(0, 0)])
        {
            for place in [name_at, data_at] {
                archive.extend(u32::try_from(place)?.to_le_bytes());
            }
            name_at += name;
            data_at += data;
        }
        archive.extend(self.0.keys().flat_map(String::as_bytes));
        archive.extend(self.0.values().flatten());
        Ok(archive)
    }
}

/// Takes a length and as many bytes from the front.
fn take<'a>(archive: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = archive.split_first_chunk()?;
    let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *archive = rest;
    Some(part)
}
