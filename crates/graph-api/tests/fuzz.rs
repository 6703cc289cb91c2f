//! A bounded run of the fuzz targets: their corpora, and inputs drawn from fixed seeds. `fuzz/README.md` tells how to let them run on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "fuzz_harness/mod.rs"]
mod harness;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use harness::answers::{self, Ending};
use harness::phone_numbers::{self, Outcome};
use harness::webhooks;

/// Bytes that are the same for the same seed everywhere (the SplitMix64 generator).
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).collect()
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn drawn_answers_are_taken_for_what_they_are() {
    let mut endings: BTreeMap<Ending, u32> = BTreeMap::new();
    for seed in 0..1_500 {
        *endings.entry(answers::play(&bytes(seed, 240))).or_default() += 1;
    }
    for ending in [Ending::Answered, Ending::Refused, Ending::Unreadable, Ending::Unknown] {
        assert!(endings.get(&ending) > Some(&50), "{ending:?} has become rare: {endings:?}");
    }
}

#[test]
fn drawn_numbers_are_split_as_they_were_written() {
    let accepted = (0..1_500).filter(|seed| phone_numbers::play(&bytes(*seed, 80)) == Outcome::Accepted).count();
    assert!(accepted > 50, "hardly any number is accepted any more: {accepted}");
}

#[test]
fn drawn_webhooks_are_read_or_refused_and_keep_no_persons_words() {
    let mut outcomes: BTreeMap<webhooks::Outcome, u32> = BTreeMap::new();
    for seed in 0..1_500 {
        *outcomes.entry(webhooks::play(&bytes(seed, 240))).or_default() += 1;
    }
    for outcome in [webhooks::Outcome::Statuses, webhooks::Outcome::Changes, webhooks::Outcome::Refused] {
        assert!(outcomes.get(&outcome) > Some(&50), "{outcome:?} has become rare: {outcomes:?}");
    }
}

#[test]
fn the_corpora_are_taken_for_what_they_are() {
    for input in corpus("answers") {
        answers::play(&input);
    }
    for input in corpus("phone_numbers") {
        phone_numbers::play(&input);
    }
    for input in corpus("webhooks") {
        webhooks::play(&input);
    }
}

/// A page that a proxy or a mistake makes as long as this must not hold up a worker; the bound only catches what grows with the square.
#[test]
fn an_answer_of_a_megabyte_is_read_in_a_moment() {
    const BYTES: usize = 1 << 20;
    let filled = |before: &str, with: &str, after: &str| format!("{before}{}{after}", with.repeat(BYTES / with.len()));
    for body in [
        filled("{\"error\":{\"code\":1,\"message\":\"", " ", "\"}}"),
        filled("{\"error\":{\"code\":1,\"message\":\"", "access_token=a ", "\"}}"),
        filled("{\"error\":{\"code\":1,\"message\":\"", "EXAMPLE-BUSINESS-TOKEN", "\"}}"),
        filled("{\"error\":{\"code\":1,\"error_data\":\"", "a|", "\"}}"),
        filled("{\"error\":[", "{},", "{}]}"),
        filled("{\"data\":[", "0,", "0]}"),
        filled("{\"data\":[", "{\"id\":1},", "0]}"),
        filled("{\"data\":[],\"paging\":{\"next\":\"?after=", "%20", "\"}}"),
        filled("", "[", ""),
        filled("", "{\"data\":", ""),
    ] {
        let begins: String = body.chars().take(60).collect();
        let (done, read) = mpsc::channel();
        thread::spawn(move || done.send(answers::answered_with(body.into_bytes())));
        assert!(read.recv_timeout(Duration::from_secs(10)).is_ok(), "{begins}… takes too long, or failed");
    }
}
