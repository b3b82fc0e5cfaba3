//! A heap image is a core module with one exported memory and its contents. It
//! has no functions, so compiling it takes about a millisecond.

use wasm_encoder::{
    ConstExpr, DataSection, ExportKind, ExportSection, MemorySection, MemoryType, Module,
};

const WASM_PAGE: usize = 65536;

/// Encodes the image module of a linear memory.
pub(crate) fn image_module(memory: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: (memory.len() / WASM_PAGE) as u64,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let start = memory.iter().position(|&byte| byte != 0).unwrap_or(memory.len());
    let end = memory.iter().rposition(|&byte| byte != 0).map_or(start, |last| last + 1);
    let mut data = DataSection::new();
    let offset = ConstExpr::i32_const(u32::try_from(start).unwrap_or(u32::MAX).cast_signed());
    data.active(0, &offset, memory[start..end].iter().copied());
    let mut module = Module::new();
    module.section(&memories).section(&exports).section(&data);
    module.finish()
}
