//! A row of a journal, as far as a report tells of it.

use jiff::Timestamp;

use crate::effect::Outcome;
use crate::event::{Event, Fact};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number within the journal.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it tells.
    pub told: Told,
}

/// What a row tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A fact, which belongs to the replay.
    Event(Event),
    /// Something that was learned beside it.
    Evidence(Evidence),
}

/// What was learned beside the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A secret was shown to a person; it stands nowhere here.
    Revealed {
        /// What kind of secret, e.g. `pin`.
        what: String,
        /// The number that it belongs to.
        number: Option<String>,
        /// To whom.
        by: String,
        /// Under which account of the machine.
        account: Option<String>,
        /// Why, in that person's words.
        reason: Option<String>,
    },
    /// Somebody asked for something and was refused.
    Refused {
        /// What was asked for.
        what: String,
        /// By whom.
        by: String,
        /// Why it was refused.
        why: String,
    },
    /// An answer that came after somebody else had taken the migration over.
    Late {
        /// The attempt's id.
        attempt: u64,
        /// What came of it.
        outcome: Outcome,
    },
    /// Something that this version has no words for.
    Other,
}

impl Entry {
    /// The fact, where it is one.
    #[must_use]
    pub fn fact(&self) -> Option<&Fact> {
        match &self.told {
            Told::Event(event) => Some(&event.fact),
            Told::Evidence(_) => None,
        }
    }

    /// When what it tells became known.
    #[must_use]
    pub fn known_at(&self) -> Timestamp {
        match &self.told {
            Told::Event(event) => event.at,
            Told::Evidence(_) => self.at,
        }
    }
}
