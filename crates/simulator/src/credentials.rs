//! What a client needs to talk to a simulator.

use crate::{
    ids::Id,
    simulator::Simulator,
    world::{Customer, Secret, World},
};

/// What a client needs to talk to this simulator.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Credentials {
    /// The Tech Provider's app.
    pub app_id: Id,
    /// Its secret.
    pub app_secret: Secret,
    /// The Tech Provider's system token.
    pub system_token: Secret,
    /// The Tech Provider's portfolio.
    pub portfolio_id: Id,
    /// Its customers, in the order of their file.
    pub customers: Vec<CustomerCredentials>,
}

/// What a client needs about one customer.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CustomerCredentials {
    /// The provider's own reference.
    pub customer: String,
    /// The source WABA.
    pub waba_id: Id,
    /// The customer's portfolio.
    pub portfolio_id: Id,
    /// The business token from the onboarding into the solution; none if it was lost.
    pub business_token: Option<Secret>,
    /// Phone number ids on the source.
    pub phone_number_ids: Vec<Id>,
}

impl Simulator {
    /// Whether any customer has this portfolio.
    pub(crate) fn has_customer(&self, portfolio: Id) -> bool {
        self.lock().state.world.customers_of(portfolio).next().is_some()
    }

    /// What a client needs about the customer of this reference.
    pub fn customer(&self, reference: &str) -> Option<CustomerCredentials> {
        let shared = self.lock();
        let world = &shared.state.world;
        world.customers.iter().find(|customer| customer.customer == reference).map(|customer| about(world, customer))
    }

    /// What a client needs to talk to this simulator.
    pub fn credentials(&self) -> Credentials {
        let shared = self.lock();
        let world = &shared.state.world;
        let customers = world.customers.iter().map(|customer| about(world, customer));
        Credentials {
            app_id: world.provider.app,
            app_secret: world.apps.get(&world.provider.app).map_or_else(|| Secret::new(""), |app| app.secret.clone()),
            system_token: world.provider.system_token.clone(),
            portfolio_id: world.provider.portfolio,
            customers: customers.collect(),
        }
    }
}

fn about(world: &World, customer: &Customer) -> CustomerCredentials {
    CustomerCredentials {
        customer: customer.customer.clone(),
        waba_id: customer.waba,
        portfolio_id: customer.portfolio,
        business_token: onboarding_token(world, customer),
        phone_number_ids: world
            .wabas
            .get(&customer.waba)
            .map_or_else(Vec::new, |waba| waba.numbers.iter().map(|number| number.id).collect()),
    }
}

/// The oldest token that the provider's app has for a source WABA.
fn onboarding_token(world: &World, customer: &Customer) -> Option<Secret> {
    let newest_first = world.holdings().business_tokens(world.provider.app, customer.portfolio);
    let covers =
        |value: &&Secret| world.tokens.get(*value).is_some_and(|token| token.wabas.contains_key(&customer.waba));
    newest_first.filter(covers).last().cloned()
}
