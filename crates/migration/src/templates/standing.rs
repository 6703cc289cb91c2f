//! What became of each template of the source: every one of them stands somewhere, with a reason where it does not work.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::{CarriedState, Ineligible, Means, SourceTemplate, TemplateKey};
use crate::migration::Migration;
use crate::observed::DestinationTemplates;
use crate::reading::Reading;

/// Where one template of the source stands on the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The vendor duplicated it (guide T1).
    Duplicated,
    /// The vendor duplicated it, and the re-check rejected it (guide T3).
    RejectedOnRecheck {
        /// The vendor's word for why, where it shows one.
        reason: Option<String>,
    },
    /// We brought it over, or a person has since (guide T6).
    Carried {
        /// By which call.
        means: Means,
    },
    /// We brought it over, and the review rejected it.
    RejectedOnReview {
        /// The vendor's word for why, where it shows one.
        reason: Option<String>,
    },
    /// It stays behind.
    Left(LeftBehind),
}

/// Why a template stays behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftBehind {
    /// The vendor duplicates such templates, and the destination does not have this one: it came late, or there was no room.
    NotDuplicated,
    /// The vendor does not duplicate such templates.
    NotEligible(Ineligible),
    /// The destination has a template of this name that is not a copy of it.
    NameTaken(Ineligible),
    /// A person left it.
    ByPerson(String),
    /// The vendor refused it, in its words.
    Refused(String),
    /// It needs what only a person can supply.
    Needs(String),
    /// The vendor said that it took it, and does not list it.
    NeverListed,
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDuplicated => f.write_str("it was not duplicated"),
            Self::NotEligible(why) => write!(f, "{why}"),
            Self::NameTaken(why) => {
                write!(f, "the new WABA has a template of this name already, and it was not duplicated: {why}")
            }
            Self::ByPerson(by) => write!(f, "{by} left it"),
            Self::Refused(words) => write!(f, "Meta refused it: {words}"),
            Self::Needs(what) => write!(f, "creating it again needs {what}"),
            Self::NeverListed => f.write_str("Meta said that it took it, and does not list it"),
        }
    }
}

impl Standing {
    /// A word for lists and files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Duplicated => "duplicated",
            Self::RejectedOnRecheck { .. } => "rejected_on_recheck",
            Self::Carried { means: Means::Copy } => "copied",
            Self::Carried { means: Means::Create } => "created_again",
            Self::RejectedOnReview { .. } => "rejected_on_review",
            Self::Left(_) => "left_behind",
        }
    }

    /// Why it does not work on the destination, where it does not.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Duplicated | Self::Carried { .. } => None,
            Self::RejectedOnRecheck { reason } | Self::RejectedOnReview { reason } => {
                Some(reason.clone().unwrap_or_else(|| "no reason is shown".to_owned()))
            }
            Self::Left(why) => Some(why.to_string()),
        }
    }
}

impl Migration {
    /// Where each template of the source stands, by the latest reading of the destination. Entries that the source lists
    /// without a name are not among them.
    pub fn template_standings(&self) -> impl Iterator<Item = (&TemplateKey, Standing)> {
        let found = self.destination.as_ref().and_then(|destination| destination.templates.as_ref());
        let source = self.source.templates.iter().flat_map(|source| source.value.iter());
        source.map(move |template| (&template.key, self.standing(template, found)))
    }

    fn standing(&self, template: &SourceTemplate, reading: Option<&Reading<DestinationTemplates>>) -> Standing {
        let key = &template.key;
        let found = reading.map(|reading| &reading.value);
        let is_known_since = |at: Timestamp| reading.is_some_and(|reading| reading.at >= at);
        let status = found.and_then(|found| found.statuses.get(key)).map(String::as_str);
        let is_rejected = status.is_some_and(|status| status.eq_ignore_ascii_case("REJECTED"));
        let reason = || found.and_then(|found| found.rejections.get(key)).cloned();
        let carried = self.template_work.carried.get(key);
        match (carried.map(|carried| (&carried.state, carried.means)), status) {
            (Some((CarriedState::Taken { .. }, _)), Some(_)) if is_rejected => {
                Standing::RejectedOnReview { reason: reason() }
            }
            (Some((CarriedState::Taken { .. }, means)), Some(_)) => Standing::Carried { means },
            (Some((CarriedState::Taken { at }, _)), None) if is_known_since(*at) => {
                Standing::Left(LeftBehind::NeverListed)
            }
            (Some((CarriedState::Taken { .. }, means)), None) => Standing::Carried { means },
            (_, Some(_)) => match template.why_not_duplicated() {
                None if is_rejected => Standing::RejectedOnRecheck { reason: reason() },
                None => Standing::Duplicated,
                // It was not there when the vendor's copies had come to rest: somebody made it since.
                Some(_) if self.template_work.at_rest.is_some() && !self.template_work.taken_names.contains(key) => {
                    Standing::Carried { means: Means::Create }
                }
                Some(why) => Standing::Left(LeftBehind::NameTaken(why)),
            },
            (carried, None) => Standing::Left(self.why_left(template, carried.map(|(state, _)| state))),
        }
    }

    /// Templates of the source that the vendor does not duplicate, and whose names the destination has.
    pub(crate) fn names_of_others(&self) -> BTreeSet<TemplateKey> {
        let found = self.destination.as_ref().and_then(|destination| destination.templates.as_ref());
        let is_there = |key: &TemplateKey| found.is_some_and(|found| found.value.statuses.contains_key(key));
        let source = self.source.templates.iter().flat_map(|source| source.value.iter());
        source.filter(|one| !one.is_eligible() && is_there(&one.key)).map(|one| one.key.clone()).collect()
    }

    fn why_left(&self, template: &SourceTemplate, carried: Option<&CarriedState>) -> LeftBehind {
        if let Some(CarriedState::Refused { why, .. }) = carried {
            return LeftBehind::Refused(why.clone());
        }
        if let Some(by) = self.template_work.left.get(&template.key) {
            return LeftBehind::ByPerson(by.clone());
        }
        let work = &self.template_work;
        let was_to_be_created = work.contents_at.is_some() || work.contents_lost.is_some();
        if let Some(needs) =
            self.template_needs(template).filter(|_| was_to_be_created && Means::Create.suits(template))
        {
            return LeftBehind::Needs(needs);
        }
        match (self.no_room(), template.why_not_duplicated()) {
            (Some(words), _) if Means::Create.suits(template) => LeftBehind::Refused(words.to_owned()),
            (_, Some(why)) => LeftBehind::NotEligible(why),
            (_, None) => LeftBehind::NotDuplicated,
        }
    }

    /// What only a person can supply so that `template` can be created again; `None` = nothing, as far as is known.
    pub(crate) fn template_needs(&self, template: &SourceTemplate) -> Option<String> {
        let lost = self.template_work.samples.get(&template.key).and_then(|samples| samples.lost.as_ref());
        let flows = self.template_work.flows.as_ref();
        let flow = flows.and_then(|flows| template.kind.flows.iter().find(|flow| flows.lacking.contains(*flow)));
        let words = flows.and_then(|flows| flows.why.as_deref()).unwrap_or("Meta did not move it");
        template
            .needs
            .clone()
            .or_else(|| {
                let lost = self.template_work.contents_lost.as_deref();
                lost.map(|why| format!("its content, which cannot be read any more: {why}"))
            })
            .or_else(|| lost.map(|why| format!("a sample file: {why}")))
            .or_else(|| flow.map(|flow| format!("the Flow {flow} in the new WABA: {words}")))
    }
}
