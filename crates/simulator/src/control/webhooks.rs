//! `/_sim/webhooks`: the log of deliveries, an announcement by hand, a delivery once more.

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{Outcome, Refusal, parse, to_json};
use crate::{
    ids::Id,
    simulator::Simulator,
    webhooks::{NotRedelivered, shapes::Announcement},
};

/// The deliveries behind place `after`.
pub(super) fn list(simulator: &Simulator, after: u64) -> Outcome {
    to_json(&simulator.webhooks(after)).map(|entries| json!({ "entries": entries }))
}

/// `{"waba":"…","field":"account_update","value":{"event":"ACCOUNT_VIOLATION",…}}`: `value` in Meta's shape.
#[derive(Deserialize)]
struct AnnouncementBody {
    waba: Id,
    #[serde(flatten)]
    announcement: Announcement,
}

/// Has Meta say something that nothing here brings about.
pub(super) fn announce(simulator: &Simulator, body: &[u8]) -> Outcome {
    let AnnouncementBody { waba, announcement } = parse(body)?;
    if !simulator.announce(waba, &announcement) {
        return Err(Refusal(StatusCode::NOT_FOUND, format!("there is no WhatsApp Business Account {waba}")));
    }
    Ok(json!({ "success": true }))
}

/// Sends a delivery again.
pub(super) fn redeliver(simulator: &Simulator, id: &str) -> Outcome {
    let id = id.parse().map_err(|_| Refusal::bad("a delivery is known by its `seq`, a number"))?;
    simulator.redeliver(id).map_err(|error| {
        let status = match error {
            NotRedelivered::Unknown(_) => StatusCode::NOT_FOUND,
            NotRedelivered::InFlight(_) | NotRedelivered::Nobody(_) => StatusCode::CONFLICT,
        };
        Refusal(status, error.to_string())
    })?;
    Ok(json!({ "success": true }))
}
