//! A bounded run of the fuzz target: the corpus, and scripts drawn from fixed seeds. `fuzz/README.md` tells how to let it run on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "fuzz_harness/mod.rs"]
mod harness;

use std::{fs, path::Path};

/// Scripts drawn, each from its own seed.
const SCRIPTS: u64 = 50;
/// Bytes of a script.
const LENGTH: usize = 1500;

/// Bytes that are the same for the same seed everywhere (the SplitMix64 generator).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    (0..LENGTH / 8).flat_map(|_| next()).collect()
}

#[test]
fn drawn_scripts_are_answered_as_meta_answers_and_leave_the_world_whole() {
    let mut answered = 0;
    let mut well = 0;
    for seed in 0..SCRIPTS {
        let transcript = harness::play(&bytes(seed));
        answered += transcript.len();
        well += transcript.iter().filter(|line| line.contains(" 200 OK ")).count();
    }
    assert!(answered > 700, "the scripts have lost their calls: {answered}");
    assert!(well * 20 > answered, "hardly anything succeeds any more: {well} of {answered}");
}

#[test]
fn the_same_script_gives_the_same_bytes() {
    for seed in 0..6 {
        assert_eq!(harness::play(&bytes(seed)), harness::play(&bytes(seed)), "{seed}");
    }
}

#[test]
fn the_corpus_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/http");
    let mut played = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        harness::play(&fs::read(entry.unwrap().path()).unwrap());
        played += 1;
    }
    assert!(played > 0, "{} is empty", folder.display());
}
