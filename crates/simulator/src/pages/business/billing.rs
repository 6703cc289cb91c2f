//! Billing › Add payment method (guide 3.2 and 3.3). The cards are invented, and no card data is ever asked for.

use maud::html;

use super::super::{
    account::{Account, funding},
    notice::Notice,
    parts::{notice, way},
    visit::{Answer, Denied, Page, Visit, id, see},
};
use super::{Menu, shows};
use crate::{ids::Id, state::State, world::Funding};

pub(super) fn answer(visit: &Visit<'_>, portfolio: Id, path: &[&str]) -> Answer {
    match path {
        [] => shows(visit, |state, visit| methods(state, visit, portfolio)),
        [waba, "add-payment-method"] => {
            let waba = id(waba, "a WhatsApp account with this id")?;
            if visit.is_form() {
                add(visit, portfolio, waba)
            } else {
                shows(visit, |state, visit| form(state, visit, portfolio, waba))
            }
        }
        _ => Err(Denied::Missing("a page with this address")),
    }
}

/// The new account whose payment is the customer's duty.
fn find(state: &State, portfolio: Id, waba: Id) -> Result<Account<'_>, Denied> {
    let account = Account::of_waba(&state.world, portfolio, waba);
    account
        .filter(|account| account.destination.is_some_and(|destination| destination.id == waba))
        .ok_or(Denied::Missing("a new WhatsApp account with this id in this business portfolio"))
}

fn add(visit: &Visit<'_>, portfolio: Id, waba: Id) -> Answer {
    let before = visit.simulator.look(|state| {
        find(state, portfolio, waba)?;
        Ok(state.world.wabas.get(&waba).map(|waba| waba.funding))
    })?;
    let works = match visit.form.get("card") {
        "works" => true,
        "declined" => false,
        _ => return Err(Denied::Unreadable("Choose one of the two invented cards.".to_owned())),
    };
    let here = format!("/business/{portfolio}/billing/{waba}/add-payment-method");
    match (before, works) {
        (Some(Funding::CreditLine(_) | Funding::PaymentMethod(_)), _) => see(&here, &Notice::PAYS_ALREADY),
        (Some(Funding::Declined(_)), false) => see(&here, &Notice::STILL_DECLINED),
        (Some(Funding::None | Funding::Declined(_)) | None, works) => {
            visit.simulator.enter_card(waba, works);
            see(&here, if works { &Notice::PAYS } else { &Notice::CARD_DECLINED })
        }
    }
}

fn methods(state: &State, visit: &Visit<'_>, portfolio: Id) -> Result<Page, Denied> {
    let customers = state.world.customers_of(portfolio);
    let accounts: Vec<Account<'_>> = customers.filter_map(|customer| Account::of(&state.world, customer)).collect();
    let body = html! {
        (way(&["Billing"]))
        h1 { "Payment methods" }
        (notice(visit.query.notice()))
        ul.cards {
            @for account in &accounts {
                @for waba in account.wabas() {
                    @let is_new = account.destination.is_some_and(|destination| destination.id == waba.id);
                    li.card {
                        h2 { (waba.name) }
                        p.facts {
                            span { @if is_new { "New WhatsApp account " } @else { "WhatsApp account " } (waba.id) }
                            span { (waba.currency) }
                        }
                        (funding(waba))
                        @if is_new && !waba.funding.pays() {
                            a.button href={ "/business/" (portfolio) "/billing/" (waba.id) "/add-payment-method" } {
                                "Add payment method" span.sr { " to the account " (waba.id) }
                            }
                        }
                    }
                }
                @if account.destination.is_none() {
                    li.card {
                        h2 { "New account for " (account.source.name) }
                        p {
                            "There is none yet. It comes into being when you accept the request; then a payment method \
                             can be added to it."
                        }
                    }
                }
            }
        }
    };
    Ok(super::page(state, portfolio, Menu::Billing, "Payment methods", body))
}

fn form(state: &State, visit: &Visit<'_>, portfolio: Id, waba: Id) -> Result<Page, Denied> {
    let account = find(state, portfolio, waba)?;
    let destination = account.destination.ok_or(Denied::Missing("a new WhatsApp account"))?;
    let body = html! {
        (way(&["Billing", "Add payment method"]))
        h1 { "Add payment method" }
        (notice(visit.query.notice()))
        dl {
            dt { "WhatsApp account" } dd { (destination.name) " (" (destination.id) ")" }
            dt { "Currency" } dd { (destination.currency) }
            dt { "Now" } dd { (funding(destination)) }
        }
        @if destination.funding.pays() {
            p { "This account pays for its own messages. There is nothing more to do here." }
            a.button href={ "/business/" (portfolio) "/" } { "Back to your tasks" }
        } @else {
            form.panel method="post" {
                fieldset {
                    legend { "Card" }
                    p.note { "Both cards are invented. Never type real card data into a simulation." }
                    label.choice { input type="radio" name="card" value="works" checked; span { "Practice card that works" } }
                    label.choice { input type="radio" name="card" value="declined"; span { "Practice card that the bank declines" } }
                }
                button type="submit" { "Save" }
            }
        }
    };
    Ok(super::page(state, portfolio, Menu::Billing, "Add payment method", body))
}
