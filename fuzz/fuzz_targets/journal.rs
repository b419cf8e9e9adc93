#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| apsfetch::fuzzing::run("journal", data));
