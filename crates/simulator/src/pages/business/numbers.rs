//! WhatsApp Manager: Overview, and Account tools › Phone numbers › gear icon › Two-step verification (guide 1.3 to 1.7).

use maud::{Markup, html};

use super::super::{
    account::Account,
    notice::Notice,
    parts::{Mood, Part, badge, empty, is_meant, notice, search, way},
    visit::{Answer, Denied, Page, Visit, id, see},
};
use super::{Menu, shows};
use crate::{
    ids::Id,
    state::State,
    world::{Number, NumberStatus, Waba},
};

const ROWS: usize = 25;

/// The two tabs behind the gear icon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Profile,
    TwoStep,
}

pub(super) fn answer(visit: &Visit<'_>, portfolio: Id, path: &[&str]) -> Answer {
    match path {
        [] | ["overview"] => shows(visit, |state, visit| list(state, visit, portfolio, Menu::Overview)),
        ["phone-numbers"] => shows(visit, |state, visit| list(state, visit, portfolio, Menu::PhoneNumbers)),
        ["accounts", waba, "phone-numbers", phone, rest @ ..] => {
            let number = Place {
                portfolio,
                waba: id(waba, "a WhatsApp account with this id")?,
                phone: id(phone, "a phone number with this id")?,
            };
            match rest {
                [] => shows(visit, |state, visit| settings(state, visit, number, Tab::Profile)),
                ["two-step-verification"] => shows(visit, |state, visit| settings(state, visit, number, Tab::TwoStep)),
                ["two-step-verification", "turn-off"] if visit.is_form() => turn_off(visit, number),
                ["two-step-verification", "turn-off"] => shows(visit, |state, _| confirm(state, number)),
                _ => Err(Denied::Missing("a page with this address")),
            }
        }
        _ => Err(Denied::Missing("a page with this address")),
    }
}

/// A number as one WABA lists it.
#[derive(Clone, Copy)]
struct Place {
    portfolio: Id,
    waba: Id,
    phone: Id,
}

impl Place {
    fn path(self) -> String {
        let Self { portfolio, waba, phone } = self;
        format!("/business/{portfolio}/whatsapp-manager/accounts/{waba}/phone-numbers/{phone}")
    }

    fn find(self, state: &State) -> Result<(&Waba, &Number), Denied> {
        const UNKNOWN: Denied = Denied::Missing("a phone number with this id in this business portfolio");
        let account = Account::of_waba(&state.world, self.portfolio, self.waba).ok_or(UNKNOWN)?;
        let waba = account.wabas().find(|waba| waba.id == self.waba).ok_or(UNKNOWN)?;
        let number = waba.numbers.iter().find(|number| number.id == self.phone).ok_or(UNKNOWN)?;
        Ok((waba, number))
    }
}

fn turn_off(visit: &Visit<'_>, place: Place) -> Answer {
    visit.simulator.look(|state| place.find(state).map(|_| ()))?;
    let changed = visit.simulator.turn_off_two_step(place.waba, place.phone);
    let back = format!("{}/two-step-verification", place.path());
    see(&back, if changed { &Notice::TURNED_OFF } else { &Notice::ALREADY_OFF })
}

fn list(state: &State, visit: &Visit<'_>, portfolio: Id, menu: Menu) -> Result<Page, Denied> {
    let sought = visit.query.get("q");
    let customers = state.world.customers_of(portfolio);
    let accounts: Vec<Account<'_>> = customers.filter_map(|customer| Account::of(&state.world, customer)).collect();
    let mut all: Vec<(&Waba, &Number)> = Vec::new();
    for waba in accounts.iter().flat_map(Account::wabas) {
        all.extend(waba.numbers.iter().filter(|number| is_sought(number, sought)).map(|number| (waba, number)));
    }
    let part = Part::of(all.iter().copied(), all.len(), visit.query.page(), ROWS);
    let (title, words, path): (&str, &[&str], &str) = match menu {
        Menu::Overview => ("Overview", &["WhatsApp Manager", "Overview"], "overview"),
        Menu::Home | Menu::Requests | Menu::PhoneNumbers | Menu::Billing | Menu::Mails => {
            ("Phone numbers", &["WhatsApp Manager", "Account tools", "Phone numbers"], "phone-numbers")
        }
    };
    let path = format!("/business/{portfolio}/whatsapp-manager/{path}");
    let body = html! {
        (way(words))
        h1 { (title) }
        @if menu == Menu::Overview { (summary(portfolio, &accounts)) }
        (search("Search by number or name", sought, &html! {}))
        @if part.rows.is_empty() {
            (empty("No phone number fits."))
        } @else {
            ul.cards {
                @for (waba, number) in &part.rows {
                    @let place = Place { portfolio, waba: waba.id, phone: number.id };
                    li.card.number {
                        h2 { (number.number.display()) }
                        p.facts { span { (number.verified_name) } span { "Account " (waba.id) } }
                        p.badges { (status(number)) (two_step(number)) }
                        a.button.quiet href=(place.path()) {
                            span aria-hidden="true" { "⚙ " } "Settings" span.sr { " of " (number.number.display()) }
                        }
                    }
                }
            }
            (part.pager(&path, &[("q", sought)], "phone number"))
        }
        @if menu == Menu::PhoneNumbers {
            p.note {
                "A number that you do not find here: open "
                a href={ "/business/" (portfolio) "/whatsapp-manager/overview" } { "Overview" }
                " in the menu, look it up and select it."
            }
        }
    };
    Ok(super::page(state, portfolio, menu, title, body))
}

