//! A simulator that was saved goes on as if nothing had happened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, SCENARIO, read, text};
use proptest::prelude::*;
use serde_json::{Value, json};
use unmoor_simulator::{InvalidSave, Reply, Simulator};

/// Something of everything: knobs, faults with a memory, a late request, reads that lag, calls that are counted.
const BUSY: &str = r#"
[knobs]
read_after_write_lag_s = 20
template_reject_rate = 0.5

[[fault]]
match = { path = "/*/subscribed_apps", nth = 2 }
action = { drop = "later", later_s = 7000 }

[[fault]]
match = { path = "/*/phone_numbers", method = "GET" }
probability = 0.5
action = { graph_error = { code = 2, is_transient = true } }
"#;

/// The calls of a migration and what follows, one by one; each gives what the caller saw.
struct Course {
    caller: Caller,
    intent: String,
    destination: String,
    phone: String,
}

const STEPS: usize = 16;

impl Course {
    fn begin() -> Self {
        let caller = Caller::new(common::CUSTOMERS, &format!("{SCENARIO}{BUSY}"));
        Self { caller, intent: String::new(), destination: String::new(), phone: String::new() }
    }

    fn call(&mut self, method: &str, path: &str, body: Option<Value>) -> Value {
        let token = if path.starts_with(&format!("/{}", self.intent)) && method == "GET" && !self.intent.is_empty() {
            self.caller.system_token()
        } else {
            self.caller.business_token()
        };
        match self.caller.exchange(method, path, Some(&token), body).reply {
            Reply::Answer(response) => {
                let headers: Vec<String> = response.headers().iter().map(|pair| format!("{pair:?}")).collect();
                let answer = read(&response);
                json!({ "status": answer.status, "headers": headers, "body": answer.body })
            }
            dropped @ (Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. }) => {
                json!(format!("{dropped:?}"))
            }
        }
    }

    fn step(&mut self, place: usize) -> Value {
        let (destination, phone) = (self.destination.clone(), self.phone.clone());
        let subscribe = format!("/{destination}/subscribed_apps");
        let list = format!("/{destination}/phone_numbers");
        match place {
            0 => {
                self.intent = self.caller.set_intent();
                json!(self.intent)
            }
            1 => {
                self.caller.wait(3);
                let seen = self.call("GET", &format!("/{}", self.intent.clone()), None);
                self.destination = text(&seen["body"]["destination_waba"]["id"]);
                seen
            }
            2 | 3 => self.call("POST", &subscribe, Some(json!({}))),
            4 => {
                let seen = self.caller.move_number(&destination);
                self.phone = text(&seen.body["id"]);
                seen.body
            }
            5..=8 => self.call("GET", &list, None),
            9 => self.caller.register(&phone).body,
            10..=13 => self.call("GET", &list, None),
            14 => {
                self.caller.wait(30);
                self.call("GET", &format!("/{destination}/message_templates"), None)
            }
            _ => self.call("GET", &format!("/{phone}"), None),
        }
    }

    fn traces(&self) -> String {
        let simulator = &self.caller.simulator;
        let saved = simulator.save().unwrap();
        let ledger = serde_json::to_string(&simulator.ledger(0)).unwrap();
        let requests = serde_json::to_string(&simulator.requests(0)).unwrap();
        let mails = serde_json::to_string(&simulator.mails()).unwrap();
        format!("{ledger}\n{requests}\n{mails}\n{}", String::from_utf8(saved).unwrap())
    }
}

fn uninterrupted() -> (Vec<Value>, String) {
    let mut course = Course::begin();
    let seen = (0..STEPS).map(|place| course.step(place)).collect();
    (seen, course.traces())
}

#[test]
fn the_course_is_a_busy_one() {
    let mut course = Course::begin();
    for place in 0..STEPS {
        course.step(place);
    }
    let kinds = course.caller.kinds();
    for kind in ["intent.accepted", "number.moved", "number.registered", "template.copied"] {
        assert!(kinds.iter().any(|seen| seen == kind), "{kind} is missing: {kinds:?}");
    }
    assert!(course.caller.simulator.faults().iter().all(|(_, fired)| *fired > 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Saved and restored behind any of its calls, as often as one likes.
    #[test]
    fn what_was_saved_goes_on_with_the_same_bytes(interrupted_behind in proptest::collection::btree_set(0..STEPS, 1..5)) {
        let mut course = Course::begin();
        let mut seen = Vec::new();
        for place in 0..STEPS {
            seen.push(course.step(place));
            if interrupted_behind.contains(&place) {
                let saved = course.caller.simulator.save().unwrap();
                course.caller.simulator = Simulator::restore(&saved).unwrap();
                prop_assert_eq!(course.caller.simulator.save().unwrap(), saved, "what was restored is what was saved");
            }
        }
        let (calm, traces) = uninterrupted();
        prop_assert_eq!(seen, calm);
        prop_assert_eq!(course.traces(), traces);
    }
}

#[test]
fn a_reset_after_a_restart_goes_back_to_the_first_start() {
    let mut course = Course::begin();
    let first = serde_json::to_string(&course.caller.simulator.world()).unwrap();
    for place in 0..5 {
        course.step(place);
    }
    let simulator = Simulator::restore(&course.caller.simulator.save().unwrap()).unwrap();
    simulator.reset(simulator.origin());
    assert_eq!(serde_json::to_string(&simulator.world()).unwrap(), first);
    assert_eq!(simulator.knobs().read_after_write_lag_s, 20);
    assert_eq!(simulator.faults().len(), 2);
}

#[test]
fn what_was_not_saved_by_this_version_is_refused() {
    let saved = String::from_utf8(Course::begin().caller.simulator.save().unwrap()).unwrap();
    let refusal = |text: String| Simulator::restore(text.as_bytes()).map(|_| ()).unwrap_err();
    assert!(matches!(refusal(String::new()), InvalidSave::SomethingElse));
    assert!(matches!(refusal("customer,source_waba_id\nacorn,1\n".to_owned()), InvalidSave::SomethingElse));
    assert!(matches!(refusal("{}\n{}".to_owned()), InvalidSave::SomethingElse));
    let older = saved.replacen(env!("CARGO_PKG_VERSION"), "0.0.1", 1);
    let error = refusal(older);
    assert!(matches!(&error, InvalidSave::OtherVersion { saved } if saved == "0.0.1"), "{error}");
    assert!(error.to_string().contains("0.0.1") && error.to_string().contains(env!("CARGO_PKG_VERSION")), "{error}");
    let changed = saved.replacen("\"acorn\"", "\"acorm\"", 1);
    assert!(matches!(refusal(changed), InvalidSave::Damaged(_)));
    let cut = saved[..saved.len() / 2].to_owned();
    assert!(matches!(refusal(cut), InvalidSave::Damaged(_)));
}
