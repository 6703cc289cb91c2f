//! Schedules of everything that can go wrong, compared with the reference model after every step: those that are kept, and a few of
//! `cargo xtask chaos`, which runs thousands.

use e2e::chaos::{Explored, explore, kept_seeds, run};

/// As many as a development build runs within half a minute.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=30;

fn expect_no_violation(explored: &Explored, count: u64) {
    assert!(explored.failed.is_empty(), "{explored}");
    assert_eq!(explored.schedules, count);
}

#[test]
fn no_kept_schedule_breaks_a_rule() {
    let kept = kept_seeds().unwrap();
    let count = u64::try_from(kept.len()).unwrap();
    expect_no_violation(&explore(kept, false), count);
}

#[test]
fn no_schedule_breaks_a_rule() {
    let explored = explore(SEEDS, false);
    expect_no_violation(&explored, *SEEDS.end());
    assert!(explored.comparisons > 1500, "only {} comparisons", explored.comparisons);
    // What is not befallen by anything proves nothing.
    for kind in [
        "answer lost with its worker",
        "clock set back",
        "connection dropped",
        "lease expired",
        "operator: hold",
        "stale worker's commit refused",
        "webhook: twice",
        "worker frozen beyond its lease",
        "worker killed",
    ] {
        assert!(explored.tally.of_those_that_say(kind) > 0, "nothing of this kind: {kind}\n{explored}");
    }
}

#[test]
fn a_seed_gives_the_same_run_every_time() {
    for seed in [11, 12] {
        assert_eq!(run(seed, true), run(seed, true), "seed {seed}");
    }
}
