//! What the fuzz target does with its bytes, and the bounded run of it that is among the tests: they are read as a script of
//! calls, people and time, played to one world; after each step the answer and the world are looked at.
//!
//! The file belongs to `tests/fuzz.rs` and to `fuzz/fuzz_targets/http.rs`, and uses nothing but the public face of the crate.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod call;
mod words;

use std::sync::OnceLock;

use arbitrary::{Arbitrary, Unstructured};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use unmoor_simulator::{Action, KnobEntry, Knobs, Reply, Simulator, load};

use self::call::Call;

/// Two customers, so that there are foreign tokens and ids; the second is held up by everything that can hold one up.
const CUSTOMERS: &str = "customer,source_waba_id,business_portfolio_id\nacorn,5001,6001\nbirch,5002,6002\n";
const SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[customers.acorn]
numbers = ["+493023125001", { number = "+493023125002", status = "DISCONNECTED", storage_region = "DE" }]
templates = 3
[customers.acorn.person]
answers_after = "1 minute"
[customers.birch]
numbers = ["+493023125003", { number = "+493023125004", is_on_biz_app = true }, { number = "+493023125005", name_status = "PENDING_REVIEW" }]
templates = 2
two_step = true
business_verified = false
messaging_limit = "TIER_250"
tokens_must_expire = true
[customers.birch.person]
answers_after = "1 minute"
pays = "never"
"#;

#[derive(Debug, Arbitrary)]
enum Step {
    Call(Call),
    /// The guide's next call, so that deep states are reached by few bytes.
    Guide {
        customer: bool,
    },
    Person {
        customer: bool,
        action: u8,
    },
    Wait {
        minutes: u16,
    },
}

/// What is looked at by the calls and by the checks.
pub struct Stage {
    pub simulator: Simulator,
    pub now: Timestamp,
    /// Tokens that answers have given.
    pub tokens: Vec<String>,
    /// How far the guide has come, per customer.
    guide: [usize; 2],
    /// Every answer, for the comparison of two runs.
    pub transcript: Vec<String>,
}

/// Plays the script that the bytes are. Gives what was answered.
///
/// # Panics
/// If an answer is none of Meta's, or the world has come out of joint.
pub fn play(bytes: &[u8]) -> Vec<String> {
    let mut input = Unstructured::new(bytes);
    let mut stage = Stage::new();
    stage.turn(&few(&mut input).unwrap_or_default());
    for _ in 0..MOST_STEPS {
        let Ok(step) = (if input.is_empty() { break } else { Step::arbitrary(&mut input) }) else { break };
        stage.step(&step);
        let wrong = stage.simulator.audit();
        assert!(wrong.is_empty(), "after {step:?}: {wrong:?}");
    }
    let (ledger, requests) = (stage.simulator.ledger(0), stage.simulator.requests(0));
    let keeps_time = ledger.is_sorted_by_key(|entry| entry.at) && requests.is_sorted_by_key(|entry| entry.at);
    assert!(keeps_time, "the ledger goes back in time");
    stage.transcript
}

/// Steps of a script.
const MOST_STEPS: usize = 40;

/// None to six of something.
fn few<'a, T: Arbitrary<'a>>(input: &mut Unstructured<'a>) -> arbitrary::Result<Vec<T>> {
    let count = input.int_in_range(0..=6)?;
    (0..count).map(|_| input.arbitrary()).collect()
}

impl Stage {
    fn new() -> Self {
        static SETUP: OnceLock<load::Setup> = OnceLock::new();
        let setup = SETUP.get_or_init(|| load::load(CUSTOMERS, SCENARIO, 1).unwrap()).clone();
        let now = setup.start;
        Self { simulator: Simulator::from_setup(setup), now, tokens: Vec::new(), guide: [0, 0], transcript: Vec::new() }
    }

    /// Gives some knobs one of the values that they may have.
    fn turn(&mut self, knobs: &[(u8, u8)]) {
        static CATALOG: OnceLock<Vec<KnobEntry>> = OnceLock::new();
        let catalog = CATALOG.get_or_init(Knobs::catalog);
        let mut turned = Map::new();
        for (knob, value) in knobs {
            let knob = &catalog[usize::from(*knob) % catalog.len()];
            turned.insert(knob.name.to_owned(), knob.values[usize::from(*value) % knob.values.len()].clone());
        }
        self.simulator.set_knobs(serde_json::from_value(Value::Object(turned)).unwrap()).unwrap();
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Call(call) => {
                if let Some(request) = call.request(self) {
                    self.exchange(&request);
                }
            }
            Step::Guide { customer } => {
                let customer = usize::from(*customer);
                let place = self.guide[customer];
                self.guide[customer] += 1;
                if let Some(request) = call::of_guide(self, customer, place) {
                    self.exchange(&request);
                }
            }
            Step::Person { customer, action } => {
                let portfolio = self.simulator.credentials().customers[usize::from(*customer)].portfolio_id;
                self.simulator.person(portfolio, ACTIONS[usize::from(*action) % ACTIONS.len()]);
            }
            Step::Wait { minutes } => {
                self.now = self.now.saturating_add(SignedDuration::from_mins(i64::from(*minutes))).unwrap();
                self.simulator.advance_to(self.now);
            }
        }
    }

    fn exchange(&mut self, request: &http::Request<bytes::Bytes>) {
        self.now += SignedDuration::from_secs(1);
        let shown = format!("{} {}", request.method(), request.uri());
        let Reply::Answer(answer) = self.simulator.exchange(self.now, request).reply else {
            panic!("{shown}: dropped")
        };
        let text = std::str::from_utf8(answer.body()).unwrap_or_else(|_| panic!("{shown}: no text"));
        check(&shown, &answer, text);
        if let Some(token) = serde_json::from_str::<Value>(text).ok().and_then(|body| {
            body["access_token"].as_str().or_else(|| body["data"][0]["access_token"].as_str()).map(str::to_owned)
        }) {
            self.tokens.push(token);
        }
        self.transcript.push(format!("{shown} {} {text}", answer.status()));
    }
}

/// What every answer has to be: an object of JSON, with Meta's envelope where it is a refusal.
fn check(shown: &str, answer: &http::Response<bytes::Bytes>, text: &str) {
    let status = answer.status().as_u16();
    let is_json = answer.headers()["content-type"].to_str().unwrap().starts_with("application/json");
    if !is_json {
        assert_eq!(status, 200, "{shown}: {text}");
        return;
    }
    let body: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{shown}: {error}: {text}"));
    if status == 200 {
        assert!(body.get("error").is_none() && (body.is_object() || body.is_array()), "{shown}: {text}");
        return;
    }
    assert!((400..=599).contains(&status), "{shown}: {status} {text}");
    let error = &body["error"];
    let is_whole = error["message"].is_string() && error["type"].is_string() && error["code"].is_i64();
    assert!(is_whole && error["fbtrace_id"].is_string() && error["is_transient"].is_boolean(), "{shown}: {text}");
    assert_ne!(error["message"], "", "{shown}: {text}");
    assert!(answer.headers().contains_key("x-fb-trace-id"), "{shown}");
}

const ACTIONS: [Action; 9] = [
    Action::AcceptIntent,
    Action::RejectIntent,
    Action::AddPaymentMethod,
    Action::DeclinePaymentMethod,
    Action::TurnOffTwoStep,
    Action::TurnOnTwoStep,
    Action::RemovePartner,
    Action::ApproveName,
    Action::ApproveWaba,
];
