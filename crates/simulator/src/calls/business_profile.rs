//! `/<PHONE>/whatsapp_business_profile` (observations: settings.profile).

use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::NodeType,
    },
    rules::number_settings::{self, PROFILE_TEXTS, WantedProfile},
    world::Scope,
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<PHONE>/whatsapp_business_profile", read).takes(&["fields"]),
    Served::new("POST", "/<PHONE>/whatsapp_business_profile", update).takes(&[
        "messaging_product",
        "about",
        "address",
        "description",
        "email",
        "vertical",
        "websites",
        "profile_picture_handle",
    ]),
];

const PROFILE: NodeType = NodeType { name: "WhatsAppBusinessProfile", default: ALL, fields: ALL };

const ALL: &[&str] = &[
    "messaging_product",
    "about",
    "address",
    "description",
    "email",
    "profile_picture_url",
    "websites",
    "vertical",
    "id",
];

/// In the first element of `data`; what is empty is not there.
fn read(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, phone) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    call.count(waba)?;
    let selection = call.selection(&PROFILE)?;
    let unknown = || GraphError::unknown_object("GET", phone.as_str());
    let entry = call.state.seen_waba(waba).and_then(|waba| waba.number(&phone)).ok_or_else(unknown)?;
    let profile = &entry.settings.profile;
    let text = |text: &String| (!text.is_empty()).then(|| json!(text));
    let shown = selection.show(|field| match field {
        "messaging_product" => Some(json!("whatsapp")),
        "about" => text(&profile.about),
        "address" => text(&profile.address),
        "description" => text(&profile.description),
        "email" => text(&profile.email),
        "vertical" => text(&profile.vertical),
        "websites" => (!profile.websites.is_empty()).then(|| json!(profile.websites)),
        // Signed anew each time.
        "profile_picture_url" => profile
            .picture
            .then(|| json!(format!("https://pps.whatsapp.example/{}?ccb={}", entry.id, call.state.now.as_second()))),
        _ => None,
    });
    Ok(json!({ "data": [shown] }))
}

fn update(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, phone) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    call.count(waba)?;
    if call.params.required("messaging_product")? != "whatsapp" {
        return Err(GraphError::new(400, 100, "Param messaging_product must be one of {WHATSAPP}"));
    }
    let mut wanted = WantedProfile {
        websites: call.params.texts("websites")?,
        picture: call.params.has("profile_picture_handle"),
        ..WantedProfile::default()
    };
    for (field, _) in PROFILE_TEXTS {
        if call.params.has(field) {
            // An empty text empties a field.
            wanted.texts.insert(field, call.params.text(field)?.unwrap_or_default());
        }
    }
    number_settings::set_profile(call.state, call.cause, waba, &phone, wanted)?;
    Ok(json!({ "success": true }))
}
