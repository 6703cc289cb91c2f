//! `/<PHONE>/settings`: where messages are kept at rest (observations: registration.region, registration.storage_shape), and
//! calling (observations: settings.calling).

use serde_json::{Map, Value, json};

use super::{Call, Served, number};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::NodeType,
    },
    rules::{number_settings as rules_of_number, storage_region},
    world::{Scope, StorageRegion},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<PHONE>/settings", read).takes(&["fields"]),
    Served::new("POST", "/<PHONE>/settings", update).takes(&["storage_configuration", "calling"]),
];

/// All settings that Meta has; of those that are not simulated a number has none.
const SETTINGS: NodeType = NodeType {
    name: "WhatsAppBusinessPhoneNumberSettings",
    default: &["calling", "storage_configuration"],
    fields: &["storage_configuration", "calling", "user_identity_change", "payload_encryption"],
};

fn read(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, phone) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    let selection = call.selection(&SETTINGS)?;
    let unknown = || GraphError::unknown_object("GET", phone.as_str());
    let entry = call.state.seen_waba(waba).and_then(|waba| waba.number(&phone)).ok_or_else(unknown)?;
    let configuration = match entry.storage_region {
        None => json!({ "status": "DEFAULT" }),
        Some(region) => {
            json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": region.as_str() })
        }
    };
    let calling = &entry.settings.calling;
    Ok(selection.show(|field| match field {
        "storage_configuration" => Some(configuration.clone()),
        "calling" => (!calling.is_empty()).then(|| json!(calling)),
        _ => None,
    }))
}

fn update(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, phone) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    let wrong = |name: &str| GraphError::invalid_parameter(format!("Param {name} must be an object"));
    if let Some(calling) = call.params.structure("calling")? {
        if call.params.has("storage_configuration") {
            return Err(GraphError::invalid_parameter("Only one feature setting can be specified per request."));
        }
        let members = calling.as_object().ok_or_else(|| wrong("calling"))?.clone();
        rules_of_number::set_calling(call.state, call.cause, waba, &phone, members.into_iter().collect())?;
        return Ok(json!({ "success": true }));
    }
    let configuration = call.params.structure("storage_configuration")?;
    let configuration = configuration.ok_or_else(|| GraphError::missing("storage_configuration"))?;
    let region = wanted_region(configuration.as_object().ok_or_else(|| wrong("storage_configuration"))?)?;
    storage_region::set(call.state, call.cause, waba, &phone, region)?;
    Ok(json!({ "success": true }))
}

/// By the page on local storage `{"status","data_localization_region"}`, by the OpenAPI file `{"enabled","region"}`: both.
fn wanted_region(configuration: &Map<String, Value>) -> Answer<Option<StorageRegion>> {
    let text = |name: &str| configuration.get(name).and_then(Value::as_str);
    let status = text("status").map(str::to_ascii_uppercase);
    let enabled = match (status.as_deref(), configuration.get("enabled").and_then(Value::as_bool)) {
        (Some("IN_COUNTRY_STORAGE_ENABLED"), _) | (None, Some(true)) => true,
        (Some("IN_COUNTRY_STORAGE_DISABLED" | "DEFAULT"), _) | (None, Some(false)) => false,
        (Some(_) | None, _) => {
            return Err(GraphError::invalid_parameter(
                "storage_configuration.status is IN_COUNTRY_STORAGE_ENABLED or IN_COUNTRY_STORAGE_DISABLED",
            ));
        }
    };
    if !enabled {
        return Ok(None);
    }
    let region = text("data_localization_region").or_else(|| text("region")).unwrap_or_default();
    storage_region::parse(region).map(Some)
}
