//! An archive of a package: gzip around tar, or tar without a right checksum.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isolet_npm::fuzzing::archive(data));
