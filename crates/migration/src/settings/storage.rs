//! Where messages are kept at rest. Only a number that is not registered takes a region, so a wanted one is set and read back
//! between guide 8 and guide 9, and the register waits for it (observations: `registration.region`, `registration.region_lost`).

use jiff::Timestamp;

use super::value::{SettingValue, Shown};
use super::{Place, Remedy, SettingName};
use crate::number::Number;
use crate::reading::Answer;
use crate::{E164, Migration};

/// What is known about the region of `number`, as a gate: yes where nothing stands in the way of its move, or later of its
/// register.
pub(crate) fn shown(m: &Migration, number: &Number) -> (Answer, Option<Timestamp>) {
    let wanted = m.customer.storage_region.as_deref();
    if number.moved_at.is_some() {
        return match (wanted, &number.storage_region) {
            (None, _) => (Answer::Yes, None),
            (Some(_), None) => (Answer::Unreadable, None),
            // Whatever else Meta shows leaves it open: the number is between two accounts, and a person's word may let it go on.
            (Some(wanted), Some(reading)) if is_set(&reading.value, wanted) => (Answer::Yes, Some(reading.at)),
            (Some(_), Some(reading)) => (Answer::Unreadable, Some(reading.at)),
        };
    }
    let (at, source) = of_source(m, &number.number);
    match (wanted, source) {
        // What can be read here can be verified there, before the register.
        (Some(_), Some(Shown::Set(_) | Shown::Unset)) | (None, Some(Shown::Unset | Shown::Unreadable(_)) | None) => {
            (Answer::Yes, None)
        }
        // Unreadable, or about to be lost without anybody having said so.
        (Some(_), Some(Shown::Unreadable(_)) | None) | (None, Some(Shown::Set(_))) => (Answer::Unreadable, at),
    }
}

fn is_set(shown: &Shown, wanted: &str) -> bool {
    matches!(shown, Shown::Set(SettingValue::Word(region)) if region == wanted)
}

fn of_source<'a>(m: &'a Migration, number: &E164) -> (Option<Timestamp>, Option<&'a Shown>) {
    let Some(compared) = m.settings.of(&Place::Number(number.clone())) else { return (None, None) };
    let setting = compared.settings.get(&SettingName::StorageRegion);
    (compared.before_at, setting.and_then(|setting| setting.before.as_ref()))
}

/// What is the matter, for people.
pub(crate) fn words(m: &Migration, number: &Number) -> Option<String> {
    let wanted = m.customer.storage_region.as_deref();
    if number.moved_at.is_some() {
        let shown = number.storage_region.as_ref().map(|reading| reading.value.told());
        return Some(format!("{} is wanted; the new side shows {}", wanted?, shown?));
    }
    match (wanted, of_source(m, &number.number).1) {
        (None, Some(shown @ Shown::Set(_))) => {
            Some(format!("the source keeps its messages in {}, and the customer file names no region", shown.told()))
        }
        (Some(wanted), Some(shown @ Shown::Unreadable(_))) => Some(format!("{wanted} is wanted; {}", shown.told())),
        (Some(wanted), _) => Some(format!("{wanted} is wanted")),
        (None, _) => None,
    }
}

/// After the register nothing can be changed without another outage.
pub(super) fn remedy(m: &Migration, after: &Shown) -> Remedy {
    let shown = if let Shown::Set(SettingValue::Word(region)) = after { Some(region) } else { None };
    if m.customer.storage_region.is_some() && m.customer.storage_region.as_ref() == shown {
        return Remedy::AsWanted;
    }
    Remedy::ByHand(
        "only a number that is not registered takes a region: it would have to be taken off Cloud API first".to_owned(),
    )
}
