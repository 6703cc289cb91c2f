//! What will become of each template of the source, before anything is asked of the customer (guide T1 to T6).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::capacity::Capacity;
use super::duplication::Ineligible;
use super::key::TemplateKey;
use super::losses::Losses;
use super::source_template::{SourceTemplate, SourceTemplates};
use crate::observed::DestinationTemplates;

/// What will become of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "prospect", rename_all = "snake_case")]
pub enum Prospect {
    /// The vendor duplicates it: it is eligible (guide T4), and there is room for all that are.
    Duplicated,
    /// It is eligible, and there is room for some of them only. Which come first nobody knows
    /// (observations: `templates.template_copy_order`).
    MayNotFit,
    /// It is eligible, and there is no room for a single one (guide T5).
    NoRoom,
    /// The destination has one of this name and language already: it stays as it is, and none is copied over it
    /// (observations: `templates.existing_untouched`).
    AlreadyThere {
        /// Its status there, verbatim.
        status: String,
    },
    /// It is not eligible (guide T4).
    NotDuplicated {
        /// Why.
        why: Ineligible,
    },
}

impl Prospect {
    /// Every prospect's name, in the order in which they are told.
    pub const NAMES: [&'static str; 5] = ["duplicated", "may_not_fit", "no_room", "already_there", "not_duplicated"];

    /// The name used in JSON and CSV.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Duplicated => "duplicated",
            Self::MayNotFit => "may_not_fit",
            Self::NoRoom => "no_room",
            Self::AlreadyThere { .. } => "already_there",
            Self::NotDuplicated { .. } => "not_duplicated",
        }
    }
}

/// In a few words, with the reason.
impl fmt::Display for Prospect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicated => f.write_str("will be duplicated"),
            Self::MayNotFit => f.write_str("may not fit: which come first is unknown"),
            Self::NoRoom => f.write_str("will not: there is no room"),
            Self::AlreadyThere { status } => write!(f, "is there already ({status}) and stays as it is"),
            Self::NotDuplicated { why } => write!(f, "will not: {why}"),
        }
    }
}

/// Something about a template that a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "chore", rename_all = "snake_case")]
pub enum Chore {
    /// Its samples have to be downloaded while their addresses are good, and uploaded again
    /// (observations: `templates.media_headers`).
    UploadSamples {
        /// So many.
        files: u32,
    },
    /// A parameter or a file has no sample to create it with (observations: `templates.parameters`).
    GiveSamples,
    /// Flows that its buttons name belong to the source, and have to be moved first (observations: `templates.flows`).
    MoveFlows {
        /// Ids, or names where no id is shown.
        flows: Vec<String>,
    },
    /// The catalog has to be linked to the new account.
    LinkCatalog,
    /// It has parts that Unmoor does not know.
    LookAt {
        /// Their kinds, verbatim.
        parts: Vec<String>,
    },
}

impl fmt::Display for Chore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UploadSamples { files: 1 } => f.write_str("upload its sample file again"),
            Self::UploadSamples { files } => write!(f, "upload its {files} sample files again"),
            Self::GiveSamples => f.write_str("give samples of its parameters"),
            Self::MoveFlows { flows } => write!(f, "move its Flow first ({})", flows.join(", ")),
            Self::LinkCatalog => f.write_str("link the catalog to the new account"),
            Self::LookAt { parts } => {
                write!(f, "look at it: it has parts that are unknown here ({})", parts.join(", "))
            }
        }
    }
}

/// A template and what will become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecasted<'a> {
    /// Which.
    pub template: &'a SourceTemplate,
    /// What becomes of it.
    pub prospect: Prospect,
}

