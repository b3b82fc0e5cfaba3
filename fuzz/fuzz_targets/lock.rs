//! A lockfile: our own, or that of npm.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet_npm::fuzzing::lock(data));
