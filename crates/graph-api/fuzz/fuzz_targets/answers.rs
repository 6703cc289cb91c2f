//! Reads bytes as calls and what Meta answers to them. See `tests/fuzz_harness/answers.rs`.

#![no_main]

#[path = "../../tests/fuzz_harness/mod.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    harness::answers::play(bytes);
});
