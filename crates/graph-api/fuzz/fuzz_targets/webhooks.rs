//! Reads bytes as webhooks. See `tests/fuzz_harness/webhooks.rs`.

#![no_main]

#[path = "../../tests/fuzz_harness/mod.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    harness::webhooks::play(bytes);
});
