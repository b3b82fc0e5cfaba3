//! Requests of a guest to a loader.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet::fuzzing::load_request(data));
