//! The fleet that Meta's limits decide about: its people answer at once, so that nothing but calls takes time.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use unmoor_cli::rehearsal::{Keep, Plan};
use unmoor_migration::{Customer, Policy, PortfolioId, WabaId};
use unmoor_simulator::load;

/// The first source WABA; each customer's has the next number.
const FIRST_WABA: u64 = 310_200_000_000_101;
/// The first portfolio.
const FIRST_PORTFOLIO: u64 = 220_200_000_000_101;
const SEED: u64 = 1;

/// A rehearsal of so many customers with one number and one template each, under a limit of the app's calls; without one if
/// absent.
pub(super) fn plan(customers: u64, app_calls_per_hour: Option<u32>) -> Result<Plan> {
    let rows = (0..customers).map(customer).collect::<Result<Vec<_>>>()?;
    let mut file = String::from("customer,source_waba_id,business_portfolio_id\n");
    let mut scenario = String::from("start = \"2027-03-01T08:00:00Z\"\n");
    for (place, row) in (0_u64..).zip(&rows) {
        let Customer { reference, source_waba, portfolio, .. } = row;
        let portfolio = portfolio.as_ref().context("a customer without portfolio")?;
        writeln!(file, "{reference},{source_waba},{portfolio}")?;
        writeln!(
            scenario,
            "[customers.{reference}]\nnumbers = [\"+4930{}\"]\n\
             templates = [{{ name = \"order_shipped\", language = \"de\", status = \"APPROVED\", quality = \"GREEN\" }}]\n\
             [customers.{reference}.person]\nanswers_after = \"1 s\"\npays = \"with acceptance\"",
            23_125_000 + place
        )?;
    }
    let mut setup = load::load(&file, &scenario, SEED).context("load the fleet")?;
    setup.knobs.app_calls_per_hour = app_calls_per_hour;
    Ok(Plan {
        customers: rows,
        setup,
        seed: SEED,
        horizon: SignedDuration::from_hours(14 * 24),
        policy: Policy::default(),
        keep: Keep::Nowhere,
    })
}

fn customer(place: u64) -> Result<Customer> {
    let source_waba = WabaId::new(&(FIRST_WABA + place).to_string())?;
    Ok(Customer {
        portfolio: Some(PortfolioId::new(&(FIRST_PORTFOLIO + place).to_string())?),
        ..Customer::new(format!("customer-{place}"), source_waba)
    })
}
