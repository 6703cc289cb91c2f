//! Look-ups kept beside what they point at: WABAs by phone number id, number, template and owner, customers by portfolio,
//! intents by source.

use std::collections::{BTreeMap, BTreeSet};

use super::holdings::Holdings;
use super::{Customer, Intent};
use crate::{ids::Id, phone::E164};

/// Which WABAs list what, and who belongs to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    by_phone_id: BTreeMap<Id, BTreeSet<Id>>,
    by_number: BTreeMap<E164, BTreeSet<Id>>,
    /// Places in the list of customers, by portfolio.
    customers: BTreeMap<Id, Vec<usize>>,
    /// Places in the list of customers, by source WABA.
    customer: BTreeMap<Id, usize>,
    /// The customers' portfolios, each once, in the order of the customers.
    portfolios: Vec<Id>,
    /// Intents by their source WABA.
    intents: BTreeMap<Id, BTreeSet<Id>>,
    /// What portfolios have.
    pub(crate) holdings: Holdings,
    by_template: BTreeMap<Id, Id>,
}

impl Index {
    /// Forgets what points at nothing any more, so that two can be compared.
    pub(crate) fn tidied(mut self) -> Self {
        self.by_phone_id.retain(|_, wabas| !wabas.is_empty());
        self.by_number.retain(|_, wabas| !wabas.is_empty());
        self.holdings = self.holdings.tidied();
        self
    }

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

    pub(crate) fn add_customer(&mut self, place: usize, customer: &Customer) {
        let places = self.customers.entry(customer.portfolio).or_default();
        if places.is_empty() {
            self.portfolios.push(customer.portfolio);
        }
        places.push(place);
        self.customer.entry(customer.waba).or_insert(place);
    }

    pub(crate) fn add_intent(&mut self, intent: &Intent) {
        self.intents.entry(intent.waba).or_default().insert(intent.id);
    }

    /// Places of a portfolio's customers in the list of customers.
    pub(crate) fn customers_of(&self, portfolio: Id) -> &[usize] {
        self.customers.get(&portfolio).map_or(&[], Vec::as_slice)
    }

    /// Place of a source WABA's customer in the list of customers.
    pub(crate) fn customer_of(&self, source: Id) -> Option<usize> {
        self.customer.get(&source).copied()
    }

    /// The customers' portfolios, each once, in the order of the customers.
    pub(crate) fn portfolios(&self) -> &[Id] {
        &self.portfolios
    }

    /// The intents that were set on a source WABA.
    pub(crate) fn intents_of(&self, source: Id) -> impl Iterator<Item = Id> {
        self.intents.get(&source).into_iter().flatten().copied()
    }

    pub(crate) fn add_template(&mut self, waba: Id, template: Id) {
        self.by_template.insert(template, waba);
    }

    pub(crate) fn remove_template(&mut self, template: Id) {
        self.by_template.remove(&template);
    }

    /// The WABA that has a template.
    pub(crate) fn of_template(&self, template: Id) -> Option<Id> {
        self.by_template.get(&template).copied()
    }
}
