//! All mails that Meta sent, newest first.

use maud::html;

use super::super::{
    parts::{Part, empty, instant},
    visit::{Denied, Page, Visit},
};
use super::{Menu, page};
use crate::state::State;

const ROWS: usize = 50;

pub(super) fn all(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let mails = state.mails.all();
    let part = Part::of(mails.iter().enumerate().rev(), mails.len(), visit.query.page(), ROWS);
    let body = html! {
        h1 { "Mails" }
        p.lead { "What Meta sent to the admins of the WhatsApp accounts." }
        @if part.rows.is_empty() {
            (empty("No mail was sent yet."))
        } @else {
            div.scroll role="region" aria-label="Mails" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { "Sent" } th scope="col" { "To" } th scope="col" { "Subject" } th scope="col" { "WABA" }
                    } }
                    tbody {
                        @for (place, mail) in &part.rows {
                            @let portfolio = state.world.customer_of(mail.waba).map(|customer| customer.portfolio);
                            tr {
                                td { (instant(mail.at)) }
                                td { (mail.to) }
                                th scope="row" {
                                    @if let Some(portfolio) = portfolio {
                                        a href={ "/business/" (portfolio) "/mails/" (place + 1) } { (mail.subject) }
                                    } @else { (mail.subject) }
                                }
                                td.ids { a href={ "/_sim/wabas/" (mail.waba) } { (mail.waba) } }
                            }
                        }
                    }
                }
            }
        }
        (part.pager("/_sim/mails", &[], "mail"))
    };
    Ok(page(Menu::Mails, "Mails", body))
}
