//! The way from a worker to the vendor, watched.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::SignedDuration;
use unmoor_engine::clock::Clock as _;
use unmoor_graph_api::{Transport, TransportError};
use unmoor_migration::EffectKind;
use unmoor_migration::retry::after;
use unmoor_simulator::{Exchange, Reply};

use super::schedule::Point;
use super::worker::Process;

/// Hands requests of one process to the simulator.
pub(super) struct Wire(pub(super) Arc<Process>);

#[async_trait]
impl Transport for Wire {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let (process, shared) = (&self.0, self.0.shared());
        let kind = kind_of(&request);
        let is_write = kind.is_some_and(EffectKind::cannot_be_undone);
        process.reach(Point::Sending, is_write).await;
        self.see_it_leave(&request, kind);
        shared.simulator.advance_to(shared.clock.now());
        shared.see_changes();
        let Exchange { latency, reply } = shared.simulator.exchange(shared.clock.now(), &request);
        let timeout = SignedDuration::try_from(timeout).unwrap();
        let in_time = latency < timeout;
        let answer = if let (true, Reply::Answer(response)) = (in_time, reply) { Some(response) } else { None };
        let fate = shared.fate_at(Point::Answered, is_write);
        // Who acted just before it did not wait for the call.
        shared.see_some_changes(|entry| entry.request.is_none());
        let now = shared.workers_now();
        let judged = shared.state().judge.request(now, &request, answer.as_ref());
        shared.state().requests += 1;
        shared.tell(|| {
            let ending = answer.as_ref().map_or_else(|| "no answer".to_owned(), |answer| answer.status().to_string());
            format!("{}  {} {}: {ending}", process.name, request.method(), request.uri().path())
        });
        if let Err(words) = judged {
            shared.violated(|| words);
        }
        shared.see_changes();
        shared.webhooks.set();
        let until = after(shared.clock.now(), if in_time { latency } else { timeout });
        shared.clock.sleep_until(until, "call").await;
        process.meet(fate, Point::Answered).await;
        answer.ok_or_else(|| TransportError::NoAnswer("the connection was closed before an answer came".to_owned()))
    }
}

impl Wire {
    /// Rule 5 and 9, which nobody outside can see: what cannot be undone is written down first, and leaves in time.
    fn see_it_leave(&self, request: &http::Request<Bytes>, kind: Option<EffectKind>) {
        let Some(kind) = kind else { return };
        let (process, shared) = (&self.0, self.0.shared());
        let Some(open) = shared.open_attempt(&process.name, kind) else {
            return shared.violated(|| format!("rule 5: {} was sent before it was journaled", request.uri().path()));
        };
        let late = shared.workers_now().duration_since(open.send_before);
        if kind.cannot_be_undone() && late.is_positive() {
            let number = open.number.map(|number| format!(" of {number}")).unwrap_or_default();
            shared.violated(|| format!("rule 9: {kind:?}{number} was sent {late:#} after its time had passed"));
        }
    }
}

/// Which write a request is.
fn kind_of(request: &http::Request<Bytes>) -> Option<EffectKind> {
    if request.method() != http::Method::POST {
        return None;
    }
    Some(match request.uri().path().rsplit('/').next()? {
        "register" => EffectKind::RegisterNumber,
        "phone_numbers" => EffectKind::MoveNumber,
        "set_solution_migration_intent" => EffectKind::SetIntent,
        "subscribed_apps" => EffectKind::Subscribe,
        "system_user_access_tokens" => EffectKind::FetchBusinessToken,
        "whatsapp_business_profile" | "conversational_automation" | "settings" => EffectKind::RestoreSetting,
        _ => return None,
    })
}
