//! The business profile: fields that the destination lacks are filled in, others are left.

use super::value::{Profile, SettingValue, Shown};
use super::{Remedy, only_there, set_meanwhile};

pub(super) fn remedy(before: &Shown, after: &Shown) -> Remedy {
    let Shown::Set(SettingValue::Profile(before)) = before else { return only_there() };
    let empty = Profile::default();
    let after = if let Shown::Set(SettingValue::Profile(after)) = after { after } else { &empty };
    let is_lacking = |field: &String| !after.texts.contains_key(field);
    let texts = before.texts.iter().filter(|(field, _)| is_lacking(field));
    let lacking = Profile {
        texts: texts.map(|(field, text)| (field.clone(), text.clone())).collect(),
        websites: if after.websites.is_empty() { before.websites.clone() } else { Vec::new() },
    };
    if lacking == empty { set_meanwhile() } else { Remedy::Write(SettingValue::Profile(lacking)) }
}
