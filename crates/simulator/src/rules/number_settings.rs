//! Settings of a number: business profile, automation, calling. They are set for the entry of one WABA
//! (observations: settings.profile, settings.automation, settings.calling).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::SettingsAfterMigrate,
    ledger::Change,
    phone::E164,
    state::{Cause, State},
    world::{Automation, NumberSettings, Profile},
};

pub(super) const RULE: Rule = Rule {
    name: "number_settings",
    says: "Profile, automation and calling belong to a number under one WABA; a move leaves them behind",
    source: "observations: settings.profile, settings.automation, settings.calling, settings.what_stays",
    fidelity: Fidelity::Approximated {
        how: "limits of length as the OpenAPI file and an SDK have them; what a picture is, is not kept",
        because: "Meta's pages on them are not among the sources",
    },
};

/// What is to be set of a profile; nothing for what is to stay.
#[derive(Default)]
pub(crate) struct WantedProfile {
    pub(crate) texts: BTreeMap<&'static str, String>,
    pub(crate) websites: Option<Vec<String>>,
    pub(crate) picture: bool,
}

/// The longest text of each field, in characters.
pub(crate) const PROFILE_TEXTS: [(&str, usize); 5] =
    [("about", 139), ("address", 256), ("description", 512), ("email", 128), ("vertical", 64)];

/// Sets what is wanted of a profile.
pub(crate) fn set_profile(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    wanted: WantedProfile,
) -> Answer<()> {
    for (field, longest) in PROFILE_TEXTS {
        let length = wanted.texts.get(field).map_or(0, |text| text.chars().count());
        let is_empty = field == "about" && wanted.texts.get(field).is_some_and(String::is_empty);
        if length > longest || is_empty {
            return Err(GraphError::invalid_parameter(format!("Param {field} must be of 1 to {longest} characters")));
        }
    }
    if wanted.websites.as_ref().is_some_and(|websites| websites.len() > 2) {
        return Err(GraphError::invalid_parameter("Param websites must have at most 2 elements"));
    }
    change(state, cause, waba, number, "number.profile_changed", |settings| {
        let Profile { about, address, description, email, vertical, websites, picture } = &mut settings.profile;
        let fields = [about, address, description, email, vertical];
        for ((name, _), field) in PROFILE_TEXTS.iter().zip(fields) {
            if let Some(text) = wanted.texts.get(name) {
                field.clone_from(text);
            }
        }
        if let Some(wanted) = wanted.websites {
            *websites = wanted;
        }
        *picture |= wanted.picture;
    })
}

/// Sets an automation as a whole.
pub(crate) fn set_automation(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    wanted: Automation,
) -> Answer<()> {
    let is_too_long = |text: &String, longest: usize| text.chars().count() > longest;
    let wrong = GraphError::invalid_parameter;
    if wanted.prompts.len() > 4 || wanted.prompts.iter().any(|prompt| is_too_long(prompt, 80)) {
        return Err(wrong("Param prompts must have at most 4 elements of 80 characters".to_owned()));
    }
    if wanted.commands.len() > 30 {
        return Err(wrong("Param commands must have at most 30 elements".to_owned()));
    }
    for command in &wanted.commands {
        if is_too_long(&command.command_name, 32) || is_too_long(&command.command_description, 256) {
            return Err(wrong("a command has a name of 32 and a description of 256 characters at most".to_owned()));
        }
    }
    change(state, cause, waba, number, "number.automation_changed", |settings| settings.automation = wanted)
}

/// Sets members of calling, and leaves the others.
pub(crate) fn set_calling(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    wanted: BTreeMap<String, Value>,
) -> Answer<()> {
    let status = wanted.get("status").and_then(Value::as_str).map(str::to_ascii_uppercase);
    if !matches!(status.as_deref(), None | Some("ENABLED" | "DISABLED")) {
        return Err(GraphError::invalid_parameter("calling.status is ENABLED or DISABLED"));
    }
    change(state, cause, waba, number, "number.calling_changed", |settings| settings.calling.extend(wanted))
}

/// What of a number's settings the destination begins with.
pub(crate) fn after_move(state: &State, of_source: &NumberSettings) -> NumberSettings {
    match state.knobs.settings_after_migrate {
        SettingsAfterMigrate::Lost => NumberSettings::default(),
        SettingsAfterMigrate::Kept => of_source.clone(),
    }
}

fn change(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    kind: &'static str,
    set: impl FnOnce(&mut NumberSettings),
) -> Answer<()> {
    let unknown = || GraphError::unknown_object("POST", number.as_str());
    let entry = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).ok_or_else(unknown)?;
    let mut settings = entry.settings.clone();
    set(&mut settings);
    if settings == entry.settings {
        return Ok(());
    }
    if let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) {
        entry.settings = settings;
    }
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new(kind, source).number(number).with("waba", waba));
    Ok(())
}
