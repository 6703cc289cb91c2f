//! `/_sim/messages` and `/_sim/charges`.
//!
//! `POST /_sim/messages` sends through a number
//! `{"number"|"phone_number_id", "to", "template": {"name", "language"} | "text", "delivered_after_s": 5 | null (never),
//! "read_after_s", "failed_after_s", "callback_data"}`, or has a customer write
//! `{"from", "number"|"phone_number_id", "text", "free_entry_point": true}`.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;

use super::{Outcome, Refusal, parse, query, to_json};
use crate::{
    ids::Id,
    messages::{ReceiveMessage, SendMessage, SendRefused},
    simulator::Simulator,
};

/// Sends, or lets a customer write where the body has a `from`.
pub(super) fn post(simulator: &Simulator, body: &[u8]) -> Outcome {
    let is_from_customer = parse::<Value>(body)?.get("from").is_some();
    if is_from_customer {
        let received =
            simulator.receive_message(&parse::<ReceiveMessage>(body)?).map_err(|refused| refuse(&refused))?;
        return to_json(&received);
    }
    to_json(&simulator.send_message(&parse::<SendMessage>(body)?).map_err(|refused| refuse(&refused))?)
}

/// What Meta's side refuses is a conflict; everything else is the caller's own mistake.
fn refuse(refused: &SendRefused) -> Refusal {
    let status = match refused {
        SendRefused::Unclear(_) => StatusCode::BAD_REQUEST,
        SendRefused::UnknownNumber(_) => StatusCode::NOT_FOUND,
        SendRefused::ByMeta { .. } => StatusCode::CONFLICT,
    };
    Refusal(status, refused.to_string())
}

/// The `waba` of a query; all of them without one.
pub(super) fn waba_of(request: &Request<Bytes>) -> Result<Option<Id>, Refusal> {
    query(request, "waba").map(|value| value.parse().map_err(Refusal::bad)).transpose()
}
