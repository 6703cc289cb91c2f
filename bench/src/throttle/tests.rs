//! Nothing here depends on a clock of the machine: the time is virtual.

use super::*;

const SMALL_FLEET: u64 = 60;
const SMALL_LIMIT: u32 = 180;

async fn holds_the_bound(workers: u32) {
    let experiment = Experiment::of(SMALL_FLEET, SMALL_LIMIT).await.unwrap();
    let ours = experiment.ours(workers, true).await.unwrap();
    let (bound, calls) = (experiment.bound.hours, experiment.bound.calls);
    assert!(experiment.is_done(&ours), "{ours:?}");
    assert!(bound >= 4.0, "{calls} calls: the limit decides, not the way of one customer");
    assert_eq!(ours.limit_errors, 0, "{ours:?}");
    assert!(ours.hours() >= bound, "nobody beats the bound, or it is none: {ours:?} against {bound} h");
    assert!(ours.hours() <= AT_MOST * bound, "{ours:?} against {bound} h for {calls} calls");
}

#[tokio::test]
async fn a_fleet_under_a_limit_comes_within_a_tenth_of_the_bound_and_provokes_no_limit_error() {
    holds_the_bound(1).await;
}

#[tokio::test]
async fn three_workers_that_share_the_limit_do_as_well() {
    holds_the_bound(3).await;
}

#[tokio::test]
async fn one_that_polls_at_a_fixed_interval_makes_the_same_calls_and_is_refused() {
    let experiment = Experiment::of(20, 60).await.unwrap();
    let poller = experiment.poller().await.unwrap();
    assert!(experiment.is_done(&poller), "{poller:?}");
    assert!(poller.limit_errors > 0, "{poller:?}");
    assert!(poller.hours() >= experiment.bound.hours, "{poller:?}");
}
