//! Every scenario and every fault script that has a name ends as it says, and no rule of the state machine is broken.

use std::fmt;

use e2e::{Fleet, Stage};
use jiff::SignedDuration;
use unmoor_simulator::load::ready_made::{FAULT_SCRIPTS, ReadyMade, SCENARIOS, find};
use unmoor_simulator::load::{self, Files};

use crate::runs::in_parallel;

/// As many as the command invents for a name.
const CUSTOMERS: usize = 3;

/// Long enough for the slowest of them.
const DAYS: i64 = 14;

struct Rehearsed {
    flag: &'static str,
    one: ReadyMade,
}

/// The command that does the same.
impl fmt::Display for Rehearsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unmoor rehearse {} {} --for {DAYS}d", self.flag, self.one.name)
    }
}

impl Rehearsed {
    fn files(&self) -> Files {
        let customers = load::generate(CUSTOMERS, 1).customers;
        let text = self.one.text.to_owned();
        match self.flag {
            "--scenario" => Files { customers, scenario: text, fault_script: String::new() },
            _ => {
                let calm = find(SCENARIOS, "calm").unwrap();
                Files { customers, scenario: calm.text.to_owned(), fault_script: text }
            }
        }
    }

    async fn complaints(&self) -> Vec<String> {
        let files = self.files();
        let mut plan = Fleet::from_files(&files.customers, &files.scenario, 1).plan();
        plan.setup = load::load_files(&files, 1).unwrap();
        plan.horizon = SignedDuration::from_hours(24 * DAYS);
        let stage = Stage::planned(plan, 1).await;
        let outcome = stage.rehearsal.run().await.unwrap();
        let mut complaints = outcome.broken_rules;
        complaints.extend(stage.simulator().audit());
        let somebody_accepted = stage.simulator().ledger(0).iter().any(|entry| entry.kind == "intent.accepted");
        if somebody_accepted && outcome.webhooks == 0 {
            complaints.push("no webhook came".to_owned());
        }
        let ends = self.one.about().ends;
        for m in &outcome.migrations {
            let codes = m.blocker_codes();
            let is_documented = ends.iter().any(|end| *end == m.phase_name() || codes.contains(&end.as_str()));
            if !is_documented {
                complaints.push(format!(
                    "ended as {} {codes:?}, documented: {ends:?}\n{}",
                    m.phase_name(),
                    Stage::story(m)
                ));
            }
        }
        for (fault, fired) in stage.simulator().faults() {
            if fired == 0 {
                complaints.push(format!("a fault befell nobody: {fault:?}"));
            }
        }
        complaints
    }
}

fn check(flag: &'static str, list: &[ReadyMade]) {
    let all = list.iter().map(|one| Rehearsed { flag, one: *one }).collect();
    in_parallel(all, async |one: &Rehearsed| one.complaints().await);
}

#[test]
fn every_scenario_ends_as_it_says() {
    check("--scenario", SCENARIOS);
}

#[test]
fn every_fault_script_ends_as_it_says() {
    check("--faults", FAULT_SCRIPTS);
}
