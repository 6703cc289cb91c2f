//! What was read of settings, in the smallest form that still serves: a migration's state is written with every commit.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SettingName;
use super::value::Shown;
use crate::retry::Failure;
use crate::{E164, InvalidId, Side};

/// One side's settings of one place, as they were read.
pub type SettingsRead = BTreeMap<SettingName, Shown>;

/// What has settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Place {
    /// The WABA.
    Account,
    /// A number.
    Number(E164),
}

impl Place {
    /// The WABA's place, or a number's.
    #[must_use]
    pub fn of(number: Option<&E164>) -> Self {
        number.map_or(Self::Account, |number| Self::Number(number.clone()))
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match self {
            Self::Account => None,
            Self::Number(number) => Some(number),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account => f.write_str("account"),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl TryFrom<String> for Place {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        if text == "account" { Ok(Self::Account) } else { E164::new(&text).map(Self::Number) }
    }
}

/// Everything that was read, by place. Empty where the policy leaves settings alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings(BTreeMap<Place, Compared>);

/// Both sides of a place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Compared {
    /// When the source was asked last.
    pub before_at: Option<Timestamp>,
    /// When the destination was asked last, after the cutover.
    pub after_at: Option<Timestamp>,
    /// By name.
    pub settings: BTreeMap<SettingName, Setting>,
}

/// One setting on both sides. Once both are the same, only what people want to know of it remains.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Setting {
    /// On the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// On the destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown>,
    /// What came of writing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<Tried>,
}

/// The latest try to write a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// How many there were.
    pub tries: u32,
    /// When the first ended.
    pub since: Timestamp,
    /// When it ended.
    pub at: Timestamp,
    /// Why it failed; `None` = Meta said that it is done.
    pub failure: Option<Failure>,
    /// Not tried again before.
    pub next_try_at: Timestamp,
}

impl Setting {
    /// Whether both sides were read, and are the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.before.is_some() && self.before == self.after
    }

    fn take_before(&mut self, shown: &Shown) {
        // What could be read once is not forgotten because access has ended since.
        if !shown.is_unreadable() || self.before.as_ref().is_none_or(Shown::is_unreadable) {
            self.before = Some(shown.clone());
        }
    }

    fn take_after(&mut self, shown: &Shown) {
        // It is settled, and only its words are kept.
        if self.is_same() {
            return;
        }
        self.after = Some(shown.clone());
        if self.is_same() {
            self.before = Some(shown.shortened());
            self.after = Some(shown.shortened());
        }
    }
}

impl Settings {
    /// Whether nothing was ever read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A place.
    #[must_use]
    pub fn of(&self, place: &Place) -> Option<&Compared> {
        self.0.get(place)
    }

    /// All of them: the WABA, then the numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&Place, &Compared)> {
        self.0.iter()
    }

    /// A reading of one side of a place, asked for at `at`.
    pub(crate) fn take_in(&mut self, side: Side, place: Place, read: &SettingsRead, at: Timestamp) {
        let compared = self.0.entry(place).or_default();
        match side {
            Side::Source => compared.before_at = Some(at),
            Side::Destination => compared.after_at = Some(at),
        }
        for (name, shown) in read {
            let setting = compared.settings.entry(*name).or_default();
            match side {
                Side::Source => setting.take_before(shown),
                Side::Destination => setting.take_after(shown),
            }
        }
    }

    /// A try to write a setting has ended.
    pub(crate) fn tried(
        &mut self,
        place: &Place,
        name: SettingName,
        failure: Option<Failure>,
        next_try_at: Timestamp,
        at: Timestamp,
    ) {
        let setting = self.0.get_mut(place).and_then(|compared| compared.settings.get_mut(&name));
        if let Some(setting) = setting {
            let (tries, since) = setting.tried.as_ref().map_or((0, at), |tried| (tried.tries, tried.since));
            // What never left was no try.
            let left = !matches!(failure, Some(Failure::NotSent { .. }));
            setting.tried =
                Some(Tried { tries: tries.saturating_add(u32::from(left)), since, at, failure, next_try_at });
        }
    }

    /// How often a setting was tried before, and since when.
    pub(crate) fn earlier(&self, place: &Place, name: SettingName, now: Timestamp) -> (u32, Timestamp) {
        let setting = self.of(place).and_then(|compared| compared.settings.get(&name));
        setting.and_then(|setting| setting.tried.as_ref()).map_or((0, now), |tried| (tried.tries, tried.since))
    }
}
