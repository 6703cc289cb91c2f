//! Where a person begins: the business portfolios of all customers.

use maud::{Markup, html};

use super::super::{
    account::{Account, Progress},
    layout::Place,
    parts::{Mood, Part, badge, empty, is_meant, search},
    visit::{Denied, Page, Visit},
};
use crate::{ids::Id, state::State};

const ROWS: usize = 25;

pub(super) fn list(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let sought = visit.query.get("q");
    let all = state.world.index.portfolios();
    // Only a search looks at every portfolio, and only at its names.
    let part = if sought.is_empty() {
        Part::of(all.iter().copied(), all.len(), visit.query.page(), ROWS)
    } else {
        let found: Vec<Id> = all.iter().copied().filter(|portfolio| is_sought(state, *portfolio, sought)).collect();
        Part::of(found.iter().copied(), found.len(), visit.query.page(), ROWS)
    };
    let body = html! {
        h1 { "Choose a business portfolio" }
        p.lead {
            "Practise what your customer will do in Meta Business Suite: find the request, accept it, turn two-step \
             verification off and add a payment method. Whatever you do here, the simulator answers to the software \
             that migrates as Meta would."
        }
        (search("Search by name, customer or id", sought, &html! {}))
        @if part.rows.is_empty() {
            (empty("No business portfolio fits."))
        } @else {
            ul.cards {
                @for portfolio in &part.rows { (card(state, *portfolio)) }
            }
        }
        (part.pager("/business/", &[("q", sought)], "business portfolio"))
    };
    Ok(Page { title: "Choose a business portfolio".to_owned(), place: Place::Chooser, body })
}

fn is_sought(state: &State, portfolio: Id, sought: &str) -> bool {
    let id = portfolio.to_string();
    is_meant(sought, &[super::name_of(state, portfolio), &id])
        || state
            .world
            .customers_of(portfolio)
            .any(|customer| is_meant(sought, &[&customer.customer, &customer.waba.to_string()]))
}

fn card(state: &State, portfolio: Id) -> Markup {
    let customers = state.world.customers_of(portfolio);
    let accounts: Vec<Account<'_>> = customers.filter_map(|customer| Account::of(&state.world, customer)).collect();
    let open = accounts.iter().flat_map(Account::duties).filter(|(_, progress)| matches!(progress, Progress::Open(_)));
    let open = open.count();
    html! {
        li.card {
            h2 { a href={ "/business/" (portfolio) "/" } { (super::name_of(state, portfolio)) } }
            p.facts {
                span { "Portfolio " (portfolio) }
                span {
                    (accounts.len()) @if accounts.len() == 1 { " WhatsApp account" } @else { " WhatsApp accounts" }
                }
            }
            @if open == 0 {
                (badge(Mood::Neutral, "Nothing to do now"))
            } @else if open == 1 {
                (badge(Mood::Waiting, "1 open task"))
            } @else {
                (badge(Mood::Waiting, &format!("{open} open tasks")))
            }
        }
    }
}
