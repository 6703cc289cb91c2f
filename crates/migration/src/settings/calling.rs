//! Calling. With SIP on, calls go to a server: whose, nobody but its owner knows, and the old partner's would go on ringing
//! there. So it is set again only where there was no SIP.

use super::value::{SettingValue, Shown};
use super::{Remedy, where_it_is_lacking};

pub(super) fn remedy(before: &Shown, after: &Shown) -> Remedy {
    if let (Shown::Set(SettingValue::Calling(members)), Shown::Unset) = (before, after)
        && members.get("sip").is_some_and(|sip| !is_off(sip))
    {
        return Remedy::ByHand(
            "calls went to a SIP server, which may be the old partner's; set it up with the right server".to_owned(),
        );
    }
    where_it_is_lacking(before, after)
}

/// Whether the member says nothing but that it is disabled; its servers may still be listed.
fn is_off(member: &str) -> bool {
    member.to_ascii_uppercase().contains("\"STATUS\":\"DISABLED\"")
}
