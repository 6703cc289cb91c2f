//! The mails Meta sends (guide 3): kept, so that a test and a person can read them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// One mail to one admin of a WABA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// When it was sent.
    pub at: Timestamp,
    /// `WhatsApp for Business <notification@facebookmail.com>` (guide 3).
    pub from: String,
    /// The admin's address.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// What its button opens.
    pub link: String,
    /// The WABA it is about.
    pub waba: Id,
    /// The intent it is about.
    pub intent: Id,
}

impl Mail {
    pub(crate) fn review_request(at: Timestamp, to: String, app: &str, waba: (Id, &str), intent: Id) -> Self {
        let (waba, name) = waba;
        Self {
            at,
            from: "WhatsApp for Business <notification@facebookmail.com>".to_owned(),
            to,
            subject: format!("Review a request about the WhatsApp account {name}"),
            text: format!(
                "{app} asks to manage the WhatsApp account {name} ({waba}) without the present partner. \
                 Review and accept the request in Business settings, under Requests > Received."
            ),
            link: "https://business.facebook.com/settings/requests".to_owned(),
            waba,
            intent,
        }
    }
}
