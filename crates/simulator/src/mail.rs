//! The mails Meta sends (guide 3): kept, so that a test and a person can read them.

use std::collections::BTreeMap;

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

/// All mails, in the order in which they were sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Mail>", into = "Vec<Mail>")]
pub(crate) struct Mails {
    all: Vec<Mail>,
    /// Their places among all, by the WABA they are about.
    of_waba: BTreeMap<Id, Vec<usize>>,
}

impl Mails {
    pub(crate) fn all(&self) -> &[Mail] {
        &self.all
    }

    /// The mails about any of these WABAs, newest first, each with its place among all.
    pub(crate) fn about(&self, wabas: impl Iterator<Item = Id>) -> Vec<(usize, &Mail)> {
        let mut places: Vec<usize> = wabas.filter_map(|waba| self.of_waba.get(&waba)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().rev().filter_map(|place| Some((place, self.all.get(place)?))).collect()
    }
}

impl Extend<Mail> for Mails {
    fn extend<T: IntoIterator<Item = Mail>>(&mut self, mails: T) {
        for mail in mails {
            self.of_waba.entry(mail.waba).or_default().push(self.all.len());
            self.all.push(mail);
        }
    }
}

impl From<Vec<Mail>> for Mails {
    fn from(all: Vec<Mail>) -> Self {
        let mut mails = Self::default();
        mails.extend(all);
        mails
    }
}

impl From<Mails> for Vec<Mail> {
    fn from(mails: Mails) -> Self {
        mails.all
    }
}
