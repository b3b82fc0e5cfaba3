//! An importing module's name and a specifier. With the feature `host`, what the
//! guest makes of them is asked of the host.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let resolved = isolet_oracles::resolver(data);
    #[cfg(feature = "host")]
    isolet::fuzzing::specifier(data, resolved.as_deref());
    #[cfg(not(feature = "host"))]
    drop(resolved);
});