impl Forecasted<'_> {
    /// Whether the check after duplication is likely to reject it: Meta already judges another category right (guide T2, T3).
    /// Any copy may be rejected; of these it is known beforehand.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        self.will_be_copied() && self.template.disputed_category().is_some()
    }

    /// Whether it is, or may be, copied by the vendor.
    fn will_be_copied(&self) -> bool {
        matches!(self.prospect, Prospect::Duplicated | Prospect::MayNotFit)
    }

    /// Whether the customer can use it today or may want it back, and will surely not have it (guide T6).
    #[must_use]
    pub fn is_lost(&self) -> bool {
        match &self.prospect {
            Prospect::Duplicated | Prospect::MayNotFit => false,
            Prospect::NoRoom | Prospect::NotDuplicated { .. } => !is_dead(self.template.status.as_deref()),
            Prospect::AlreadyThere { status } => is_dead(Some(status)) && !is_dead(self.template.status.as_deref()),
        }
    }

    /// What a person has to do about it, if the customer is to use it. A copy keeps everything but what belongs to the source
    /// account; what is created again needs its samples as well.
    #[must_use]
    pub fn chores(&self) -> Vec<Chore> {
        if matches!(self.prospect, Prospect::AlreadyThere { .. }) || is_dead(self.template.status.as_deref()) {
            return Vec::new();
        }
        let kind = &self.template.kind;
        let mut chores = Vec::new();
        if !kind.flows.is_empty() {
            chores.push(Chore::MoveFlows { flows: kind.flows.clone() });
        }
        if kind.catalog {
            chores.push(Chore::LinkCatalog);
        }
        if self.prospect == Prospect::Duplicated {
            return chores;
        }
        if kind.media_samples > 0 {
            chores.push(Chore::UploadSamples { files: kind.media_samples });
        }
        if kind.samples_missing {
            chores.push(Chore::GiveSamples);
        }
        if !kind.unknown.is_empty() {
            chores.push(Chore::LookAt { parts: kind.unknown.clone() });
        }
        chores
    }
}

/// A template that nobody can use any more, and that nobody loses therefore. A word that is unknown here is not one of them.
fn is_dead(status: Option<&str>) -> bool {
    const DEAD: [&str; 5] = ["REJECTED", "DISABLED", "DELETED", "PENDING_DELETION", "LIMIT_EXCEEDED"];
    status.is_some_and(|status| DEAD.iter().any(|dead| status.eq_ignore_ascii_case(dead)))
}

/// What will become of the source's templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast<'a> {
    /// Each of them, by name and language.
    pub templates: Vec<Forecasted<'a>>,
    /// Entries that the vendor listed without a name or a language: nobody can say what becomes of them.
    pub nameless: u32,
    /// The room of the destination.
    pub capacity: Capacity,
    /// Eligible ones that the destination does not have yet.
    pub candidates: u32,
}

/// How many have which prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ForecastTotals {
    /// All of the source, those without a name included.
    pub source: u32,
    /// Will be duplicated.
    pub duplicated: u32,
    /// Are eligible, and not all of them fit.
    pub may_not_fit: u32,
    /// Are eligible, and none fits.
    pub no_room: u32,
    /// Are on the destination already.
    pub already_there: u32,
    /// Are not eligible, or have no name.
    pub not_duplicated: u32,
    /// Of those that are or may be duplicated: Meta judges another category right.
    pub at_risk: u32,
    /// The customer will surely not have, though it can use them today: of those that may not fit, as many as are too many.
    pub lost: u32,
    /// A person has to do something about, if the customer is to use them.
    pub by_hand: u32,
}

impl ForecastTotals {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            source: self.source.saturating_add(other.source),
            duplicated: self.duplicated.saturating_add(other.duplicated),
            may_not_fit: self.may_not_fit.saturating_add(other.may_not_fit),
            no_room: self.no_room.saturating_add(other.no_room),
            already_there: self.already_there.saturating_add(other.already_there),
            not_duplicated: self.not_duplicated.saturating_add(other.not_duplicated),
            at_risk: self.at_risk.saturating_add(other.at_risk),
            lost: self.lost.saturating_add(other.lost),
            by_hand: self.by_hand.saturating_add(other.by_hand),
        }
    }
}

