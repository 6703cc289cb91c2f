//! Reads bytes as phone numbers. See `tests/fuzz_harness/phone_numbers.rs`.

#![no_main]

#[path = "../../tests/fuzz_harness/mod.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    harness::phone_numbers::play(bytes);
});
