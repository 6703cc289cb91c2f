//! `/business/…`: what the guide has a customer do in Meta Business Suite (guide 1.3 to 1.7 and 3.4 to 3.7), with Meta's menu
//! words, in a neutral dress.

mod billing;
mod home;
mod mails;
mod numbers;
mod portfolios;
mod requests;

use maud::{Markup, html};

use super::{
    layout::Place,
    visit::{Answer, Denied, Page, Shown, Visit, id},
};
use crate::{ids::Id, state::State};

/// An entry of the menu on the left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    Home,
    Requests,
    Overview,
    PhoneNumbers,
    Billing,
    Mails,
}

/// A group of the menu: its name, and its entries with the path below the portfolio.
type Group = (&'static str, &'static [(Menu, &'static str, &'static str)]);

const MENU: [Group; 5] = [
    ("Migration", &[(Menu::Home, "", "Your tasks")]),
    ("Business settings", &[(Menu::Requests, "settings/requests", "Requests")]),
    (
        "WhatsApp Manager",
        &[
            (Menu::Overview, "whatsapp-manager/overview", "Overview"),
            (Menu::PhoneNumbers, "whatsapp-manager/phone-numbers", "Account tools › Phone numbers"),
        ],
    ),
    ("Billing", &[(Menu::Billing, "billing", "Payment methods")]),
    ("Mail", &[(Menu::Mails, "mails", "Inbox")]),
];

pub(super) fn answer(visit: &mut Visit<'_>, path: &[&str]) -> Answer {
    let [portfolio, rest @ ..] = path else { return shows(visit, portfolios::list) };
    let portfolio = id(portfolio, "a business portfolio with this id")?;
    let known = visit.simulator.look(|state| !state.world.index.customers_of(portfolio).is_empty());
    if !known {
        return Err(Denied::Missing("a customer's business portfolio with this id"));
    }
    match rest {
        [] => shows(visit, |state, visit| home::tasks(state, visit, portfolio)),
        ["settings", "requests", rest @ ..] => requests::answer(visit, portfolio, rest),
        ["whatsapp-manager", rest @ ..] => numbers::answer(visit, portfolio, rest),
        ["billing", rest @ ..] => billing::answer(visit, portfolio, rest),
        ["mails"] => shows(visit, |state, visit| mails::inbox(state, visit, portfolio)),
        ["mails", number] => shows(visit, |state, _| mails::one(state, portfolio, number)),
        _ => Err(Denied::Missing("a page with this address")),
    }
}

/// A page that is only looked at: made from the state, which it cannot change.
fn shows(visit: &Visit<'_>, page: impl FnOnce(&State, &Visit<'_>) -> Result<Page, Denied>) -> Answer {
    if visit.is_form() {
        return Err(Denied::Method);
    }
    visit.simulator.look(|state| page(state, visit)).map(Shown::Page)
}

/// A page of a portfolio.
fn page(state: &State, portfolio: Id, menu: Menu, title: impl Into<String>, body: Markup) -> Page {
    let name = name_of(state, portfolio).to_owned();
    Page { title: title.into(), place: Place::Business { portfolio, name, menu }, body }
}

fn name_of(state: &State, portfolio: Id) -> &str {
    state.world.portfolios.get(&portfolio).map_or("", |portfolio| portfolio.name.as_str())
}

/// The menu of a portfolio.
pub(super) fn menu(portfolio: Id, here: Menu) -> Markup {
    html! {
        nav.menu aria-label="Portfolio" {
            ul {
                @for (group, entries) in MENU {
                    li {
                        span.group { (group) }
                        ul {
                            @for (menu, path, label) in entries {
                                li {
                                    a href={ "/business/" (portfolio) "/" (path) }
                                      aria-current=[(*menu == here).then_some("page")] { (label) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
