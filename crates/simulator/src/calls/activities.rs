//! `GET /<WABA>/activities`: what happened to an account, newest first, worked out of the ledger (observations: waba.activities).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        paging::{Page, StaleCursor},
    },
    ids::Id,
    ledger::{By, LedgerEntry},
    state::State,
};

pub(super) const SERVED: &[Served] = &[Served::new("GET", "/<WABA>/activities", list).takes(&[
    "fields",
    "limit",
    "after",
    "before",
    "activity_type",
    "since",
    "until",
])];

const ACTIVITY: NodeType = NodeType {
    name: "WhatsAppBusinessAccountActivity",
    default: &["id", "activity_type", "timestamp", "actor_type"],
    fields: &["id", "activity_type", "timestamp", "actor_type", "description", "details"],
};

fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    let selection = call.selection(&ACTIVITY)?;
    let page = Page::read(&call.params)?;
    let wanted = call.params.list("activity_type")?;
    let (since, until) = (instant(call, "since")?, instant(call, "until")?);
    let entries = call.state.ledger.entries_of(id).filter_map(|entry| {
        let kind = activity(entry, id)?;
        let admitted = wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == kind))
            && since.is_none_or(|since| entry.at >= since)
            && until.is_none_or(|until| entry.at <= until);
        admitted.then_some((entry, kind))
    });
    let entries: Vec<(&LedgerEntry, &str)> = entries.collect();
    page.cut(
        &entries,
        |(entry, _)| entry.seq.to_string(),
        |(entry, kind)| show(call.state, id, entry, kind, &selection),
        &call.address.page_address(),
        &StaleCursor::Invalid,
    )
}

/// A unix time or an instant of ISO 8601.
fn instant(call: &Call<'_>, name: &str) -> Answer<Option<Timestamp>> {
    let Some(text) = call.params.text(name)? else { return Ok(None) };
    let second = text.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
    let instant = second.or_else(|| text.parse().ok());
    instant.map(Some).ok_or_else(|| GraphError::new(400, 100, &format!("Param {name} must be a time")))
}

fn show(state: &State, waba: Id, entry: &LedgerEntry, kind: &str, selection: &Selection) -> Value {
    let about = entry.number.as_ref().map(|number| number.as_str().to_owned()).or_else(|| entry.template.clone());
    selection.show(|field| match field {
        "id" => {
            let key =
                ["activity", &waba.to_string(), &entry.kind, &entry.at.to_string(), about.as_deref().unwrap_or("")];
            Some(json!(state.seed.id(&key)))
        }
        "activity_type" => Some(json!(kind)),
        "timestamp" => Some(json!(entry.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        "actor_type" => Some(json!(match entry.by {
            By::Api => "API",
            By::Person => "USER",
            By::Time => "AUTOMATED_PROCESS",
        })),
        "description" => Some(json!(format!("{} {}", entry.kind, about.as_deref().unwrap_or("")).trim_end())),
        "details" => {
            let details = entry.ids.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
            Some(Value::Object(details.collect::<Map<String, Value>>()))
        }
        _ => None,
    })
}

/// What a change is to the account `waba`; nothing where Meta has no word for it.
fn activity(entry: &LedgerEntry, waba: Id) -> Option<&'static str> {
    let is_this = |id: &String| *id == waba.to_string();
    // What happens on a destination is filed under its source as well, and is none of the source's business.
    if entry.ids.get("waba").is_some_and(|named| !is_this(named)) {
        return None;
    }
    let is_destination = entry.ids.get("destination_waba").is_some_and(is_this);
    let is_elsewhere = !is_destination && entry.ids.contains_key("destination_waba");
    match entry.kind.as_str() {
        "intent.accepted" if is_destination => Some("ACCOUNT_CREATED"),
        "waba.settings_changed" | "waba.approved" | "name.approved" | "number.storage_region_changed" => {
            Some("ACCOUNT_UPDATED")
        }
        "number.moved" if is_destination => Some("PHONE_NUMBER_ADDED"),
        "number.registered" if is_destination => Some("PHONE_NUMBER_VERIFIED"),
        "number.registered" | "number.deregistered" => Some("PHONE_NUMBER_REMOVED"),
        "user.assigned" => Some("USER_ADDED"),
        "user.removed" => Some("USER_REMOVED"),
        "partner.removed" => Some("PERMISSION_REVOKED"),
        "app.subscribed" | "app.unsubscribed" | "app.callback_changed" | "number.callback_changed" => {
            Some("WEBHOOK_CONFIGURED")
        }
        "token.issued" | "token.minted" => Some("API_ACCESS_GRANTED"),
        "token.revoked" => Some("API_ACCESS_REVOKED"),
        "funding.added" | "funding.declined" => Some("BILLING_UPDATED"),
        "two_step.turned_on" | "two_step.turned_off" | "two_step.pin_changed" => Some("SECURITY_EVENT"),
        "template.copied" | "template.created" if !is_elsewhere => Some("TEMPLATE_CREATED"),
        "template.rejected" | "template.edited" if !is_elsewhere => Some("TEMPLATE_UPDATED"),
        "template.deleted" if !is_elsewhere => Some("TEMPLATE_DELETED"),
        _ => None,
    }
}
