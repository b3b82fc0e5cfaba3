//! The compiler settings, shared with the build script: what one compiles the
//! other must be able to load.

use wasmtime::Config;

/// The largest stack that JavaScript may be given, in bytes of the engine's own
/// stack in linear memory.
pub(crate) const MAX_STACK_BYTES: u32 = 512 << 10;

/// Native stack of a turn. A frame of the interpreter takes more of it than of
/// the engine's own stack, and that one must end first, as a `RangeError`.
pub(crate) const WASM_STACK_BYTES: usize = 4 << 20;

/// What a host function may use on top of it.
const HOST_STACK_BYTES: usize = 256 << 10;

pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config.consume_fuel(true);
    config.concurrency_support(false);
    config.max_wasm_stack(WASM_STACK_BYTES);
    config.async_stack_size(WASM_STACK_BYTES + HOST_STACK_BYTES);
    // Nobody reads the frames of a trap in the interpreter, and walking them
    // is the larger part of what a trap costs.
    config.wasm_backtrace_max_frames(None);
    // Which would tell where in the Wasm they are, and is copied at each start.
    config.generate_address_map(false);
    config
}
