//! Bytes that claim to be a message.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet_oracles::wire(data));
