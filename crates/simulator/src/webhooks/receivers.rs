//! The side of the simulator that whoever plays the receiver, or sends to one, works with.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    envelope, occasions,
    outbox::{DeliveryEntry, DeliveryState, Outcome},
    shapes::Announcement,
};
use crate::{ids::Id, simulator::Simulator, state::State};

/// Who stands behind the callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receivers {
    /// Nobody: the addresses verify rightly, and no delivery is made or kept, so that a rehearsal without receivers costs
    /// nothing.
    #[default]
    Nobody,
    /// Somebody at every address: deliveries wait to be taken by [`Simulator::take_due_delivery`].
    Everywhere,
    /// Somebody at every address but those that are reserved for examples (RFC 2606): these verify rightly, and what goes to
    /// them is shown in the log and not sent.
    AtRealAddresses,
}

impl Receivers {
    /// Whether somebody is at an address.
    pub(crate) fn has(self, url: &str) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everywhere => true,
            Self::AtRealAddresses => !is_reserved(url),
        }
    }
}

/// Whether an address lies under a name that is reserved for examples (RFC 2606).
fn is_reserved(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default().to_ascii_lowercase();
    let names = ["example", "invalid", "example.com", "example.net", "example.org"];
    names.iter().any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// A delivery that is due: a `POST` of `body` to `url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its [`DeliveryEntry::seq`]; what came of it is reported under this.
    pub id: u64,
    /// The app it goes to.
    pub app: Id,
    /// Where it goes.
    pub url: String,
    /// `Content-Type` and `X-Hub-Signature-256` (observations: webhooks.signature).
    pub headers: HeaderMap,
    /// The bytes that are signed.
    pub body: Bytes,
    /// Which attempt this is, from 1.
    pub attempt: usize,
}

/// Why a delivery cannot be sent again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRedelivered {
    /// Nothing has this number, or it was settled so long ago that it is forgotten.
    #[error("there is no delivery {0}, or it is forgotten")]
    Unknown(u64),
    /// It is on its way.
    #[error("delivery {0} is on its way")]
    InFlight(u64),
    /// Nobody is at its address.
    #[error("delivery {0} goes to an address that is reserved for examples")]
    Nobody(u64),
}

impl Simulator {
    /// Says who stands behind the callbacks from now on: nobody unless told. Outlasts [`Self::reset`]. [`crate::serve()`] says
    /// [`Receivers::AtRealAddresses`] for itself.
    pub fn attach_receivers(&self, receivers: Receivers) {
        self.change().state.receivers = receivers;
    }

    /// Hands out the delivery that has been due for longest, if one is due at the present. It stays in flight until
    /// [`Self::delivered`] tells what came of it.
    pub fn take_due_delivery(&self) -> Option<Delivery> {
        let mut shared = self.lock();
        let taken = take(&mut shared.state);
        shared.changes += u64::from(taken.is_some());
        taken
    }

    /// Reports what came of a delivery that was taken. A failed one is tried again by the vendor's schedule, counted from the
    /// instant at which the attempt was due. False if it is not in flight.
    pub fn delivered(&self, id: u64, outcome: Outcome) -> bool {
        let state = &mut self.change().state;
        state.world.outbox.report(id, outcome, &state.knobs)
    }

    /// Takes and reports deliveries, retries among them, until none is due. `receiver` plays whoever is behind the callbacks.
    /// Gives how many there were.
    pub fn deliver_due(&self, mut receiver: impl FnMut(&Delivery) -> Outcome) -> usize {
        let mut count = 0;
        while let Some(delivery) = self.take_due_delivery() {
            let outcome = receiver(&delivery);
            self.delivered(delivery.id, outcome);
            count += 1;
        }
        count
    }

    /// Has Meta say something of the caller's choice about a WABA, now: what no rule and no person here brings about, such as a
    /// restriction. Only the webhook is sent; the world stays as it is. False if there is no such WABA.
    pub fn announce(&self, waba: Id, announcement: &Announcement) -> bool {
        let state = &mut self.change().state;
        let now = state.now;
        occasions::announce(state, now, waba, announcement);
        state.world.wabas.contains_key(&waba)
    }

    /// How many deliveries are due at the present.
    pub fn deliveries_due(&self) -> usize {
        let state = &self.lock().state;
        state.world.outbox.count_due(state.now)
    }

    /// When the next delivery is due.
    pub fn next_delivery_at(&self) -> Option<Timestamp> {
        self.lock().state.world.outbox.next_at()
    }

    /// The deliveries behind place `after`. Of the settled ones only the newest are known.
    pub fn webhooks(&self, after: u64) -> Vec<DeliveryEntry> {
        self.lock().state.world.outbox.after(after).cloned().collect()
    }

    /// Sends a delivery once more, whatever came of it before. If it fails again, it is tried on while its window lasts.
    ///
    /// # Errors
    /// Says why it cannot be sent.
    pub fn redeliver(&self, id: u64) -> Result<(), NotRedelivered> {
        let state = &mut self.change().state;
        match state.world.outbox.get(id).map(|delivery| delivery.state) {
            None => Err(NotRedelivered::Unknown(id)),
            Some(DeliveryState::InFlight) => Err(NotRedelivered::InFlight(id)),
            Some(DeliveryState::NotSent) => Err(NotRedelivered::Nobody(id)),
            Some(DeliveryState::Waiting | DeliveryState::Delivered | DeliveryState::GivenUp | DeliveryState::Lost) => {
                state.world.outbox.redeliver(id, state.now);
                Ok(())
            }
        }
    }
}

fn take(state: &mut State) -> Option<Delivery> {
    let State { world, knobs, now, seed, .. } = state;
    let entry = world.outbox.take_due(*now, knobs, *seed)?;
    let secret = world.apps.get(&entry.app).map_or("", |app| app.secret.expose());
    let body = envelope::spell(&entry.body);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(signature) = HeaderValue::from_str(&envelope::signature(secret, body.as_bytes())) {
        headers.insert("x-hub-signature-256", signature);
    }
    Some(Delivery {
        id: entry.seq,
        app: entry.app,
        url: entry.url.clone(),
        headers,
        body: body.into(),
        attempt: entry.attempts.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_examples_are_known_as_such() {
        for reserved in
            ["https://provider.example/x", "https://example.com", "https://a.b.example.org:8/x", "http://x.invalid/"]
        {
            assert!(is_reserved(reserved), "{reserved}");
        }
        for real in
            ["http://127.0.0.1:8080/x", "https://counterexample.com/", "https://example.com.de/", "https://a.test/"]
        {
            assert!(!is_reserved(real), "{real}");
        }
    }
}
