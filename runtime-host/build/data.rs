//! The data that sandboxes ask for by name, in one file.

use wasmtime::Result;

/// One of the guest's scripts.
pub(crate) struct Script {
    pub(crate) name: String,
    /// The name and the bytecode, each after its length.
    pub(crate) bytecode: Vec<u8>,
}

impl Script {
    /// Returns true if sandboxes ask for the script, which is then no part of the image.
    pub(crate) fn is_module(&self) -> bool {
        self.name.starts_with("node:")
    }

    fn module(&self) -> Option<(&str, &[u8])> {
        let bytecode = self.bytecode.get(self.name.len() + 8..)?;
        self.is_module().then_some((&self.name, bytecode))
    }
}

/// Returns the names and the data of all modules, each after its length. The data is compressed.
pub(crate) fn archive(scripts: &[Script]) -> Result<Vec<u8>> {
    let mut archive = Vec::new();
    for (name, data) in scripts.iter().filter_map(Script::module) {
        for part in [name.as_bytes(), &lz4_flex::compress_prepend_size(data)] {
            archive.extend(u32::try_from(part.len())?.to_le_bytes());
            archive.extend(part);
        }
    }
    Ok(archive)
}
