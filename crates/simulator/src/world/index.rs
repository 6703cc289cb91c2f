//! Look-ups by phone number id and by number, kept beside the WABAs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ids::Id, phone::E164};

/// Which WABAs list what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    by_phone_id: BTreeMap<Id, BTreeSet<Id>>,
    by_number: BTreeMap<E164, BTreeSet<Id>>,
}

impl Index {
    pub(crate) fn add(&mut self, waba: Id, phone: Id, number: &E164) {
        self.by_phone_id.entry(phone).or_default().insert(waba);
        self.by_number.entry(number.clone()).or_default().insert(waba);
    }

    pub(crate) fn remove(&mut self, waba: Id, phone: Id, number: &E164) {
        if let Some(wabas) = self.by_phone_id.get_mut(&phone) {
            wabas.remove(&waba);
        }
        if let Some(wabas) = self.by_number.get_mut(number) {
            wabas.remove(&waba);
        }
    }

    /// The WABAs that list a phone number id; none if nobody ever did.
    pub(crate) fn of_phone_id(&self, phone: Id) -> Option<&BTreeSet<Id>> {
        self.by_phone_id.get(&phone)
    }

    /// The WABAs that list a number.
    pub(crate) fn of_number(&self, number: &E164) -> impl Iterator<Item = Id> {
        self.by_number.get(number).into_iter().flatten().copied()
    }
}
