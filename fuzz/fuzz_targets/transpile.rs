//! Text that claims to be TypeScript, TSX or JSX. With the feature `host`, what
//! the native build makes of it is compared with what the Wasm guest does.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let native = isolet_oracles::transpile(data);
    #[cfg(feature = "host")]
    if let Some(it) = native {
        isolet::fuzzing::transpiles_alike(it.ending, &it.source, it.outcome);
    }
    #[cfg(not(feature = "host"))]
    drop(native);
});
