//! Who did what: everything in a journal that carries a person's name.

use jiff::Timestamp;
use serde::Serialize;

use super::entry::{Entry, Evidence, Told};
use crate::E164;
use crate::event::Fact;
use crate::gate::Gate;
use crate::migration::Migration;

/// Something that a person did, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// The number of its entry.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, in words.
    pub what: String,
    /// Why, in that person's words.
    pub reason: Option<String>,
    /// Why it was not done.
    pub refused: Option<String>,
}

/// What a person vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vouching {
    /// When it was said.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// For what.
    pub gate: Gate,
    /// For which number; `None` = all of them.
    pub number: Option<E164>,
    /// What was seen, in that person's words.
    pub note: String,
}

pub(super) fn attestations(m: &Migration) -> Vec<Vouching> {
    let told = m.attestations().iter().map(|attestation| Vouching {
        at: attestation.at,
        by: attestation.by.clone(),
        gate: attestation.gate,
        number: attestation.number.clone(),
        note: attestation.note.clone(),
    });
    told.collect()
}

pub(super) fn deeds(entries: &[Entry]) -> Vec<Deed> {
    entries.iter().filter_map(deed).collect()
}

fn deed(entry: &Entry) -> Option<Deed> {
    let told = |by: &str, what: &str, reason: Option<&String>| {
        let (by, what) = (by.to_owned(), what.to_owned());
        Some(Deed { entry: entry.seq, at: entry.known_at(), by, what, reason: reason.cloned(), refused: None })
    };
    match &entry.told {
        Told::Event(event) => match Some(&event.fact) {
            Some(Fact::Started { by }) => told(by, "released it", None),
            Some(Fact::Paused { by, reason }) => told(by, "paused it", reason.as_ref()),
            Some(Fact::Resumed { by }) => told(by, "ended the pause", None),
            Some(Fact::Held { by, reason }) => told(by, "put a hold on its moves", reason.as_ref()),
            Some(Fact::Unheld { by }) => told(by, "ended the hold", None),
            Some(Fact::CancelAsked { by, reason }) => told(by, "cancelled what had not begun", reason.as_ref()),
            Some(Fact::RetryAsked { by }) => told(by, "had everything tried again", None),
            Some(Fact::Attested { attestation }) => {
                let about = attestation.number.as_ref().map_or_else(|| "all numbers".to_owned(), ToString::to_string);
                let what = format!("vouched for {} of {about}", attestation.gate);
                told(&attestation.by, &what, Some(&attestation.note))
            }
            Some(_) | None => None,
        },
        Told::Evidence(Evidence::Revealed { what, number, by, account, reason }) => {
            let of = number.as_ref().map(|number| format!(" of {number}")).unwrap_or_default();
            let account = account.as_ref().filter(|account| *account != by);
            let account = account.map(|account| format!(" (as {account})")).unwrap_or_default();
            told(&format!("{by}{account}"), &format!("had the {what}{of} shown"), reason.as_ref())
        }
        Told::Evidence(Evidence::Refused { what, by, why }) => {
            told(by, &format!("asked for: {what}"), None).map(|deed| Deed { refused: Some(why.clone()), ..deed })
        }
        Told::Evidence(Evidence::Late { .. } | Evidence::Other) => None,
    }
}
