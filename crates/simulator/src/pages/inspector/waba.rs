//! One WABA, with its numbers, its templates, and what happened to it.

use maud::{Markup, html};

use super::super::{
    account::{Account, funding},
    parts::{Mood, Part, badge, count, empty, instant, notice},
    visit::{Denied, Page, Visit},
};
use super::{Menu, logs, page, people, world};
use crate::{
    ids::Id,
    state::State,
    world::{Number, Template, Waba},
};

/// Rows of templates on one page.
const TEMPLATES: usize = 50;
/// Rows of numbers on one page.
const NUMBERS: usize = 100;
/// The last changes that are shown.
const CHANGES: usize = 25;

pub(super) fn one(state: &State, visit: &Visit<'_>, id: Id) -> Result<Page, Denied> {
    let waba = state.world.wabas.get(&id).ok_or(Denied::Missing("a WABA with this id"))?;
    let source = state.world.source_of(id);
    let customer = state.world.customer_of(source);
    let body = html! {
        p.way { a href="/_sim" { "World" } span aria-hidden="true" { " › " } "WABA " (id) }
        h1 { (waba.name) }
        (notice(visit.query.notice()))
        (facts(state, waba))
        @if let Some(customer) = customer {
            p { a href={ "/business/" (customer.portfolio) "/" } { "The pages of its customer, " (customer.customer) } }
        }
        (numbers(waba))
        (templates(waba, visit))
        @if let Some(customer) = customer { (people::forms(customer, waba)) }
        h2 { "Last changes" }
        @let last = logs::of_source(state, source, CHANGES);
        @if last.is_empty() { (empty("Nothing has happened yet.")) } @else { (logs::ledger_table(&last)) }
        p { a href={ "/_sim/requests?waba=" (id) } { "Requests about this WABA" } }
    };
    Ok(page(Menu::World, waba.name.clone(), body))
}

fn facts(state: &State, waba: &Waba) -> Markup {
    let source = state.world.source_of(waba.id);
    let account = state.world.customer_of(source).and_then(|customer| Account::of(&state.world, customer));
    html! {
        dl {
            @if let Some(account) = &account { dt { "Customer" } dd { (account.customer.customer) } }
            dt { "Role" }
            dd { @if waba.made_by_intent.is_some() { "Destination" } @else { "Source" } }
            @if let Some(account) = &account {
                @for other in account.wabas().filter(|other| other.id != waba.id) {
                    dt { @if other.made_by_intent.is_some() { "Destination" } @else { "Source" } }
                    dd { a href={ "/_sim/wabas/" (other.id) } { (other.id) } }
                }
            }
            @for intent in state.world.intents_of(source) {
                dt { "Request " (intent.id) }
                dd { (world::request(Some(intent.status))) " set " (instant(intent.created_at)) }
            }
            dt { "Review" } dd { (waba.review.as_str()) }
            dt { "Ownership" } dd { (waba.ownership.as_str()) }
            dt { "Owner" } dd { (state.world.portfolios.get(&waba.owner).map_or("", |owner| owner.name.as_str())) " (" (waba.owner) ")" }
            dt { "Payment" } dd { (funding(waba)) }
            dt { "Currency, country" } dd { (waba.currency) ", " (waba.country) }
            dt { "Shared with" }
            dd { @if waba.shared_with.is_empty() { "nobody" } @else { (waba.shared_with.iter().map(Id::to_string).collect::<Vec<_>>().join(", ")) } }
            dt { "Webhooks to" }
            dd {
                @if waba.subscriptions.is_empty() { "no app" }
                @for subscription in &waba.subscriptions {
                    "app " (subscription.app)
                    @if let Some(address) = &subscription.override_callback_uri { " at " (address) }
                    " "
                }
            }
            dt { "Made" } dd { (instant(waba.created_at)) }
        }
    }
}

fn numbers(waba: &Waba) -> Markup {
    html! {
        h2 { "Numbers" }
        @if waba.numbers.is_empty() {
            (empty("It lists no number."))
        } @else {
            div.scroll role="region" aria-label="Numbers" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { "Number" } th scope="col" { "Id" } th scope="col" { "Status" }
                        th scope="col" { "Two-step" } th scope="col" { "Name" } th scope="col" { "Quality" }
                    } }
                    tbody { @for number in waba.numbers.iter().take(NUMBERS) { (number_row(number)) } }
                }
            }
            @if waba.numbers.len() > NUMBERS { p.note { "The first " (NUMBERS) " of " (count(waba.numbers.len())) "." } }
        }
    }
}

fn number_row(number: &Number) -> Markup {
    html! {
        tr {
            th scope="row" { (number.number.display()) }
            td.ids { (number.id) }
            td { (number.status.as_str()) }
            td { @if number.two_step { (badge(Mood::Waiting, "on")) } @else { (badge(Mood::Neutral, "off")) } }
            td { (number.verified_name) span.sub { (number.name_status.as_str()) } }
            td { (number.quality.as_str()) }
        }
    }
}

fn templates(waba: &Waba, visit: &Visit<'_>) -> Markup {
    let part = Part::of(waba.templates.iter(), waba.templates.len(), visit.query.page(), TEMPLATES);
    html! {
        h2 #templates { "Templates" }
        @if part.rows.is_empty() {
            (empty("It has no template."))
        } @else {
            div.scroll role="region" aria-label="Templates" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { "Name" } th scope="col" { "Language" } th scope="col" { "Category" }
                        th scope="col" { "Status" } th scope="col" { "Quality" }
                    } }
                    tbody { @for template in &part.rows { (template_row(template)) } }
                }
            }
            (part.pager(&format!("/_sim/wabas/{}", waba.id), &[], "template"))
        }
    }
}

fn template_row(template: &Template) -> Markup {
    html! {
        tr {
            th scope="row" { (template.name) }
            td { (template.language) }
            td { (template.category.as_str()) }
            td {
                (template.status.as_str())
                @if template.rejected_reason.as_str() != "NONE" { span.sub { (template.rejected_reason.as_str()) } }
            }
            td { (template.quality.as_str()) }
        }
    }
}
