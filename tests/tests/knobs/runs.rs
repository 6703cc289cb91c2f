//! One rehearsal of the fleet under some knobs.

use std::fmt;
use std::sync::Mutex;

use e2e::{Fleet, Stage};
use jiff::SignedDuration;
use serde_json::Value;
use unmoor_simulator::Knobs;

use crate::as_argument;
use crate::ends::{self, End};

const CUSTOMERS: &str = include_str!("fleet.csv");
const SCENARIO: &str = include_str!("fleet.scenario.toml");

/// Messages before the cutovers, between their two calls, and after them, where a knob alone says what becomes of them; the pairs
/// go without, which would take an hour.
const TRAFFIC: &str = "[traffic]\nsent_per_hour = 1\nreceived_per_hour = 1\ncustomers_per_number = 20\n";
const ABOUT_MESSAGES: [&str; 7] = [
    "contact_user_id",
    "customer_window_after_cutover",
    "inbound_between_8_and_9",
    "payment_missing_told_by",
    "status_after_cutover_goes_to",
    "status_contacts",
    "template_rating_messages",
];

/// Knobs that differ from their defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    settings: Vec<(&'static str, Value)>,
}

/// The command that does the same.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.horizon().as_hours() / 24;
        write!(f, "unmoor rehearse tests/tests/knobs/fleet.csv --for {days}d")?;
        let defaults = serde_json::to_value(Knobs::default()).unwrap();
        for (name, value) in self.settings.iter().filter(|(name, value)| defaults[name] != *value) {
            write!(f, " --knob {name}={}", as_argument(value))?;
        }
        Ok(())
    }
}

impl Run {
    pub(crate) fn of(settings: Vec<(&'static str, Value)>) -> Self {
        Self { settings }
    }

    fn knobs(&self) -> Knobs {
        let mut knobs = serde_json::to_value(Knobs::default()).unwrap();
        for (name, value) in &self.settings {
            knobs[name] = value.clone();
        }
        serde_json::from_value(knobs).unwrap()
    }

    fn scenario(&self) -> String {
        match self.settings.as_slice() {
            [(name, _)] if ABOUT_MESSAGES.contains(name) => format!("{SCENARIO}\n{TRAFFIC}"),
            _ => SCENARIO.to_owned(),
        }
    }

    /// Long enough for the slowest customer, and where silence is consent for the one who never answers.
    fn horizon(&self) -> SignedDuration {
        let days = match self.knobs().intent_auto_accept_days {
            Some(days) => i64::from(days) + 10,
            None => 14,
        };
        SignedDuration::from_hours(24 * days)
    }

    /// What is wrong with how it ended; nothing, or there is a defect.
    async fn complaints(&self) -> Vec<String> {
        let knobs = self.knobs();
        let shown = serde_json::to_value(&knobs).unwrap();
        let knobs_at_work = knobs.clone();
        let mut plan = Fleet::from_files(CUSTOMERS, &self.scenario(), 1).knobs(|set| *set = knobs).plan();
        plan.horizon = self.horizon();
        let stage = Stage::planned(plan, 1).await;
        let outcome = stage.rehearsal.run().await.unwrap();
        let mut complaints = outcome.broken_rules;
        complaints.extend(stage.simulator().audit());
        if outcome.webhooks == 0 && knobs_at_work.webhook_loss < 1.0 {
            complaints.push("no webhook came, so that their knobs turned nothing".to_owned());
        }
        for m in &outcome.migrations {
            let allowed = ends::documented(&m.customer().reference, &shown);
            let end = End::of(m);
            if !allowed.contains(&end) {
                complaints.push(format!(
                    "{}: ended as {end}, documented: {allowed:?}\n{}",
                    m.customer().reference,
                    Stage::story(m)
                ));
            }
        }
        complaints
    }
}

/// Runs all of them on every core and fails with the command of each that ended badly.
pub(crate) fn check_all(runs: Vec<Run>) {
    in_parallel(runs, async |run: &Run| run.complaints().await);
}

/// Does `work` with each of `all`, on every core. Fails with what it complains about, under the words of the one.
pub(crate) fn in_parallel<T: fmt::Display + Send>(all: Vec<T>, work: impl AsyncFn(&T) -> Vec<String> + Sync) {
    let left = Mutex::new(all.into_iter());
    let bad = Mutex::new(Vec::new());
    let worker = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        loop {
            let Some(one) = left.lock().unwrap().next() else { return };
            let complaints = runtime.block_on(work(&one));
            if !complaints.is_empty() {
                bad.lock().unwrap().push(format!("$ {one}\n{}", complaints.join("\n")));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let bad = bad.into_inner().unwrap();
    assert!(bad.is_empty(), "{} runs ended badly:\n\n{}", bad.len(), bad.join("\n\n"));
}
