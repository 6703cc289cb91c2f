//! What we do ourselves about templates: contents that are kept, samples, calls that bring templates over, and what came of
//! them. Contents are not in it: they would be written with each commit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Means, TemplateKey};
use crate::apply::doubt;
use crate::effect::Attempt;
use crate::number::Doubt;
use crate::retry::Failure;
use crate::{Cause, Refusal};

/// Templates that may be created in a WABA within [`CREATION_WINDOW`] (observations: `templates.create_per_hour`).
pub const CREATIONS_PER_HOUR: usize = 100;

/// The window in which the vendor counts creations.
pub const CREATION_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// How often a template is tried by one means where no answer came, before it is left to a person.
pub const MOST_TRIES: u32 = 3;

/// Everything of a migration that is about templates and our own doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateWork {
    /// When the contents of the source's templates were read that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents_at: Option<Timestamp>,
    /// Why they cannot be read any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents_lost: Option<String>,
    /// Sample files of each template that has some.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<TemplateKey, Samples>,
    /// How many of the vendor's own copies were seen, and since when it is so many (rule 14).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<CopiesSeen>,
    /// When they had come to rest: from then on templates may be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_rest: Option<Timestamp>,
    /// Names that the destination had then, of templates that the vendor does not duplicate: they are others' (guide T6).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub taken_names: BTreeSet<TemplateKey>,
    /// The Flows that templates name, once they were moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flows: Option<FlowsMoved>,
    /// Templates that we brought over, or tried to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<TemplateKey, Carried>,
    /// Templates that a person leaves behind, and who.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<TemplateKey, String>,
    /// Creations of the last hour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creations: Vec<Timestamp>,
}

/// The vendor's own copies at one count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiesSeen {
    /// How many of the eligible templates the destination had.
    pub found: u32,
    /// Since which reading.
    pub since: Timestamp,
}

/// How far the files of one template are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Samples {
    /// How many are kept, in their order.
    pub kept: u32,
    /// How many of those are uploaded.
    #[serde(skip_serializing_if = "is_zero")]
    pub uploaded: u32,
    /// The reading whose address was found expired; a later one has another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired_reading: Option<Timestamp>,
    /// Why the next one cannot be had, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// What became of the Flows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowsMoved {
    /// When.
    pub at: Timestamp,
    /// Ids of the source's Flows that the destination does not have.
    pub lacking: BTreeSet<String>,
    /// The vendor's words about them.
    pub why: Option<String>,
}

/// A template that we bring over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// By which call, the last time.
    pub means: Means,
    /// How often by this means.
    pub tries: u32,
    /// What came of it.
    pub state: CarriedState,
}

/// What came of a call that brings a template over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "carried", rename_all = "snake_case")]
pub enum CarriedState {
    /// The call is journaled, and its outcome not known yet.
    Sent,
    /// No answer: it is looked for before it is tried again (rule 5).
    InDoubt {
        /// What is known.
        doubt: Doubt,
    },
    /// It did not happen, and may be tried again.
    NotThere,
    /// The vendor took it, or a reading shows it.
    Taken {
        /// When.
        at: Timestamp,
    },
    /// The vendor refused this template.
    Refused {
        /// When.
        at: Timestamp,
        /// In its words.
        why: String,
        /// There was no room, which is so for all others as well.
        full: bool,
    },
}

impl TemplateWork {
    /// Those whose call has no answer yet.
    pub fn in_doubt(&self) -> impl Iterator<Item = (&TemplateKey, &Doubt)> {
        self.carried.iter().filter_map(|(key, carried)| match &carried.state {
            CarriedState::InDoubt { doubt } => Some((key, doubt)),
            CarriedState::Sent | CarriedState::NotThere | CarriedState::Taken { .. } | CarriedState::Refused { .. } => {
                None
            }
        })
    }

