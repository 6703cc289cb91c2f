//! Callbacks. The source's may be the old partner's: written onto the new WABA, it would hand the customer's messages to
//! whoever was just left. So only an address on a host of ours is ever set again.

use super::value::{Callback, SettingValue, Shown};
use super::{Remedy, only_there, set_meanwhile};
use crate::Migration;

/// `address` as a value. It is ours on a host that `ours` names; of any other only scheme, host and path are kept, since the rest
/// may be a secret of somebody else's.
#[must_use]
pub fn callback(address: &str, ours: &[&str]) -> Callback {
    let host = host(address);
    let is_ours = host.is_some() && ours.iter().any(|known| self::host(known) == host);
    let kept = if is_ours { address } else { without_secrets(address) };
    Callback { address: kept.to_owned(), ours: is_ours }
}

/// Host and port of an https address, in small letters.
fn host(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

pub(crate) fn without_secrets(address: &str) -> &str {
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    if plain.contains('@') { "(an address with a user name)" } else { plain }
}

/// The number's own callback outranks the WABA's (observations: `subscriptions.override_order`).
pub(super) fn of_number(m: &Migration, before: &Shown, after: &Shown) -> Remedy {
    match (before, after) {
        (Shown::Set(SettingValue::Callback(callback)), Shown::Unset) => {
            if !callback.ours {
                Remedy::ByHand("the address is not on a host of yours: it may be the old partner's".to_owned())
            } else if m.customer.callback_url.as_ref().is_some_and(|wanted| *wanted != callback.address) {
                Remedy::ByHand("it would outrank the callback_url of the customer file".to_owned())
            } else {
                Remedy::Write(SettingValue::Callback(callback.clone()))
            }
        }
        (Shown::Unset, _) => only_there(),
        (Shown::Set(_) | Shown::Unreadable(_), _) => set_meanwhile(),
    }
}

/// Guide 6 sets it each time to what the customer file says; here it is only told.
pub(super) fn of_account(m: &Migration, after: &Shown) -> Remedy {
    let shown = if let Shown::Set(SettingValue::Callback(callback)) = after { Some(&callback.address) } else { None };
    if m.customer.callback_url.is_some() && m.customer.callback_url.as_ref() == shown {
        return Remedy::AsWanted;
    }
    Remedy::ByHand("where it should be another than the app's, give callback_url in the customer file".to_owned())
}
