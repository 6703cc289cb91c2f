//! A world around accounts that somebody gives: what nobody can read of them is drawn, as for the rows of a customer file.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    build::Builder,
    customers::Row,
    scenario::{CustomerScript, Scenario},
};
use crate::{
    agenda::Event,
    ids::{Id, Seed},
    state::later,
    world::{App, Customer, Flow, NameStatus, Portfolio, Review, Secret, Solution, Waba, World},
};

/// What is given.
#[derive(Clone, Debug)]
pub struct Given {
    /// The Tech Provider's app, whose secret is drawn.
    pub app: GivenApp,
    /// Apps of others that get webhooks, a Solution Partner's among them.
    pub other_apps: Vec<GivenApp>,
    /// The solutions that the accounts are in. The partner's portfolio and credit line are drawn.
    pub solutions: Vec<GivenSolution>,
    /// The accounts, one customer each.
    pub accounts: Vec<GivenAccount>,
    /// The world's first instant.
    pub now: Timestamp,
    /// What the reader of the file has to know.
    pub notes: Vec<String>,
}

/// An app.
#[derive(Clone, Debug)]
pub struct GivenApp {
    /// Its id.
    pub id: Id,
    /// Its name, if it is known.
    pub name: Option<String>,
    /// Its callback, if it is known.
    pub callback_url: Option<String>,
}

/// A Multi-Partner Solution.
#[derive(Clone, Debug)]
pub struct GivenSolution {
    /// Its id.
    pub id: Id,
    /// Its name, if it is known.
    pub name: Option<String>,
    /// Its status; `ACTIVE` if it is not known.
    pub status: Option<String>,
    /// The Solution Partner's app, if it is known.
    pub partner_app: Option<Id>,
}

/// An account with what belongs to it.
#[derive(Clone, Debug)]
pub struct GivenAccount {
    /// The provider's own reference of the customer.
    pub customer: String,
    /// The account, without a solution of its own that is not given. It is shared with both partners whatever it says.
    pub waba: Waba,
    /// The customer's portfolio, where it is another than the owner.
    pub portfolio: Id,
    /// The portfolio's name.
    pub portfolio_name: String,
    /// The name of the account's owner.
    pub owner_name: String,
    /// Whether Meta has verified the business.
    pub is_verified: bool,
    /// The portfolio's messaging limit.
    pub messaging_limit_tier: Option<String>,
    /// The account's Flows, newest first.
    pub flows: Vec<Flow>,
}

impl World {
    /// A world around `given`. Secrets, portfolios of the two partners, people and what they do, and when Meta's open reviews
    /// end, are drawn from `seed`: whoever has two-step verification on turns it off within two days, and reviews end well
    /// within a day.
    #[must_use]
    pub fn around(given: Given, seed: u64) -> Self {
        let seed = Seed(seed);
        let mut builder = Builder::new(seed, given.now, &Scenario::default());
        let partner = builder.partner();
        let world = &mut builder.world;
        let drawn_app = world.provider.app;
        let drawn_solution = std::mem::take(&mut world.solutions).into_values().next();
        if let Some(mut app) = world.apps.remove(&drawn_app) {
            app.id = given.app.id;
            app.name = given.app.name.unwrap_or(app.name);
            app.callback_url = given.app.callback_url.or(app.callback_url);
            world.apps.insert(app.id, app);
        }
        world.provider.app = given.app.id;
        for token in world.tokens.values_mut() {
            token.app = given.app.id;
        }
        for app in given.other_apps {
            world.apps.insert(app.id, foreign_app(seed, partner, app));
        }
        for solution in given.solutions {
            let Some(drawn) = &drawn_solution else { continue };
            let made = Solution {
                id: solution.id,
                name: solution.name.unwrap_or_else(|| drawn.name.clone()),
                status: solution.status.unwrap_or_else(|| drawn.status.clone()),
                provider_app: given.app.id,
                partner_app: solution.partner_app.unwrap_or(drawn.partner_app),
                partner_portfolio: partner,
            };
            world.solutions.insert(made.id, made);
        }
        // An account whose solution cannot be read is in one all the same, or it could not leave it.
        if let Some(drawn) = drawn_solution {
            world.solutions.entry(drawn.id).or_insert(Solution { provider_app: given.app.id, ..drawn });
        }
        for account in given.accounts {
            builder.account(account);
        }
        let mut world = builder.world;
        let used: BTreeSet<Id> = world.wabas.values().filter_map(|waba| waba.solution).collect();
        world.solutions.retain(|id, _| used.contains(id));
        world.now = Some(given.now);
        world.notes = given.notes;
        world
    }
}