fn summary(portfolio: Id, accounts: &[Account<'_>]) -> Markup {
    html! {
        ul.cards {
            @for waba in accounts.iter().flat_map(Account::wabas).take(ROWS) {
                li.card {
                    h2 { (waba.name) }
                    p.facts {
                        span { @if waba.made_by_intent.is_some() { "New account " } @else { "Account " } (waba.id) }
                        span { (waba.numbers.len()) " numbers" }
                        span { (waba.templates.len()) " templates" }
                    }
                }
            }
        }
        p { a href={ "/business/" (portfolio) "/whatsapp-manager/phone-numbers" } { "Account tools › Phone numbers" } }
        h2 { "Look a number up" }
    }
}

fn is_sought(number: &Number, sought: &str) -> bool {
    if sought.is_empty() {
        return true;
    }
    let digits: String = sought.chars().filter(char::is_ascii_digit).collect();
    is_meant(sought, &[&number.verified_name, &number.number.display()])
        || !digits.is_empty() && number.number.digits().contains(&digits)
}

fn settings(state: &State, visit: &Visit<'_>, place: Place, tab: Tab) -> Result<Page, Denied> {
    let (waba, number) = place.find(state)?;
    let path = place.path();
    let current = |here: Tab| (here == tab).then_some("page");
    let body = html! {
        (way(&["WhatsApp Manager", "Account tools", "Phone numbers", "gear icon"]))
        h1 { (number.number.display()) }
        nav.tabs aria-label="Settings of the number" {
            a href=(path) aria-current=[current(Tab::Profile)] { "Profile" }
            a href={ (path) "/two-step-verification" } aria-current=[current(Tab::TwoStep)] { "Two-step verification" }
        }
        (notice(visit.query.notice()))
        @match tab {
            Tab::Profile => dl {
                dt { "Display name" } dd { (number.verified_name) }
                dt { "Status" } dd { (status(number)) }
                dt { "Two-step verification" } dd { (two_step(number)) }
                dt { "Quality rating" } dd { (number.quality.as_str()) }
                dt { "WhatsApp account" } dd { (waba.name) " (" (waba.id) ")" }
                dt { "Phone number id" } dd { (number.id) }
            },
            Tab::TwoStep => {
                p { "Two-step verification " (two_step(number)) }
                @if number.two_step {
                    p { "A six-digit PIN is asked for when this number is registered. Turn it off before the number moves." }
                    a.button href={ (path) "/two-step-verification/turn-off" } { "Turn off two-step verification" }
                } @else {
                    p { "Nothing is asked for when this number is registered." }
                }
            },
        }
    };
    Ok(super::page(state, place.portfolio, Menu::PhoneNumbers, "Phone number", body))
}

fn confirm(state: &State, place: Place) -> Result<Page, Denied> {
    let (_, number) = place.find(state)?;
    let back = format!("{}/two-step-verification", place.path());
    let body = html! {
        (way(&["WhatsApp Manager", "Account tools", "Phone numbers", "gear icon", "Two-step verification"]))
        section.dialogue role="dialog" aria-labelledby="dialogue-title" {
            h1 #dialogue-title { "Turn off two-step verification?" }
            p {
                "The PIN of " strong { (number.number.display()) } " is forgotten. It comes back with a new PIN when the \
                 number is registered under the new account."
            }
            p.note { "Meta may also send a mail with a link at this point. Here, this button ends it." }
            form method="post" action={ (back) "/turn-off" } {
                div.choices {
                    button type="submit" { "Turn off" }
                    a.button.quiet href=(back) { "Cancel" }
                }
            }
        }
    };
    Ok(super::page(state, place.portfolio, Menu::PhoneNumbers, "Turn off two-step verification", body))
}

fn two_step(number: &Number) -> Markup {
    if number.two_step { badge(Mood::Waiting, "Two-step on") } else { badge(Mood::Neutral, "Two-step off") }
}

fn status(number: &Number) -> Markup {
    let mood = match number.status {
        NumberStatus::Connected => Mood::Good,
        NumberStatus::Pending | NumberStatus::Unverified => Mood::Waiting,
        NumberStatus::Migrated | NumberStatus::Deleted | NumberStatus::Unknown => Mood::Neutral,
        NumberStatus::Disconnected
        | NumberStatus::Banned
        | NumberStatus::Restricted
        | NumberStatus::RateLimited
        | NumberStatus::Flagged => Mood::Bad,
    };
    badge(mood, number.status.as_str())
}
