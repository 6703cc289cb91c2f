//! The side of the simulator that whoever plays the receiver, or sends to one, works with.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

use super::{
    envelope, occasions,
    outbox::{DeliveryEntry, DeliveryState, Outcome},
    shapes::Announcement,
};
use crate::{ids::Id, simulator::Simulator, state::State};

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
}

impl Simulator {
    /// From now on somebody stands behind the callbacks: what happens is put into deliveries, which wait to be taken.
    ///
    /// Without this the callbacks are addresses that nobody looks at: they verify rightly, and no delivery is made or kept, so
    /// that a rehearsal without receivers costs nothing. [`crate::serve()`] calls it. It outlasts [`Self::reset`].
    pub fn attach_receivers(&self) {
        self.lock().state.receivers_attached = true;
    }

    /// Hands out the delivery that has been due for longest, if one is due at the present. It stays in flight until
    /// [`Self::delivered`] tells what came of it.
    pub fn take_due_delivery(&self) -> Option<Delivery> {
        take(&mut self.lock().state)
    }

    /// Reports what came of a delivery that was taken. A failed one is tried again by the vendor's schedule, counted from the
    /// instant at which the attempt was due. False if it is not in flight.
    pub fn delivered(&self, id: u64, outcome: Outcome) -> bool {
        let state = &mut self.lock().state;
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
    /// restriction. Only the webhook is sent; the world stays as it is.
    pub fn announce(&self, waba: Id, announcement: &Announcement) {
        let state = &mut self.lock().state;
        let now = state.now;
        occasions::announce(state, now, waba, announcement);
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
        let state = &mut self.lock().state;
        match state.world.outbox.get(id).map(|delivery| delivery.state) {
            None => Err(NotRedelivered::Unknown(id)),
            Some(DeliveryState::InFlight) => Err(NotRedelivered::InFlight(id)),
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
