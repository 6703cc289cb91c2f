//! What is set on a number beside its registration. It belongs to the entry of one WABA, and not to the number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Settings of a number (observations: settings.what_stays).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NumberSettings {
    /// What people see of the business.
    #[serde(skip_serializing_if = "Profile::is_default")]
    pub profile: Profile,
    /// What a chat begins with.
    #[serde(skip_serializing_if = "Automation::is_default")]
    pub automation: Automation,
    /// Calling, member by member; empty where it was never set up (observations: settings.calling).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub calling: BTreeMap<String, Value>,
}

impl NumberSettings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A business profile (observations: settings.profile).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "Meta's own words")]
pub struct Profile {
    pub about: String,
    pub address: String,
    pub description: String,
    pub email: String,
    pub vertical: String,
    pub websites: Vec<String>,
    /// There is a picture.
    pub picture: bool,
}

impl Profile {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Conversational automation (observations: settings.automation).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "Meta's own words")]
pub struct Automation {
    pub enable_welcome_message: bool,
    pub prompts: Vec<String>,
    pub commands: Vec<Command>,
}

impl Automation {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One command of an automation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "Meta's own words")]
pub struct Command {
    pub command_name: String,
    pub command_description: String,
}
