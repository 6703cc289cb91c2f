//! Real exchanges that reach every documented call which is served: answered well, and refused.

mod belongings;
mod guide;
mod messages;
mod refusals;
mod settings;
mod templates;

use std::collections::BTreeSet;

use crate::common::{Caller, text};
use crate::document::Document;
use crate::recorder::{Record, Recorder};

/// A group of exchanges, in a world of its own.
type Group = fn(&mut Recorder<'_>);

const GROUPS: &[Group] = &[
    guide::as_the_guide_has_it,
    guide::as_the_file_has_it,
    templates::lived_through,
    messages::sent_and_refused,
    settings::of_accounts_and_numbers,
    settings::beside_the_guide,
    belongings::solutions_and_portfolios,
    refusals::tokens_that_are_no_good,
    refusals::ids_that_are_no_good,
];

/// What the simulator says it serves: method and path, as its 501 lists them.
pub(crate) fn served() -> BTreeSet<String> {
    let mut caller = Caller::usual("");
    let token = caller.system_token();
    let answer = caller.get("/no/such/call", &token);
    assert_eq!(answer.status, 501, "{}", answer.body);
    let listed = answer.body["error"]["error_data"]["served"].as_array().unwrap();
    listed.iter().map(text).collect()
}

/// All exchanges.
pub(crate) fn all(document: &Document) -> Record {
    let mut record = Record::default();
    for exchanges in GROUPS {
        let mut recorder = Recorder::new(document, Caller::usual(""));
        exchanges(&mut recorder);
        for (operation, statuses) in recorder.record.reached {
            record.reached.entry(operation).or_default().extend(statuses);
        }
        record.disagreements.extend(recorder.record.disagreements);
    }
    record
}
