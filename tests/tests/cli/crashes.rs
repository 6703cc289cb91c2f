//! `kill -9` at moments that a seed picks.

use std::time::Duration;

use crate::support::{
    Deadline, FLEET, FLEET_SCENARIO, Simulated, Unmoor, Watch, effects, effects_of_lines, expect_same_effects, write,
};

const RATE: u32 = 100;
/// How many numbers of the fleet move.
const NUMBERS: usize = 8;
/// A fleet at rest for so long waits for the vendor's time to pass.
const QUIET: Duration = Duration::from_millis(400);

/// A small generator (SplitMix64): the moments have to be the same in each run of the test.
struct Seeded(u64);

impl Seeded {
    /// A number from 1 to `most`.
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        1 + (mixed ^ (mixed >> 31)) % most
    }
}

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After so many more requests.
    Requests(u64),
    /// With the first number's move, whose answer is still on its way.
    FirstMove,
}

/// Lets `unmoor run` work until the moment comes, and kills it in the middle of whatever it does.
fn run_and_kill(simulated: &Simulated, unmoor: &Unmoor, moment: Moment) {
    let deadline = Deadline::in_seconds(60);
    let mut running = unmoor.start(["run"]);
    let mut watch = Watch::over(simulated);
    let before = watch.seen;
    loop {
        let seen = watch.look();
        let has_come = match moment {
            Moment::Requests(more) => seen >= before + more,
            Moment::FirstMove => !simulated.changes("number.moved").is_empty(),
        };
        if has_come {
            break;
        }
        assert!(!running.has_ended(), "it ended before it was killed: {}", running.finish());
        if watch.is_quiet_for(QUIET) {
            simulated.advance(1_200);
            watch.begin_again();
        }
        deadline.pause("the moment to kill a run");
    }
    let killed = running.kill();
    assert_eq!(killed.status(), None, "a signal ended it: {killed}");
}

/// Twenty moments: some on the way to the first move, most where nothing can be undone.
fn moments(mut seeded: Seeded) -> Vec<Moment> {
    let mut moments: Vec<Moment> = (0..6).map(|_| Moment::Requests(seeded.up_to(9))).collect();
    moments.push(Moment::FirstMove);
    moments.extend((0..13).map(|_| Moment::Requests(seeded.up_to(5))));
    moments
}

#[test]
fn killed_twenty_times_it_does_what_a_calm_run_does() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // An intent whose answer was lost cannot be found again, and is set again. Where the customer has rejected the first one by
    // then, that makes a second one, which is not what is looked at here: so this customer takes its time.
    let scenario = FLEET_SCENARIO.replace(
        "answer = \"reject\", answers_after = \"30 min\"",
        "answer = \"reject\", answers_after = \"20 hours\"",
    );
    assert_ne!(scenario, FLEET_SCENARIO);
    let simulated = Simulated::of(vendor.path(), FLEET, &scenario, RATE);
    // Each call takes ten milliseconds of real time, so that most moments are in the middle of one.
    simulated.post("faults", &serde_json::json!({ "action": { "latency_ms": 1000 } }));
    let unmoor = simulated.client(ours.path());
    let customers = write(ours.path(), "fleet.csv", FLEET);
    unmoor.done(["import", customers.to_str().unwrap()]);
    unmoor.done(["start", "--all", "--yes"]);
    let moments = moments(Seeded(2027));
    assert_eq!(moments.len(), 20);
    let mut within_the_cutover = 0;
    for moment in moments {
        run_and_kill(&simulated, &unmoor, moment);
        let (moved, registered) =
            (simulated.changes("number.moved").len(), simulated.changes("number.registered").len());
        within_the_cutover += usize::from(moved > 0 && registered < NUMBERS);
        // Two moves or registers in doubt stop the fleet until a person has looked.
        unmoor.done(["resume", "--fleet"]);
    }
    assert!(within_the_cutover >= 10, "most were to strike between the first move and the last register");
    let last = finish(&simulated, &unmoor);
    let summary = last.expect_status(3).json_lines().pop().unwrap();
    assert_eq!((&summary["stopped"], &summary["waiting"]), (&1.into(), &0.into()), "{last}");

    let calm = Unmoor::at(vendor.path());
    calm.run(["rehearse", "customers.csv", "--keep", "kept", "--quiet"]).expect_status(0);
    let calm = std::fs::read_to_string(vendor.path().join("kept/ledger.jsonl")).unwrap();
    expect_same_effects(&effects(&simulated.ledger()), &effects_of_lines(&calm));
}

fn finish(simulated: &Simulated, unmoor: &Unmoor) -> crate::support::Finished {
    simulated.hurry(unmoor.start(["run", "--json"]))
}
