//! Fuzzes `server::fuzz::cursor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| server::fuzz::cursor(bytes));