    /// Those that we brought over.
    pub fn taken(&self) -> impl Iterator<Item = (&TemplateKey, Means, Timestamp)> {
        self.carried.iter().filter_map(|(key, carried)| match &carried.state {
            CarriedState::Taken { at } => Some((key, carried.means, *at)),
            CarriedState::Sent
            | CarriedState::InDoubt { .. }
            | CarriedState::NotThere
            | CarriedState::Refused { .. } => None,
        })
    }

    /// A call about `key` is about to be sent.
    pub(crate) fn send(&mut self, key: &TemplateKey, means: Means) {
        let tries = self.carried.get(key).filter(|before| before.means == means).map_or(0, |before| before.tries);
        let carried = Carried { means, tries: tries.saturating_add(1), state: CarriedState::Sent };
        self.carried.insert(key.clone(), carried);
    }

    /// What came of it.
    pub(crate) fn settle(&mut self, key: &TemplateKey, state: CarriedState) {
        if let Some(carried) = self.carried.get_mut(key) {
            carried.state = state;
        }
    }

    /// It failed; `theirs` is the refusal where it is about this template alone.
    pub(crate) fn fail(
        &mut self,
        key: &TemplateKey,
        attempt: &Attempt,
        failure: &Failure,
        theirs: Option<&Refusal>,
        at: Timestamp,
    ) {
        let state = match (doubt(attempt, failure, at), theirs) {
            (Some(doubt), _) => CarriedState::InDoubt { doubt },
            (None, Some(refusal)) => CarriedState::Refused {
                at,
                why: refusal.to_string(),
                full: refusal.cause == Cause::TemplateLimitReached,
            },
            (None, None) => CarriedState::NotThere,
        };
        // Only a try that left, and of whose template nothing is known, is one of the few.
        let was_of_no_account = matches!(state, CarriedState::NotThere);
        self.settle(key, state);
        if let Some(carried) = self.carried.get_mut(key).filter(|_| was_of_no_account) {
            carried.tries = carried.tries.saturating_sub(1);
        }
    }

    /// A person wants what failed tried again.
    pub(crate) fn retry(&mut self) {
        if self.contents_lost.take().is_some() {
            self.contents_at = None;
        }
        let read_at = self.contents_at;
        for samples in self.samples.values_mut().filter(|samples| samples.lost.is_some()) {
            samples.lost = None;
            // Its address is good for a day only: another reading has a new one. What was kept of the other templates stays.
            samples.expired_reading = read_at;
        }
        if self.flows.as_ref().is_some_and(|flows| !flows.lacking.is_empty()) {
            self.flows = None;
        }
    }

    /// When another template may be created; `None` = now.
    #[must_use]
    pub fn may_create_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = |at: &Timestamp| crate::retry::after(*at, CREATION_WINDOW);
        let counting: Vec<Timestamp> = self.creations.iter().map(ends).filter(|end| *end > now).collect();
        if counting.len() < CREATIONS_PER_HOUR {
            return None;
        }
        // Room is made by the oldest of the last hundred.
        counting.into_iter().rev().take(CREATIONS_PER_HOUR).min()
    }

    /// Counts a creation that is about to be sent.
    pub(crate) fn count_creation(&mut self, at: Timestamp) {
        self.creations.retain(|earlier| crate::retry::after(*earlier, CREATION_WINDOW) > at);
        self.creations.push(at);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_hundredth_creation_of_an_hour_is_the_last() {
        let start: Timestamp = "2027-03-01T08:00:00Z".parse().unwrap();
        let second = |n: i64| start + SignedDuration::from_secs(n);
        let mut work = TemplateWork::default();
        for n in 0..100 {
            assert_eq!(work.may_create_at(second(n)), None, "{n}");
            work.count_creation(second(n));
        }
        assert_eq!(work.may_create_at(second(100)), Some(second(3600)));
        assert_eq!(work.may_create_at(second(3600)), None);
        work.count_creation(second(3600));
        assert_eq!(work.may_create_at(second(3600)), Some(second(3601)));
        assert_eq!(work.creations.len(), 100, "what no longer counts is forgotten");
    }
}
