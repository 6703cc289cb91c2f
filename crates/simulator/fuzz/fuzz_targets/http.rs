//! Plays bytes as scripts of calls, people and time. See `tests/fuzz_harness/mod.rs`.

#![no_main]

#[path = "../../tests/fuzz_harness/mod.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    harness::play(bytes);
});
