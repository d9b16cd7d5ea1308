//! Fuzzes `server::fuzz::webhook_url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| server::fuzz::webhook_url(bytes));
