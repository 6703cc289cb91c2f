//! What Meta's API does not set, or not without a file or a contract.

use super::Remedy;
use super::value::Shown;

/// A picture is uploaded, and the source shows it at an address that does not last.
pub(super) fn picture(before: &Shown) -> Remedy {
    Remedy::ByHand(
        match before {
            Shown::Set(_) => "upload it again: in WhatsApp Manager, or with the customer's own file",
            Shown::Unset | Shown::Unreadable(_) => "the source had none; somebody, or Meta, has set it on the new side",
        }
        .to_owned(),
    )
}

/// Its terms are the business's to accept.
pub(super) fn marketing_messages() -> Remedy {
    Remedy::ByHand("the business has to take it up again: its terms are accepted for each WABA".to_owned())
}
