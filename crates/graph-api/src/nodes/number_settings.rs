//! What is set on a phone number beside its registration: profile, automation, calling, storage.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::{AnswerError, Place};

/// What people see of a business in WhatsApp, field by field; an empty field is `None` (`observations: settings.profile`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BusinessProfile {
    /// The line beneath the name.
    pub about: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Industry, in Meta's words.
    pub vertical: Option<String>,
    /// Web sites, two at most.
    pub websites: Vec<String>,
    /// Whether there is a picture. Its address is signed anew each time, so it tells nothing.
    pub has_picture: bool,
}

impl BusinessProfile {
    /// What is asked for.
    pub const FIELDS: &[&'static str] =
        &["about", "address", "description", "email", "profile_picture_url", "websites", "vertical"];

    /// Meta's documents show the profile in the first element of `data`; its OpenAPI file puts it one level deeper.
    pub(crate) fn read(body: &Value) -> Result<Self, AnswerError> {
        let Some(entry) = Place::root(body).need("data")?.elements()?.into_iter().next() else {
            return Ok(Self::default());
        };
        let profile = entry.get("business_profile").unwrap_or(entry);
        let text = |name: &str| profile.text(name).filter(|text| !text.is_empty());
        Ok(Self {
            about: text("about"),
            address: text("address"),
            description: text("description"),
            email: text("email"),
            vertical: text("vertical").filter(|vertical| vertical != "UNDEFINED"),
            websites: profile.list("websites")?.iter().filter_map(Place::as_text).collect(),
            has_picture: text("profile_picture_url").is_some(),
        })
    }
}

/// What WhatsApp offers a person who opens a chat (`observations: settings.automation`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConversationalAutomation {
    /// Whether the first message of a chat is announced to the business.
    pub enable_welcome_message: bool,
    /// Openings of a conversation to choose from.
    pub prompts: Vec<String>,
    /// Commands and what they do, in order.
    pub commands: Vec<(String, String)>,
}

impl ConversationalAutomation {
    pub(crate) fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        let commands = place.list("commands")?;
        let command = |one: &Place<'_>| Some((one.text("command_name")?, one.text("command_description")?));
        Ok(Self {
            enable_welcome_message: place.boolean("enable_welcome_message").unwrap_or(false),
            prompts: place.list("prompts")?.iter().filter_map(Place::as_text).collect(),
            commands: commands.iter().filter_map(command).collect(),
        })
    }
}

/// Where messages are kept at rest (`observations: registration.storage_shape`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageConfiguration {
    /// Meta's word, in capitals whichever page wrote it.
    pub status: String,
    /// The country, in capitals, where it is one.
    pub region: Option<String>,
}

/// `/<PHONE>/settings`, as far as it was asked for and is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberSettings {
    /// Calling, each member as Meta wrote it (`observations: settings.calling`). Addresses of servers that are Meta's own are
    /// left out; credentials are never asked for.
    pub calling: Option<BTreeMap<String, Value>>,
    /// Storage.
    pub storage: Option<StorageConfiguration>,
}

impl NumberSettings {
    pub(crate) fn read(body: &Value) -> Result<Self, AnswerError> {
        let root = Place::root(body);
        let calling = root.get("calling").map(|calling| {
            let members = calling.value().as_object().into_iter().flatten();
            let kept = members.filter(|(name, value)| name.as_str() != "ip_addresses" && !value.is_null());
            kept.map(|(name, value)| (name.clone(), value.clone())).collect()
        });
        let storage = root.get("storage_configuration").map(|storage| {
            let status = storage.need_text("status")?.to_ascii_uppercase();
            let region = storage.text("data_localization_region").map(|region| region.to_ascii_uppercase());
            Ok::<_, AnswerError>(StorageConfiguration { status, region })
        });
        Ok(Self { calling, storage: storage.transpose()? })
    }
}