/// The other partner's app, or anybody's: it has no secret that matters here.
fn foreign_app(seed: Seed, partner: Id, app: GivenApp) -> App {
    App {
        id: app.id,
        name: app.name.unwrap_or_else(|| format!("App {}", app.id)),
        secret: Secret::new(seed.hex(&["secret", &app.id.to_string()], 32)),
        portfolio: partner,
        advanced_access: true,
        callback_url: app.callback_url.or_else(|| Some("https://partner.example/webhooks/whatsapp".to_owned())),
        subscribed_fields: None,
    }
}

impl Builder {
    fn account(&mut self, account: GivenAccount) {
        let GivenAccount {
            customer,
            mut waba,
            portfolio,
            portfolio_name,
            owner_name,
            is_verified,
            messaging_limit_tier,
            flows,
        } = account;
        let script = CustomerScript {
            business_verified: Some(is_verified),
            messaging_limit: messaging_limit_tier,
            ..CustomerScript::default()
        };
        let row = Row {
            customer: customer.clone(),
            waba: waba.id,
            portfolio: None,
            email: None,
            language: None,
            time_zone: None,
        };
        self.add_portfolio(portfolio, &row, &portfolio_name, &script);
        self.add_token(waba.id, portfolio, &script);
        self.add_person(waba.id, &script.person);
        self.open_reviews(&waba);
        if !self.world.portfolios.contains_key(&waba.owner) {
            self.add_owner(waba.owner, owner_name);
        }
        waba.shared_with = BTreeSet::from([self.partner(), self.world.provider.portfolio]);
        if waba.solution.is_none_or(|solution| !self.world.solutions.contains_key(&solution)) {
            waba.solution = Some(self.solution());
        }
        if !flows.is_empty() {
            self.world.flows.insert(waba.id, flows);
        }
        self.world.customers.push(Customer { customer, waba: waba.id, portfolio });
        self.world.wabas.insert(waba.id, waba);
    }

    /// What somebody will do, or Meta decide, so that a rehearsal does not wait for ever.
    fn open_reviews(&mut self, waba: &Waba) {
        let mut draw = self.seed.draw(&["reviews", &waba.id.to_string()]);
        let mut within_hours = |hours: u64| {
            let minutes = i64::try_from(draw.between(30, hours * 60)).unwrap_or(60);
            later(self.start, SignedDuration::from_mins(minutes))
        };
        if waba.numbers.iter().any(|number| number.two_step) {
            self.world.agenda.plan(within_hours(48), Event::PersonTurnsOffTwoStep { waba: waba.id });
        }
        if waba.review == Review::Pending {
            self.world.agenda.plan(within_hours(24), Event::WabaApproved { waba: waba.id });
        }
        let waiting = waba
            .numbers
            .iter()
            .filter(|number| number.new_name.is_some() || number.name_status == NameStatus::PendingReview);
        for number in waiting {
            let event = Event::NameApproved { waba: waba.id, number: number.number.clone() };
            self.world.agenda.plan(within_hours(24), event);
        }
    }

    /// Somebody who owns an account for another: of such a portfolio no more is known.
    fn add_owner(&mut self, id: Id, name: String) {
        let unknown = Portfolio {
            id,
            name,
            verified: true,
            messaging_limit_tier: crate::world::usual_tier(),
            tokens_must_expire: false,
            admins: Vec::new(),
        };
        self.world.portfolios.insert(id, unknown);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_world_without_accounts_has_the_given_app_and_no_other_token() {
        let app = GivenApp { id: "1009".parse().unwrap(), name: Some("Acme".to_owned()), callback_url: None };
        let given = Given {
            app,
            other_apps: Vec::new(),
            solutions: Vec::new(),
            accounts: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
            notes: vec!["a note".to_owned()],
        };
        let world = World::around(given, 7);
        assert_eq!(world.provider.app.to_string(), "1009");
        assert_eq!(world.apps.get(&world.provider.app).unwrap().name, "Acme");
        assert!(world.tokens.values().all(|token| token.app == world.provider.app));
        assert_eq!((world.solutions.len(), world.wabas.len()), (0, 0));
        let read: World = serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
        assert_eq!(read.notes, ["a note"]);
    }
}
