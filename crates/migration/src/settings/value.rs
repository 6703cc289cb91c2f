//! Values of settings, in the same form on both sides, so that equal is equal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A value that is told to people is cut after so many characters.
const TOLD: usize = 80;

/// What Meta shows of a setting. What is off, empty or at its default is unset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shown", content = "value", rename_all = "snake_case")]
pub enum Shown {
    /// It is set.
    Set(SettingValue),
    /// It is not.
    Unset,
    /// Meta does not show it; in its words.
    Unreadable(String),
}

impl Shown {
    /// Set where there is a value.
    #[must_use]
    pub fn of(value: Option<SettingValue>) -> Self {
        value.map_or(Self::Unset, Self::Set)
    }

    /// A switch: off is unset; not shown is unreadable.
    #[must_use]
    pub fn of_switch(on: Option<bool>) -> Self {
        match on {
            Some(true) => Self::Set(SettingValue::On),
            Some(false) => Self::Unset,
            None => Self::Unreadable("Meta does not show it".to_owned()),
        }
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable(_))
    }

    /// In one line for people.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Set(value) => value.told(),
            Self::Unset => "not set".to_owned(),
            Self::Unreadable(why) => format!("not readable: {why}"),
        }
    }

    /// What remains of it once it is settled: its words, and nothing to write.
    pub(super) fn shortened(&self) -> Self {
        match self {
            Self::Set(SettingValue::On) | Self::Unset | Self::Unreadable(_) => self.clone(),
            Self::Set(value) => Self::Set(SettingValue::Word(value.told())),
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingValue {
    /// A switch is on, a picture is there.
    On,
    /// A word of Meta's, or what is left of a longer value.
    Word(String),
    /// A callback.
    Callback(Callback),
    /// A profile.
    Profile(Profile),
    /// An automation.
    Automation(Automation),
    /// Calling: each member with its JSON text.
    Calling(BTreeMap<String, String>),
}

/// Where webhooks go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The address; of a stranger's without what may be a secret in it.
    pub address: String,
    /// Whether it is ours: on a host that our app or this customer's row of the customer file names.
    pub ours: bool,
}

/// A business profile without its picture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Its texts by field; an empty one is not there.
    pub texts: BTreeMap<String, String>,
    /// Web sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub websites: Vec<String>,
}

impl Profile {
    /// The profile as a value; nothing where it is empty.
    #[must_use]
    pub fn shown(self) -> Shown {
        Shown::of((self != Self::default()).then_some(SettingValue::Profile(self)))
    }
}

/// What a chat begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Automation {
    /// The welcome message is on.
    pub welcome: bool,
    /// Openings.
    pub prompts: Vec<String>,
    /// Commands, and what they do.
    pub commands: Vec<(String, String)>,
}

impl Automation {
    /// The automation as a value; nothing where there is none.
    #[must_use]
    pub fn shown(self) -> Shown {
        Shown::of((self != Self::default()).then_some(SettingValue::Automation(self)))
    }
}

impl SettingValue {
    /// In one line for people.
    #[must_use]
    pub fn told(&self) -> String {
        let text = match self {
            Self::On => "on".to_owned(),
            Self::Word(word) => word.clone(),
            Self::Callback(callback) => callback.address.clone(),
            Self::Profile(profile) => told_profile(profile),
            Self::Automation(automation) => {
                let welcome = if automation.welcome { "welcome message, " } else { "" };
                let (prompts, commands) = (automation.prompts.len(), automation.commands.len());
                let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
                format!("{welcome}{}, {}", counted(prompts, "prompt"), counted(commands, "command"))
            }
            Self::Calling(members) => {
                members.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
            }
        };
        cut(&text)
    }
}

fn told_profile(profile: &Profile) -> String {
    let mut text = String::new();
    for (field, value) in &profile.texts {
        let _ = write!(text, "{}{field} “{value}”", if text.is_empty() { "" } else { ", " });
    }
    if !profile.websites.is_empty() {
        let _ = write!(text, "{}websites {}", if text.is_empty() { "" } else { ", " }, profile.websites.join(" "));
    }
    text
}

fn cut(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= TOLD {
        return one_line;
    }
    one_line.chars().take(TOLD - 1).chain(['…']).collect()
}
