//! Switches of a WABA: one that was on is turned on again; none is ever turned off.

use super::value::Shown;
use super::{Remedy, where_it_is_lacking};

pub(super) fn remedy(before: &Shown, after: &Shown) -> Remedy {
    where_it_is_lacking(before, after)
}

/// Template analytics cannot be turned off again (observations: `waba.settings`), which is no reason not to have them: the
/// same customer had them on.
pub(super) fn irreversible(before: &Shown, after: &Shown) -> Remedy {
    match where_it_is_lacking(before, after) {
        Remedy::ByHand(_) => Remedy::ByHand("it is on at the new side, and cannot be turned off again".to_owned()),
        remedy @ (Remedy::None | Remedy::Write(_) | Remedy::AsWanted) => remedy,
    }
}
