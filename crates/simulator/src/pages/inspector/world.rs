//! The world at a glance: every customer, one row each.

use maud::{Markup, html};

use super::super::{
    account::{Account, funding},
    parts::{Mood, Part, badge, count, empty, is_meant, notice, search},
    visit::{Denied, Page, Visit},
};
use super::{Menu, clock, page};
use crate::{
    state::State,
    world::{Customer, IntentStatus, Number, NumberStatus, Waba},
};

const ROWS: usize = 25;

/// What the list can be narrowed to.
const STATUSES: [(&str, &str); 6] = [
    ("", "any request"),
    ("none", "no request"),
    ("INITIATED", "INITIATED"),
    ("ACCEPTED", "ACCEPTED"),
    ("COMPLETED", "COMPLETED"),
    ("REJECTED", "REJECTED"),
];

pub(super) fn overview(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let (sought, status) = (visit.query.get("q"), visit.query.get("status"));
    let all = &state.world.customers;
    // Only a search or a filter looks at every customer.
    let part = if sought.is_empty() && status.is_empty() {
        Part::of(all.iter(), all.len(), visit.query.page(), ROWS)
    } else {
        let found: Vec<&Customer> = all.iter().filter(|customer| is_sought(state, customer, sought, status)).collect();
        Part::of(found.iter().copied(), found.len(), visit.query.page(), ROWS)
    };
    let filter = html! {
        label.sr for="status" { "Request" }
        select #status name="status" {
            @for (value, label) in STATUSES { option value=(value) selected[value == status] { (label) } }
        }
    };
    let body = html! {
        h1 { "World" }
        (notice(visit.query.notice()))
        (totals(state))
        (clock::strip(state, "/_sim"))
        (search("Search by customer, portfolio or id", sought, &filter))
        @if part.rows.is_empty() { (empty("No customer fits.")) } @else { (table(state, &part.rows)) }
        (part.pager("/_sim", &[("q", sought), ("status", status)], "customer"))
        p.note {
            "The same for programs: " a href="/_sim/world" { "the whole world as JSON" } ", "
            a href="/_sim/credentials" { "credentials of a client" } "."
        }
    };
    Ok(page(Menu::World, "World", body))
}

fn is_sought(state: &State, customer: &Customer, sought: &str, status: &str) -> bool {
    let portfolio = state.world.portfolios.get(&customer.portfolio).map_or("", |portfolio| portfolio.name.as_str());
    let fits =
        is_meant(sought, &[&customer.customer, portfolio, &customer.waba.to_string(), &customer.portfolio.to_string()]);
    let has_status = || {
        let intent = Account::of(&state.world, customer).and_then(|account| account.intent);
        intent.map_or("none", |intent| intent.status.as_str()) == status
    };
    fits && (status.is_empty() || has_status())
}

fn totals(state: &State) -> Markup {
    let world = &state.world;
    let of = |wanted: IntentStatus| world.intents.values().filter(|intent| intent.status == wanted).count();
    let totals = [
        ("Customers", world.customers.len()),
        ("WABAs", world.wabas.len()),
        ("Requests open", of(IntentStatus::Initiated)),
        ("Accepted", of(IntentStatus::Accepted)),
        ("Completed", of(IntentStatus::Completed)),
        ("Declined", of(IntentStatus::Rejected)),
    ];
    html! {
        dl.totals {
            @for (label, number) in totals { div { dt { (label) } dd { (count(number)) } } }
        }
    }
}

fn table(state: &State, customers: &[&Customer]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Customers" tabindex="0" {
            table {
                thead {
                    tr {
                        th scope="col" { "Customer" }
                        th scope="col" { "Source → destination" }
                        th scope="col" { "Request" }
                        th scope="col" { "Numbers" }
                        th scope="col" { "Two-step" }
                        th scope="col" { "Templates" }
                        th scope="col" { "Payment" }
                    }
                }
                tbody {
                    @for customer in customers {
                        @if let Some(account) = Account::of(&state.world, customer) { (row(state, &account)) }
                    }
                }
            }
        }
    }
}

fn row(state: &State, account: &Account<'_>) -> Markup {
    let Account { customer, source, intent, destination } = account;
    let portfolio = state.world.portfolios.get(&customer.portfolio);
    html! {
        tr {
            th scope="row" {
                a href={ "/_sim/wabas/" (source.id) } { (customer.customer) }
                @if let Some(portfolio) = portfolio { span.sub { (portfolio.name) } }
            }
            td.ids {
                a href={ "/_sim/wabas/" (source.id) } { (source.id) }
                @if let Some(destination) = destination {
                    span.sub { "→ " a href={ "/_sim/wabas/" (destination.id) } { (destination.id) } }
                }
            }
            td { (request(intent.map(|intent| intent.status))) }
            td {
                (numbers(source))
                @if let Some(destination) = destination { span.sub { "→ " (numbers(destination)) } }
            }
            td { (two_step(account)) }
            td {
                (source.templates.len())
                @if let Some(destination) = destination { span.sub { "→ " (destination.templates.len()) } }
            }
            td { (funding(destination.unwrap_or(source))) }
        }
    }
}

/// The status of a request.
pub(super) fn request(status: Option<IntentStatus>) -> Markup {
    match status {
        None => badge(Mood::Neutral, "none"),
        Some(status @ IntentStatus::Initiated) => badge(Mood::Waiting, status.as_str()),
        Some(status @ (IntentStatus::Accepted | IntentStatus::Completed)) => badge(Mood::Good, status.as_str()),
        Some(status @ IntentStatus::Rejected) => badge(Mood::Bad, status.as_str()),
    }
}

/// How many numbers of a WABA have which status, in words.
fn numbers(waba: &Waba) -> String {
    let mut counted: Vec<(NumberStatus, usize)> = Vec::new();
    for Number { status, .. } in &waba.numbers {
        match counted.iter_mut().find(|(known, _)| known == status) {
            Some((_, count)) => *count += 1,
            None => counted.push((*status, 1)),
        }
    }
    let words: Vec<String> = counted.iter().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn two_step(account: &Account<'_>) -> Markup {
    match account.locked().count() {
        0 => badge(Mood::Neutral, "off"),
        locked => badge(Mood::Waiting, &format!("on for {locked}")),
    }
}
