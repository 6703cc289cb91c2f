//! A caller of the simulator for tests: it speaks bytes, as any client does.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests; each test file uses a part of it"
)]

pub mod browser;
pub mod receiver;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
pub use unmoor_simulator::Reply;
use unmoor_simulator::{Credentials, Exchange, Id, LedgerEntry, Simulator, load};

pub const WABA: &str = "102290129340398";
pub const PORTFOLIO: &str = "506914307656634";
pub const NUMBER: &str = "+493023125001";

/// One customer, `acorn`, with one number and three templates of which two are duplicated.
pub const CUSTOMERS: &str = "customer,source_waba_id,business_portfolio_id,contact_email\n\
     acorn,102290129340398,506914307656634,office@acorn.example\n";

pub const SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[customers.acorn]
numbers = ["+493023125001"]
templates = [
    { name = "order_shipped", language = "de" },
    { name = "order_shipped", language = "en_US" },
    { name = "spring_offer", language = "de", category = "MARKETING", quality = "YELLOW" },
]
[customers.acorn.person]
answers_after = "2 hours"
"#;

/// An answer as a client sees it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// `error.code` and `error.error_subcode`.
    pub fn codes(&self) -> (i64, Option<i64>) {
        let error = &self.body["error"];
        (error["code"].as_i64().unwrap_or_else(|| panic!("no error: {}", self.body)), error["error_subcode"].as_i64())
    }

    pub fn details(&self) -> &str {
        self.body["error"]["error_data"]["details"].as_str().unwrap_or_default()
    }
}

/// A caller with its own clock: every call takes a second of virtual time.
pub struct Caller {
    pub simulator: Simulator,
    pub now: Timestamp,
    pub credentials: Credentials,
}

impl Caller {
    pub fn new(customers: &str, scenario: &str) -> Self {
        let setup = load::load(customers, scenario, 1).unwrap();
        let now = setup.start;
        let simulator = Simulator::from_setup(setup);
        let credentials = simulator.credentials();
        Self { simulator, now, credentials }
    }

    /// The usual customer, with more scenario behind the usual one.
    pub fn usual(more: &str) -> Self {
        Self::new(CUSTOMERS, &format!("{SCENARIO}{more}"))
    }

    /// The usual customer with knobs.
    pub fn with_knobs(knobs: &Value) -> Self {
        let caller = Self::usual("");
        caller.set_knobs(knobs);
        caller
    }

    pub fn set_knobs(&self, knobs: &Value) {
        let mut all = serde_json::to_value(self.simulator.knobs()).unwrap();
        for (name, value) in knobs.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.simulator.set_knobs(serde_json::from_value(all).unwrap()).unwrap();
    }

    pub fn wait(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
        self.simulator.advance_to(self.now);
    }

    pub fn exchange(&mut self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Exchange {
        self.now += SignedDuration::from_secs(1);
        let mut request = Request::builder().method(method).uri(format!("http://graph.example/v25.0{path}"));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = request.header("Content-Type", "application/json").body(body).unwrap();
        self.simulator.exchange(self.now, &request)
    }

    pub fn call(&mut self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
        match self.exchange(method, path, Some(token), body).reply {
            Reply::Answer(response) => read(&response),
            other @ (Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. }) => {
                panic!("{method} {path}: {other:?}")
            }
        }
    }

    pub fn get(&mut self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, None)
    }

    pub fn post(&mut self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, token, Some(body))
    }

    pub fn system_token(&self) -> String {
        self.credentials.system_token.expose().to_owned()
    }

    pub fn app_token(&self) -> String {
        format!("{}|{}", self.credentials.app_id, self.credentials.app_secret.expose())
    }

    /// `appsecret_proof` for a token of the provider's app.
    pub fn proof(&self, token: &str) -> String {
        use hmac::{Hmac, KeyInit, Mac};
        let secret = self.credentials.app_secret.expose();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(token.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    /// The business token of the first customer.
    pub fn business_token(&self) -> String {
        self.credentials.customers[0].business_token.as_ref().unwrap().expose().to_owned()
    }

    pub fn portfolio(&self) -> Id {
        PORTFOLIO.parse().unwrap()
    }

    /// Guide 2 for the usual customer.
    pub fn set_intent(&mut self) -> String {
        let (token, app) = (self.business_token(), self.credentials.app_id);
        let answer = self.post(&format!("/{WABA}/set_solution_migration_intent"), &token, json!({ "app_id": app }));
        text(&answer.body["id"])
    }

    /// Guide 2 to 4: the destination WABA.
    pub fn accepted(&mut self) -> String {
        let intent = self.set_intent();
        self.wait(3);
        let token = self.system_token();
        text(&self.get(&format!("/{intent}"), &token).body["destination_waba"]["id"])
    }

    /// Guide 2 to 6.
    pub fn subscribed(&mut self) -> String {
        let destination = self.accepted();
        let token = self.business_token();
        let answer = self.post(&format!("/{destination}/subscribed_apps"), &token, json!({}));
        assert_eq!(answer.body, json!({ "success": true }));
        destination
    }

    /// Guide 8 for the usual number.
    pub fn move_number(&mut self, destination: &str) -> Answer {
        let token = self.business_token();
        let body = json!({
            "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001",
            "display_phone_number": "+49 30 23125001", "verified_name": "Acorn"
        });
        self.post(&format!("/{destination}/phone_numbers"), &token, body)
    }

    /// Guide 2 to 8: destination and phone number id.
    pub fn moved(&mut self) -> (String, String) {
        let destination = self.subscribed();
        let answer = self.move_number(&destination);
        (destination, text(&answer.body["id"]))
    }

    /// Guide 9.
    pub fn register(&mut self, phone: &str) -> Answer {
        let token = self.business_token();
        self.post(&format!("/{phone}/register"), &token, json!({ "messaging_product": "whatsapp", "pin": "212834" }))
    }

    pub fn kinds(&self) -> Vec<String> {
        self.simulator.ledger(0).into_iter().map(|entry| entry.kind).collect()
    }

    pub fn entries(&self, kind: &str) -> Vec<LedgerEntry> {
        self.simulator.ledger(0).into_iter().filter(|entry| entry.kind == kind).collect()
    }
}

pub fn read(response: &http::Response<Bytes>) -> Answer {
    let body = serde_json::from_slice(response.body())
        .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(response.body())));
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
