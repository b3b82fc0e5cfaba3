//! An `.npmrc`, and lines as variables of the environment.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet_npm::fuzzing::npmrc(data));
