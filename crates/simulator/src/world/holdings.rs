//! Look-ups by portfolio: the WABAs it owns or shares, the business tokens and users it has. Kept beside what they point at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Secret, Token, TokenKind, Waba};
use crate::ids::Id;

/// A WABA among others: by creation, then by id.
pub(crate) type Place = (Timestamp, Id);

/// What a portfolio has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Holdings {
    owned: BTreeMap<Id, BTreeSet<Place>>,
    shared: BTreeMap<Id, BTreeSet<Place>>,
    /// Business tokens by app and portfolio, oldest first.
    tokens: BTreeMap<(Id, Id), BTreeSet<(Timestamp, Secret)>>,
    /// The portfolio of each system user.
    users: BTreeMap<Id, Id>,
}

impl Holdings {
    /// Forgets what points at nothing any more, so that two can be compared.
    pub(crate) fn tidied(mut self) -> Self {
        self.shared.retain(|_, places| !places.is_empty());
        self
    }

    pub(crate) fn add_waba(&mut self, waba: &Waba) {
        let place = (waba.created_at, waba.id);
        self.owned.entry(waba.owner).or_default().insert(place);
        for partner in &waba.shared_with {
            self.shared.entry(*partner).or_default().insert(place);
        }
    }

    pub(crate) fn unshare(&mut self, waba: &Waba, leaving: &BTreeSet<Id>) {
        for partner in leaving {
            if let Some(places) = self.shared.get_mut(partner) {
                places.remove(&(waba.created_at, waba.id));
            }
        }
    }

    pub(crate) fn add_token(&mut self, value: &Secret, token: &Token) {
        self.users.insert(token.user, token.portfolio);
        if token.kind == TokenKind::Business {
            let tokens = self.tokens.entry((token.app, token.portfolio)).or_default();
            tokens.insert((token.issued_at, value.clone()));
        }
    }

    /// The WABAs that a portfolio owns.
    pub(crate) fn owned(&self, portfolio: Id) -> Option<&BTreeSet<Place>> {
        self.owned.get(&portfolio)
    }

    /// The WABAs that others share with a portfolio.
    pub(crate) fn shared(&self, portfolio: Id) -> Option<&BTreeSet<Place>> {
        self.shared.get(&portfolio)
    }

    /// The business tokens that an app has for a portfolio, newest first.
    pub(crate) fn business_tokens(&self, app: Id, portfolio: Id) -> impl Iterator<Item = &Secret> {
        self.tokens.get(&(app, portfolio)).into_iter().flatten().rev().map(|(_, value)| value)
    }

    /// The portfolio that a system user belongs to.
    pub(crate) fn portfolio_of_user(&self, user: Id) -> Option<Id> {
        self.users.get(&user).copied()
    }
}
