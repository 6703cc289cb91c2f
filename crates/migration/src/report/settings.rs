//! Settings before and after, as far as both sides were read.

use serde::Serialize;

use crate::E164;
use crate::id_map::has_other_digits;
use crate::migration::Migration;
use crate::number::Number;
use crate::observed::ListedNumber;
use crate::settings::callback::without_secrets;
use crate::settings::{self, Verdict};

/// One setting on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The number that it belongs to; `None` = the account.
    pub number: Option<E164>,
    /// What it is called.
    pub setting: String,
    /// What it was at the source, or what was wanted.
    pub before: Option<String>,
    /// What it is at the destination.
    pub after: Option<String>,
    /// How the two compare.
    pub standing: SettingStanding,
    /// What a reader has to know about it.
    pub note: Option<String>,
}

/// How a setting fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingStanding {
    /// As before.
    Kept,
    /// Another one than before, as the migration itself makes it.
    Intended,
    /// Another one than before.
    Changed,
    /// Set again to what it was.
    Restored,
    /// One side was not read.
    Unknown,
}

impl SettingStanding {
    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kept => "as before",
            Self::Intended => "as intended",
            Self::Changed => "changed",
            Self::Restored => "restored",
            Self::Unknown => "not known",
        }
    }
}

/// The settings of a migration: what its state holds of them.
pub(super) fn settings(m: &Migration) -> Vec<Setting> {
    let mut rows = Vec::new();
    if let Some(wanted) = &m.customer().callback_url {
        let subscriptions = m.destination().and_then(|destination| destination.subscriptions.as_ref());
        let after = subscriptions.and_then(|reading| reading.value.override_callback.as_deref()).map(without_secrets);
        let is_read = subscriptions.is_some();
        rows.push(compared(
            None,
            "webhook address of the account",
            Some(without_secrets(wanted).to_owned()),
            after.map(str::to_owned),
            is_read,
        ));
    }
    let listed = m.destination().and_then(|destination| destination.numbers.as_ref()).map(|reading| &reading.value);
    for number in m.numbers().filter(|number| number.is_migrated()) {
        let after = listed.and_then(|listed| {
            let by_id = listed.iter().find(|listed| Some(&listed.id) == number.destination_id.as_ref());
            by_id.or_else(|| listed.iter().find(|listed| listed.number.as_ref() == Some(&number.number)))
        });
        if let Some(after) = after {
            rows.extend(of_number(number, after));
        }
    }
    rows.extend(settings::rows(m).into_iter().map(of_row));
    rows
}

/// A setting that does not travel by itself.
fn of_row(row: settings::Row) -> Setting {
    let standing = match row.verdict {
        Verdict::Same => SettingStanding::Kept,
        Verdict::AsWanted => SettingStanding::Intended,
        Verdict::Restored => SettingStanding::Restored,
        Verdict::Lacking | Verdict::ByHand | Verdict::Failed => SettingStanding::Changed,
        Verdict::Unreadable | Verdict::NotCompared => SettingStanding::Unknown,
    };
    let setting = row.setting.in_words().trim_start_matches("the ").to_owned();
    Setting { number: row.number, setting, before: row.before, after: row.after, standing, note: row.note }
}

fn of_number(number: &Number, after: &ListedNumber) -> Vec<Setting> {
    let before = &number.source.value;
    let of = |setting: &str, before: Option<String>, after: Option<String>| {
        compared(Some(&number.number), setting, before, after, true)
    };
    let mut written = of("written form", Some(before.display.clone()), Some(after.display.clone()));
    if !has_other_digits(&before.display, &after.display) {
        written.standing = SettingStanding::Kept;
    } else {
        written.note = Some("systems that compare the text of the number have to know both".to_owned());
    }
    let on_or_off = |on: Option<bool>| on.map(|on| if on { "on" } else { "off" }.to_owned());
    let mut two_step = of("two-step verification", on_or_off(before.pin_enabled), on_or_off(after.pin_enabled));
    if two_step.standing == SettingStanding::Changed && after.pin_enabled == Some(true) {
        two_step.standing = SettingStanding::Intended;
        two_step.note =
            Some("off for the move (guide 1), on again with a new PIN since the register (guide 9)".to_owned());
    }
    vec![
        of("display name", before.verified_name.clone(), after.verified_name.clone()),
        of("status of the display name", before.name_status.clone(), after.name_status.clone()),
        of("platform", before.platform.clone(), after.platform.clone()),
        written,
        two_step,
    ]
}

fn compared(
    number: Option<&E164>,
    setting: &str,
    before: Option<String>,
    after: Option<String>,
    is_read: bool,
) -> Setting {
    let standing = match (&before, &after) {
        (Some(before), Some(after)) if before == after => SettingStanding::Kept,
        (Some(_), Some(_)) => SettingStanding::Changed,
        (Some(_), None) if is_read && number.is_none() => SettingStanding::Changed,
        (None, _) | (_, None) => SettingStanding::Unknown,
    };
    Setting { number: number.cloned(), setting: setting.to_owned(), before, after, standing, note: None }
}