impl<'a> Forecast<'a> {
    /// What becomes of `source` in a destination with `capacity`, which has `destination` already, as far as that was read.
    #[must_use]
    pub fn of(source: &'a SourceTemplates, destination: Option<&DestinationTemplates>, capacity: Capacity) -> Self {
        let there = |key: &TemplateKey| destination.and_then(|found| found.statuses.get(key));
        let candidates = source.eligible().filter(|template| there(&template.key).is_none()).count();
        let candidates = u32::try_from(candidates).unwrap_or(u32::MAX);
        let room = capacity.room();
        let templates = source.iter().map(|template| {
            let prospect = match (there(&template.key), template.why_not_duplicated()) {
                (Some(status), _) => Prospect::AlreadyThere { status: status.clone() },
                (None, Some(why)) => Prospect::NotDuplicated { why },
                (None, None) if candidates <= room => Prospect::Duplicated,
                (None, None) if room == 0 => Prospect::NoRoom,
                (None, None) => Prospect::MayNotFit,
            };
            Forecasted { template, prospect }
        });
        Self { templates: templates.collect(), nameless: source.nameless(), capacity, candidates }
    }

    /// How many of those that may not fit will not.
    #[must_use]
    pub fn unplaced(&self) -> u32 {
        let room = self.capacity.room();
        if room == 0 { 0 } else { self.candidates.saturating_sub(room) }
    }

    /// Whether there is room for all that the vendor would duplicate.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.candidates <= self.capacity.room()
    }

    /// The totals.
    #[must_use]
    pub fn totals(&self) -> ForecastTotals {
        let mut totals = ForecastTotals {
            source: u32::try_from(self.templates.len()).unwrap_or(u32::MAX).saturating_add(self.nameless),
            not_duplicated: self.nameless,
            lost: self.nameless.saturating_add(self.unplaced()),
            ..ForecastTotals::default()
        };
        for forecasted in &self.templates {
            let count = match forecasted.prospect {
                Prospect::Duplicated => &mut totals.duplicated,
                Prospect::MayNotFit => &mut totals.may_not_fit,
                Prospect::NoRoom => &mut totals.no_room,
                Prospect::AlreadyThere { .. } => &mut totals.already_there,
                Prospect::NotDuplicated { .. } => &mut totals.not_duplicated,
            };
            *count += 1;
            totals.at_risk += u32::from(forecasted.is_at_risk());
            totals.lost += u32::from(forecasted.is_lost());
            totals.by_hand += u32::from(!forecasted.chores().is_empty());
        }
        totals
    }

    /// What the customer will not have, though it can use it today.
    #[must_use]
    pub fn losses(&self) -> Losses {
        let mut losses = Losses { unplaced: self.unplaced(), nameless: self.nameless, ..Losses::default() };
        for forecasted in &self.templates {
            if forecasted.is_lost() {
                losses.sure.insert(forecasted.template.key.clone());
            } else if forecasted.prospect == Prospect::MayNotFit {
                losses.contested.insert(forecasted.template.key.clone());
            }
        }
        losses
    }

    /// Those among which a choice has to be made because not all of them fit, what to keep first at the front. With `sent` –
    /// how often each was sent – the one that is used most; what has no count counts as never sent. Without it the one that
    /// takes most work to create again: that much is known.
    #[must_use]
    pub fn keep_first(&self, sent: Option<&BTreeMap<TemplateKey, u64>>) -> Vec<&Forecasted<'a>> {
        let competes =
            |forecasted: &&Forecasted<'a>| matches!(forecasted.prospect, Prospect::MayNotFit | Prospect::NoRoom);
        let weight = |forecasted: &Forecasted<'_>| match sent {
            Some(sent) => sent.get(&forecasted.template.key).copied().unwrap_or(0),
            None => forecasted.chores().len() as u64,
        };
        let mut open: Vec<(Reverse<u64>, &Forecasted<'a>)> = self
            .templates
            .iter()
            .filter(competes)
            .map(|forecasted| (Reverse(weight(forecasted)), forecasted))
            .collect();
        open.sort_by(|(one, a), (other, b)| (one, &a.template.key).cmp(&(other, &b.template.key)));
        open.into_iter().map(|(_, forecasted)| forecasted).collect()
    }
}
