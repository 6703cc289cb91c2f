//! The comparison as rows, for whoever shows it: a command, a report.

use serde::Serialize;

use super::{Remedy, Setting, SettingName, remedy};
use crate::retry::Failure;
use crate::{E164, Migration};

/// What became of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is on both sides the same.
    Same,
    /// It was lacking, was set again, and is shown so.
    Restored,
    /// It differs, as the customer file wants it.
    AsWanted,
    /// It is lacking, and can be set again.
    Lacking,
    /// It differs, and only a person can or should do something about it.
    ByHand,
    /// It was to be set again, and could not be.
    Failed,
    /// One side does not show it.
    Unreadable,
    /// The new side was not read yet.
    NotCompared,
}

impl Verdict {
    /// For people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::Restored => "restored",
            Self::AsWanted => "as the customer file wants",
            Self::Lacking => "lacking",
            Self::ByHand => "by hand",
            Self::Failed => "not restored",
            Self::Unreadable => "unreadable",
            Self::NotCompared => "not compared yet",
        }
    }

    /// Whether a person has something left to do.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Lacking | Self::ByHand | Self::Failed | Self::Unreadable => true,
            Self::Same | Self::Restored | Self::AsWanted | Self::NotCompared => false,
        }
    }
}

/// One setting on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The number; `None` = the WABA.
    pub number: Option<E164>,
    /// Which.
    pub setting: SettingName,
    /// What became of it.
    pub verdict: Verdict,
    /// On the source, in one line.
    pub before: Option<String>,
    /// On the destination.
    pub after: Option<String>,
    /// Why, or what to do.
    pub note: Option<String>,
}

/// The settings of `m`, those of its WABA first; what is unset on both sides is left out.
#[must_use]
pub fn rows(m: &Migration) -> Vec<Row> {
    let all = m.settings().iter().flat_map(|(place, compared)| {
        compared.settings.iter().map(move |(name, setting)| (place.number(), *name, setting))
    });
    all.filter(|(_, _, setting)| !is_nothing(setting))
        .map(|(number, name, setting)| {
            let (verdict, note) = judge(m, name, setting);
            let told = |shown: &Option<super::Shown>| shown.as_ref().map(super::Shown::told);
            let (before, after) = (told(&setting.before), told(&setting.after));
            Row { number: number.cloned(), setting: name, verdict, before, after, note }
        })
        .collect()
}

/// Unset before and, as far as was read, after.
fn is_nothing(setting: &Setting) -> bool {
    let is_unset = |shown: &super::Shown| *shown == super::Shown::Unset;
    setting.before.as_ref().is_none_or(is_unset) && setting.after.as_ref().is_none_or(is_unset)
}

fn judge(m: &Migration, name: SettingName, setting: &Setting) -> (Verdict, Option<String>) {
    let (Some(before), Some(after)) = (&setting.before, &setting.after) else { return (Verdict::NotCompared, None) };
    if before == after && !before.is_unreadable() {
        return (if setting.tried.is_some() { Verdict::Restored } else { Verdict::Same }, None);
    }
    if before.is_unreadable() || after.is_unreadable() {
        return (Verdict::Unreadable, None);
    }
    match (remedy(m, name, setting), &setting.tried) {
        (Remedy::None, _) => (Verdict::Same, None),
        (Remedy::AsWanted, _) => (Verdict::AsWanted, None),
        (Remedy::ByHand(note), _) => (Verdict::ByHand, Some(note)),
        (Remedy::Write(_), None) => {
            (Verdict::Lacking, Some("settings = \"restore\" below [policy] sets it again".to_owned()))
        }
        (Remedy::Write(_), Some(tried)) => (Verdict::Failed, Some(why_not(tried.failure.as_ref()))),
    }
}

/// Why a setting that was written is not there.
pub(crate) fn why_not(failure: Option<&Failure>) -> String {
    failure.map_or_else(|| "Meta said that it is done, and does not show it".to_owned(), ToString::to_string)
}

/// How many settings came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Balance {
    /// The same on both sides without anybody's doing.
    pub same: u64,
    /// Set again.
    pub restored: u64,
    /// As the customer file wants them.
    pub as_wanted: u64,
    /// Lacking, left to a person, or not restored.
    pub open: u64,
    /// Not shown by one side.
    pub unreadable: u64,
}

impl std::ops::AddAssign for Balance {
    fn add_assign(&mut self, other: Self) {
        let Self { same, restored, as_wanted, open, unreadable } = other;
        self.same += same;
        self.restored += restored;
        self.as_wanted += as_wanted;
        self.open += open;
        self.unreadable += unreadable;
    }
}

/// The balance of `m`.
#[must_use]
pub fn balance(m: &Migration) -> Balance {
    let mut balance = Balance::default();
    for row in rows(m) {
        let count = match row.verdict {
            Verdict::Same => &mut balance.same,
            Verdict::Restored => &mut balance.restored,
            Verdict::AsWanted => &mut balance.as_wanted,
            Verdict::Lacking | Verdict::ByHand | Verdict::Failed => &mut balance.open,
            Verdict::Unreadable => &mut balance.unreadable,
            Verdict::NotCompared => continue,
        };
        *count += 1;
    }
    balance
}
