//! `GET /<WABA>` (observations: waba.fields).

use serde_json::{Value, json};

use super::{Call, Served, pricing_analytics};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
    },
    ids::Id,
    rules::health,
    state::State,
    world::Waba,
};

pub(super) const SERVED: &[Served] = &[Served::new("GET", "/<WABA>", read)];

/// A WhatsApp Business Account.
pub(super) const WABA: NodeType = NodeType {
    name: "WhatsAppBusinessAccount",
    default: &["id", "name", "currency", "timezone_id", "message_template_namespace"],
    fields: &[
        "id",
        "name",
        "currency",
        "timezone_id",
        "message_template_namespace",
        "business_type",
        "account_review_status",
        "business_verification_status",
        "ownership_type",
        "owner_business",
        "owner_business_info",
        "on_behalf_of_business_info",
        "primary_funding_id",
        "country",
        "creation_time",
        "status",
        "health_status",
        "pricing_analytics",
    ],
};

fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &WABA)?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let mut shown = show(call.state, call.caller.app, waba, &selection);
    if let (Some(arguments), Value::Object(shown)) = (selection.arguments("pricing_analytics"), &mut shown) {
        let analytics = pricing_analytics::of_field(call.state, waba, arguments)?;
        shown.insert("pricing_analytics".to_owned(), analytics);
    }
    Ok(shown)
}

/// A WABA with the selected fields.
pub(super) fn show(state: &State, app: Id, waba: &Waba, selection: &Selection) -> Value {
    let owner = state.world.portfolios.get(&waba.owner);
    let info = |id| state.world.portfolios.get(id).map(|owner| json!({ "name": owner.name, "id": owner.id }));
    selection.show(|field| match field {
        "id" => Some(json!(waba.id)),
        "name" => Some(json!(waba.name)),
        "currency" => Some(json!(waba.currency)),
        "timezone_id" => Some(json!(waba.timezone_id)),
        "message_template_namespace" => Some(json!(waba.message_template_namespace)),
        "business_type" => Some(json!("ent")),
        "account_review_status" => Some(json!(waba.review.as_str())),
        "business_verification_status" => {
            Some(json!(if owner.is_some_and(|owner| owner.verified) { "verified" } else { "not_verified" }))
        }
        "ownership_type" => Some(json!(waba.ownership.as_str())),
        "owner_business" | "owner_business_info" => info(&waba.owner),
        "on_behalf_of_business_info" => waba.on_behalf_of.as_ref().and_then(info),
        "primary_funding_id" if state.knobs.funding_readable => waba.funding.id().map(|id| json!(id)),
        "country" => Some(json!(waba.country)),
        "creation_time" => Some(json!(waba.created_at.as_second())),
        "status" => Some(json!("ACTIVE")),
        "health_status" => Some(health::status(&state.world, &state.knobs, app, waba, None)),
        _ => None,
    })
}
