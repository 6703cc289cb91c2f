//! Whose migration it is, and where it stands.

use jiff::Timestamp;
use serde::Serialize;

use super::entry::Entry;
use crate::event::Fact;
use crate::migration::Migration;
use crate::phase::Phase;
use crate::story::story;

/// Whose migration it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The Tech Provider's own reference of the customer.
    pub customer: String,
    /// The account that is left.
    pub source_waba_id: String,
    /// The customer's new account, once acceptance was seen.
    pub destination_waba_id: Option<String>,
    /// The source account's name.
    pub name: Option<String>,
    /// The customer's business portfolio.
    pub business_portfolio_id: Option<String>,
    /// The migration intent.
    pub intent_id: Option<String>,
    /// The group that it is released with.
    pub wave: Option<String>,
    /// The customer's time zone, as the customer file has it.
    pub time_zone: Option<String>,
}

impl Account {
    pub(super) fn of(m: &Migration) -> Self {
        Self {
            customer: m.customer().reference.clone(),
            source_waba_id: m.id().to_string(),
            destination_waba_id: m.destination().map(|destination| destination.waba.to_string()),
            name: m.source().account.as_ref().and_then(|account| account.value.name.clone()),
            business_portfolio_id: m.portfolio().map(ToString::to_string),
            intent_id: m.intent().map(|intent| intent.id.to_string()),
            wave: m.customer().wave.clone(),
            time_zone: m.customer().time_zone.clone(),
        }
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The phase.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// When this was so: at the making of the report.
    pub as_of: Timestamp,
    /// Whether it is over, so that this is the last word on it.
    pub is_final: bool,
    /// The same in a sentence.
    pub headline: String,
    /// Why it cannot go on, and whose turn it is, in sentences; empty where it is over.
    pub blockers: Vec<String>,
    /// Each phase that it was in, with the instant at which it began.
    pub phases: Vec<PhaseBegun>,
    /// Graph calls that were tried for it.
    pub graph_calls: u64,
}

/// A phase, and when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseBegun {
    /// Which.
    pub phase: Phase,
    /// When.
    pub at: Timestamp,
}

impl Standing {
    pub(super) fn of(m: &Migration, entries: &[Entry], made_at: Timestamp) -> Self {
        let story = story(m, made_at);
        let entered = entries.iter().filter_map(|entry| match entry.fact() {
            Some(Fact::PhaseEntered { phase }) => Some(PhaseBegun { phase: phase.clone(), at: entry.known_at() }),
            Some(_) | None => None,
        });
        let imported = entries.first().map(|entry| PhaseBegun { phase: Phase::Draft, at: entry.known_at() });
        Self {
            phase: m.phase().clone(),
            since: m.phase_entered_at(),
            as_of: made_at,
            is_final: m.is_final(),
            headline: story.headline,
            blockers: story.blockers.iter().map(|blocker| format!("{} {}", blocker.sentence, blocker.next)).collect(),
            phases: imported.into_iter().chain(entered).collect(),
            graph_calls: m.graph_calls(),
        }
    }
}
