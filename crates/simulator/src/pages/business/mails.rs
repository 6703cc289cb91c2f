//! The mails that Meta sent to the admins of a portfolio (guide 3.6 and 3.7).

use maud::html;

use super::super::{
    parts::{Part, empty, instant},
    visit::{Denied, Page, Visit},
};
use super::Menu;
use crate::{ids::Id, mail::Mail, state::State};

const ROWS: usize = 25;

/// The portfolio's mails, newest first, each with its place among all.
fn of_portfolio(state: &State, portfolio: Id) -> Vec<(usize, &Mail)> {
    state.mails.about(state.world.customers_of(portfolio).map(|customer| customer.waba))
}

pub(super) fn inbox(state: &State, visit: &Visit<'_>, portfolio: Id) -> Result<Page, Denied> {
    let all = of_portfolio(state, portfolio);
    let part = Part::of(all.iter().copied(), all.len(), visit.query.page(), ROWS);
    let path = format!("/business/{portfolio}/mails");
    let body = html! {
        h1 { "Inbox" }
        p.lead { "Everybody with admin access to the WhatsApp account gets these mails." }
        @if part.rows.is_empty() {
            (empty("No mail has arrived."))
        } @else {
            ul.cards {
                @for (place, mail) in &part.rows {
                    li.card {
                        h2 { a href={ (path) "/" (place + 1) } { (mail.subject) } }
                        p.facts { span { "To " (mail.to) } span { (instant(mail.at)) } }
                    }
                }
            }
            (part.pager(&path, &[], "mail"))
        }
    };
    Ok(super::page(state, portfolio, Menu::Mails, "Inbox", body))
}

pub(super) fn one(state: &State, portfolio: Id, number: &str) -> Result<Page, Denied> {
    let wanted: Option<usize> = number.parse().ok();
    let found = of_portfolio(state, portfolio).into_iter().find(|(place, _)| Some(place + 1) == wanted);
    let (_, mail) = found.ok_or(Denied::Missing("a mail with this number in this inbox"))?;
    let body = html! {
        h1 { (mail.subject) }
        dl {
            dt { "From" } dd { (mail.from) }
            dt { "To" } dd { (mail.to) }
            dt { "Sent" } dd { (instant(mail.at)) }
        }
        div.letter {
            p { (mail.text) }
            a.button href={ "/business/" (portfolio) "/settings/requests/" (mail.intent) } { "Review request" }
        }
        p.note { "Meta's button leads to " (mail.link) "; here it leads to the simulated page of the request." }
    };
    Ok(super::page(state, portfolio, Menu::Mails, "Mail", body))
}
