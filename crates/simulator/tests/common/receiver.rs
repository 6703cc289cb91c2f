//! A receiver of webhooks in the same process.

use serde_json::{Value, json};
use unmoor_simulator::{
    Simulator,
    webhooks::{Delivery, Outcome, Receivers},
};

use super::Caller;

/// What a receiver has got, in the order in which it came.
#[derive(Default)]
pub struct Received(pub Vec<Delivery>);

impl Received {
    /// Each delivery's `field`, `event` or `decision`, and `entry.id`.
    pub fn events(&self) -> Vec<(String, String)> {
        self.bodies().iter().map(summary).collect()
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.0.iter().map(|delivery| serde_json::from_slice(&delivery.body).unwrap()).collect()
    }

    /// The bodies as bytes, for comparing runs.
    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        self.0.iter().map(|delivery| (delivery.url.clone(), delivery.body.to_vec())).collect()
    }
}

fn summary(body: &Value) -> (String, String) {
    let change = &body["entry"][0]["changes"][0];
    let field = change["field"].as_str().unwrap_or("?");
    let value = &change["value"];
    let event = value["event"].as_str().or(value["decision"].as_str()).unwrap_or("");
    (format!("{field} {event}").trim_end().to_owned(), body["entry"][0]["id"].as_str().unwrap().to_owned())
}

/// Takes what is due and answers 200.
pub fn receive(simulator: &Simulator) -> Received {
    let mut received = Received::default();
    simulator.deliver_due(|delivery| {
        received.0.push(delivery.clone());
        Outcome::Answered(200)
    });
    received
}

/// What is due for one address.
pub fn receive_at(simulator: &Simulator, url: &str) -> Received {
    let Received(mut all) = receive(simulator);
    all.retain(|delivery| delivery.url == url);
    Received(all)
}

/// The provider's own callback in every world that says nothing else.
pub const PROVIDER: &str = "https://provider.example/webhooks/whatsapp";
/// The partner's.
pub const PARTNER: &str = "https://partner.example/webhooks/whatsapp";

impl Caller {
    /// The usual customer, with receivers everywhere and a network that does nothing to a delivery.
    pub fn heard() -> Self {
        Self::heard_with(&json!({}))
    }

    /// The same with knobs.
    pub fn heard_with(knobs: &Value) -> Self {
        let caller =
            Self::with_knobs(&json!({ "webhook_duplicates": 0.0, "webhook_reorder": 0.0, "webhook_delay_s": 0 }));
        caller.set_knobs(knobs);
        caller.simulator.attach_receivers(Receivers::Everywhere);
        caller
    }

    /// What the provider's callback hears now.
    pub fn hears(&self) -> Received {
        receive_at(&self.simulator, PROVIDER)
    }
}
