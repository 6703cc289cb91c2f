//! What the fuzz targets do with their bytes, and the bounded run of them that is among the tests.
//!
//! The folder belongs to `tests/fuzz.rs` and to `fuzz/fuzz_targets/`, and uses nothing but the public face of the crate.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

pub mod answers;
mod bodies;
mod calls;
pub mod phone_numbers;
mod transport;
pub mod webhooks;

use arbitrary::Unstructured;

/// One of a few, as the bytes choose; the first where they have ended.
fn pick<T: Copy>(input: &mut Unstructured<'_>, choices: &[T]) -> T {
    let place = input.int_in_range(0..=choices.len() - 1).unwrap_or_default();
    choices[place]
}

/// At most so many, as the bytes choose; none where they have ended.
fn count(input: &mut Unstructured<'_>, most: usize) -> usize {
    input.int_in_range(0..=most).unwrap_or_default()
}

/// A text as the bytes have it, at most so long.
fn text(input: &mut Unstructured<'_>, most: usize) -> String {
    let length = count(input, most).min(input.len());
    String::from_utf8_lossy(input.bytes(length).unwrap_or_default()).into_owned()
}
