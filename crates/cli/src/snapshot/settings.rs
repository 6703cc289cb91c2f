//! Profile, automation and calling of a number of Meta's, as the simulator keeps them.

use serde_json::Value;
use unmoor_simulator::world::{NumberSettings, Profile};

use super::doubts::Doubts;

/// What of it was shown; a picture cannot be read, but whether there is one.
pub(super) fn settings(
    node: &Value,
    settings: Option<&Value>,
    profile: Option<&Value>,
    doubts: &mut Doubts,
) -> NumberSettings {
    let mut automation = node.get("conversational_automation").cloned().unwrap_or_default();
    // Its id is the number's.
    automation.as_object_mut().map(|members| members.remove("id"));
    let calling = settings.and_then(|settings| settings.get("calling")).cloned().unwrap_or_default();
    NumberSettings {
        profile: profile.map(read_profile).unwrap_or_default(),
        automation: known("conversational_automation", automation, doubts),
        calling: known("calling", calling, doubts),
    }
}

fn known<T: Default + serde::de::DeserializeOwned>(what: &str, shown: Value, doubts: &mut Doubts) -> T {
    if shown.is_null() {
        return T::default();
    }
    serde_json::from_value(shown).unwrap_or_else(|error| {
        doubts.note(format!("{what} has a form that is unknown to the simulator ({error}): left out"));
        T::default()
    })
}

/// In the first element of `data`, or one level deeper (observations: settings.profile).
fn read_profile(answer: &Value) -> Profile {
    let entry = answer.pointer("/data/0").unwrap_or(&Value::Null);
    let entry = entry.get("business_profile").unwrap_or(entry);
    let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let websites = entry.get("websites").and_then(Value::as_array).into_iter().flatten();
    Profile {
        about: text("about"),
        address: text("address"),
        description: text("description"),
        email: text("email"),
        vertical: text("vertical"),
        websites: websites.filter_map(Value::as_str).map(str::to_owned).collect(),
        picture: entry.get("profile_picture_url").is_some_and(|url| !url.is_null()),
    }
}
