//! The compiler settings, shared with the build script. The library must be able to load
//! what the build script compiles.

use wasmtime::Config;

/// The largest stack that JavaScript may be given, in bytes of the engine's own stack in
/// linear memory.
pub(crate) const MAX_STACK_BYTES: u32 = 512 << 10;

/// The native stack of a turn, in bytes. A frame of the interpreter takes more of it than
/// of the engine's own stack. The engine's own stack must end first, as a `RangeError`.
pub(crate) const WASM_STACK_BYTES: usize = 4 << 20;

/// The bytes of stack that a host function may use on top of it.
const HOST_STACK_BYTES: usize = 256 << 10;

pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config.consume_fuel(true);
    config.concurrency_support(false);
    config.max_wasm_stack(WASM_STACK_BYTES);
    config.async_stack_size(WASM_STACK_BYTES + HOST_STACK_BYTES);
    // Nobody reads the frames of a trap in the interpreter, and walking them is the
    // larger part of what a trap costs.
    config.wasm_backtrace_max_frames(None);
    // The address map would only tell where in the Wasm those frames are, and it is
    // copied at each start.
    config.generate_address_map(false);
    config
}
