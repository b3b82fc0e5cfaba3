//! A guest that lies.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet::fuzzing::effects(data));
