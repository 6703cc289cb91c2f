//! Settings of a WABA. They belong to the account, so a destination has them as every new account does
//! (observations: waba.settings, waba.settings_stay).

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    state::{Cause, State},
};

pub(super) const RULE: Rule = Rule {
    name: "waba_settings",
    says: "Settings belong to an account and do not come along; insights, once on, stay on",
    source: "observations: waba.settings, waba.settings_stay",
    fidelity: Fidelity::Simulated,
};

/// What is to be set; nothing for what is to stay.
pub(crate) struct Wanted {
    pub(crate) is_enabled_for_insights: Option<bool>,
    pub(crate) disable_marketing_messages_on_cloud_api: Option<bool>,
    pub(crate) template_auto_archival_enabled: Option<bool>,
}

/// Sets what is wanted.
pub(crate) fn set(state: &mut State, cause: Cause, waba: Id, wanted: &Wanted) -> Answer<()> {
    let unknown = || GraphError::unknown_object("POST", &waba.to_string());
    let before = state.world.wabas.get(&waba).ok_or_else(unknown)?.settings.clone();
    let mut settings = before.clone();
    let changes = [
        (&mut settings.is_enabled_for_insights, wanted.is_enabled_for_insights),
        (&mut settings.disable_marketing_messages_on_cloud_api, wanted.disable_marketing_messages_on_cloud_api),
        (&mut settings.template_auto_archival_enabled, wanted.template_auto_archival_enabled),
    ];
    if changes.iter().all(|(_, wanted)| wanted.is_none()) {
        return Err(GraphError::invalid_parameter(
            "nothing to set; is_enabled_for_insights, disable_marketing_messages_on_cloud_api and \
             template_auto_archival_enabled can be",
        ));
    }
    for (setting, wanted) in changes {
        *setting = wanted.unwrap_or(*setting);
    }
    if before.is_enabled_for_insights && !settings.is_enabled_for_insights {
        return Err(GraphError::invalid_parameter("is_enabled_for_insights cannot be turned off again"));
    }
    if settings != before {
        if let Some(account) = state.change_waba(cause.at, waba) {
            account.settings = settings;
        }
        let source = state.world.source_of(waba);
        state.enter(cause, Change::new("waba.settings_changed", source).with("waba", waba));
    }
    Ok(())
}
