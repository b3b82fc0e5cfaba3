//! The compiler settings, shared with the build script. The library must be able to load
//! what the build script compiles.

use wasmtime::{Config, Result};

/// The largest stack that JavaScript may be given, in bytes of the engine's own stack in
/// linear memory.
pub(crate) const MAX_STACK_BYTES: u32 = 512 << 10;

/// The stack of a turn beside that, native or the interpreter's, in bytes. A frame of
/// `QuickJS` takes more of it than of the engine's own stack. The engine's own stack must end
/// first, as a `RangeError`.
pub(crate) const WASM_STACK_BYTES: usize = 4 << 20;

/// The bytes of stack that a host function may use on top of it.
const HOST_STACK_BYTES: usize = 256 << 10;

/// The most bytes of a linear memory of machine code, and the addresses that it takes: all
/// that Wasm can name, so that no access has to be checked.
pub(crate) const NATIVE_MEMORY_BYTES: u64 = 4 << 30;

/// The same of the interpreter, which checks each access.
pub(crate) const PULLEY_MEMORY_BYTES: u64 = 512 << 20;

/// Returns the settings for a target, which is the host if it is `None`, or `pulley64`.
pub(crate) fn config(target: Option<&str>) -> Result<Config> {
    let mut config = Config::new();
    if let Some(target) = target {
        config.target(target)?;
        if target.starts_with("pulley") {
            config.memory_reservation(PULLEY_MEMORY_BYTES);
            // Memories of the pool stay where they are, and an address that is known not to
            // change is not loaded for each access.
            config.memory_may_move(false);
        }
    }
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
    Ok(config)
}
