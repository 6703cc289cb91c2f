//! Conversational automation: prompts, commands and the welcome message are one call, so they are set together or not at all.

use super::value::Shown;
use super::{Remedy, where_it_is_lacking};

pub(super) fn remedy(before: &Shown, after: &Shown) -> Remedy {
    where_it_is_lacking(before, after)
}
