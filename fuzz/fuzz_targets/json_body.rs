//! Fuzzes `server::fuzz::json_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| server::fuzz::json_body(bytes));
