//! A simulator in a process of its own, and what its control surface tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Running, Unmoor, get, request, write};

/// The simulator. It ends with the test.
pub(crate) struct Simulated {
    process: Running,
    /// Where it listens.
    pub(crate) url: String,
    /// The environment that it has written for its clients.
    pub(crate) environment: PathBuf,
}

impl Simulated {
    /// Serves a customer file, with the scenario beside it, on a free port.
    pub(crate) fn of_file(folder: &Path, customers: &Path, rate: u32) -> Self {
        let environment = folder.join("sim.env");
        let (customers, rate) = (customers.display().to_string(), rate.to_string());
        let file = environment.display().to_string();
        let mut process = Unmoor::at(folder).start([
            "simulate",
            "--customers",
            &customers,
            "--env",
            &file,
            "--port",
            "0",
            "--rate",
            &rate,
        ]);
        let line = process.line("its address", |line| line.starts_with("listening on http://"));
        let url = line.trim_start_matches("listening on ").to_owned();
        Self { process, url, environment }
    }

    /// Serves customers and a scenario as text.
    pub(crate) fn of(folder: &Path, customers: &str, scenario: &str, rate: u32) -> Self {
        write(folder, "customers.scenario.toml", scenario);
        Self::of_file(folder, &write(folder, "customers.csv", customers), rate)
    }

    /// A client of it in `folder`.
    pub(crate) fn client(&self, folder: impl Into<PathBuf>) -> Unmoor {
        Unmoor::at(folder).with_file(&self.environment)
    }

    /// Ends it politely.
    pub(crate) fn end(self) -> super::Finished {
        self.process.terminate();
        self.process.finish()
    }

    /// `GET /_sim/<WHAT>`.
    pub(crate) fn read(&self, what: &str) -> Value {
        get(&format!("{}/_sim/{what}", self.url))
    }

    /// `POST /_sim/<WHAT>`, which has to succeed.
    pub(crate) fn post(&self, what: &str, body: &Value) -> Value {
        let answer = request("POST", &format!("{}/_sim/{what}", self.url), Some(body));
        assert_eq!(answer.status, 200, "POST /_sim/{what} {body}: {}", answer.body);
        answer.body
    }

    /// Lets so many seconds of virtual time pass at once.
    pub(crate) fn advance(&self, seconds: u64) {
        self.post("clock", &json!({ "advance_s": seconds }));
    }

    /// Every change of state so far.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        entries(&self.read("ledger"))
    }

    /// The changes of one kind, in their order.
    pub(crate) fn changes(&self, kind: &str) -> Vec<Value> {
        self.ledger().into_iter().filter(|entry| entry["kind"] == kind).collect()
    }

    /// The requests after place `after`.
    pub(crate) fn requests(&self, after: u64) -> Vec<Value> {
        entries(&self.read(&format!("requests?after={after}")))
    }
}

fn entries(answer: &Value) -> Vec<Value> {
    answer["entries"].as_array().expect("a list of entries").clone()
}

/// How often each change took place: kind, source WABA, number and template. Two runs did the same when these are equal.
pub(crate) fn effects(ledger: &[Value]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for entry in ledger {
        let key = ["kind", "source_waba", "number", "template"].map(|field| entry[field].to_string());
        *count.entry(key.join(" ")).or_insert(0) += 1;
    }
    count
}

/// The same of a ledger that `rehearse --keep` has written.
pub(crate) fn effects_of_lines(text: &str) -> BTreeMap<String, usize> {
    effects(&text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
}

/// Fails with what differs where two runs did not do the same.
#[track_caller]
pub(crate) fn expect_same_effects(ours: &BTreeMap<String, usize>, calm: &BTreeMap<String, usize>) {
    let keys = ours.keys().chain(calm.keys()).collect::<BTreeSet<_>>();
    let count = |all: &BTreeMap<String, usize>, key: &str| all.get(key).copied().unwrap_or_default();
    let differences: Vec<String> = keys
        .into_iter()
        .filter(|key| count(ours, key) != count(calm, key))
        .map(|key| format!("{key}: {} times, calmly {}", count(ours, key), count(calm, key)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
