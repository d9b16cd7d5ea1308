//! Fuzzes `server::fuzz::file_name`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| server::fuzz::file_name(bytes));
