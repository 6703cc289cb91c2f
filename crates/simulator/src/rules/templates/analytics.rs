//! How often templates were used (observations: billing.template_analytics).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    state::State,
    world::{TemplateUse, Waba},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/analytics",
    says: "What became of a template's messages by day: where insights are on, for ten templates and 90 days at most, and not for accounts of the European Union, the United Kingdom and Japan",
    source: "observations: billing.template_analytics",
    fidelity: Fidelity::Approximated {
        how: "what is not given is refused with code 100, an account's country is its own and not its numbers', days are those of UTC, and data do not lag",
        because: "neither the refusals nor the lag are documented",
    },
};

/// Templates that one call may name.
const MOST_TEMPLATES: usize = 10;
const DAY_S: i64 = 86_400;
const MOST_DAYS: i64 = 90;

/// Where there is no such data: the European Union, the United Kingdom, Japan.
const WITHOUT: [&str; 29] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "JP", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What one template was used for on one day.
pub(crate) struct UseOfDay {
    pub(crate) template: Id,
    /// The day's beginning, in Unix seconds.
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) counted: TemplateUse,
}

/// The use of `templates` on each day that `start` to `end` touches, oldest first. Days without messages are left out.
pub(crate) fn read(
    state: &State,
    at: Timestamp,
    waba: &Waba,
    templates: &BTreeSet<Id>,
    (start, end): (Timestamp, Timestamp),
) -> Answer<Vec<UseOfDay>> {
    let refused = |words: &str| Err(GraphError::invalid_parameter(words));
    if WITHOUT.contains(&waba.country.as_str()) {
        return refused("template analytics are not available for businesses in the EU, the UK and Japan");
    }
    if !waba.settings.is_enabled_for_insights {
        return refused("insights are not enabled for this WhatsApp Business account");
    }
    if templates.is_empty() || templates.len() > MOST_TEMPLATES {
        return refused("template_ids must name one to ten templates");
    }
    if start >= end {
        return refused("end must be later than start");
    }
    if at.as_second() - start.as_second() > (MOST_DAYS + 1) * DAY_S {
        return refused("start must not be more than 90 days ago");
    }
    if let Some(stranger) = templates.iter().find(|id| !waba.templates.iter().any(|template| template.id == **id)) {
        return Err(GraphError::unknown_object("GET", &stranger.to_string()));
    }
    let days = start.as_second().div_euclid(DAY_S)..=(end.as_second() - 1).div_euclid(DAY_S);
    let mut found = Vec::new();
    for day in days {
        for template in templates {
            let counted = state.world.messaging.use_of(*template, day);
            if counted != TemplateUse::default() {
                found.push(UseOfDay { template: *template, start: day * DAY_S, end: (day + 1) * DAY_S, counted });
            }
        }
    }
    Ok(found)
}
