//! Requests and ledger, newest first.

use maud::{Markup, html};

use super::super::{
    parts::{Mood, Part, badge, empty, instant},
    visit::{Denied, Page, Visit},
};
use super::{Menu, page};
use crate::{
    ids::Id,
    ledger::{By, Ending, LedgerEntry, RequestEntry},
    state::State,
};

const ROWS: usize = 50;

pub(super) fn requests(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let all = state.ledger.requests_after(0);
    let about: Option<Id> = visit.query.get("waba").parse().ok();
    let part = match about {
        None => Part::of(all.clone().rev(), all.len(), visit.query.page(), ROWS),
        Some(waba) => {
            let found: Vec<&RequestEntry> = all.clone().rev().filter(|entry| entry.waba == Some(waba)).collect();
            Part::of(found.iter().copied(), found.len(), visit.query.page(), ROWS)
        }
    };
    let is_live = about.is_none() && visit.query.page() == 1;
    let body = html! {
        h1 { "Requests" }
        p.lead { "The calls of the Graph API, newest first. Of many the oldest go; queries and tokens are not kept." }
        @if let Some(waba) = about {
            p { "About the WABA " (waba) ". " a href="/_sim/requests" { "Show all" } }
        }
        @if is_live {
            p.live hidden { label { input #live type="checkbox" checked; " Show new requests as they come" } }
        }
        @if part.rows.is_empty() { (empty("No request has come yet.")) }
        div.scroll role="region" aria-label="Requests" tabindex="0" hidden[part.rows.is_empty()] {
            table {
                thead { tr {
                    th scope="col" { "No." } th scope="col" { "At" } th scope="col" { "Request" }
                    th scope="col" { "Answer" } th scope="col" { "Error" } th scope="col" { "WABA" }
                } }
                tbody data-live[is_live] data-after=(state.ledger.next_request() - 1) data-rows=(ROWS) {
                    @for entry in &part.rows { (request_row(entry)) }
                }
            }
        }
        (part.pager("/_sim/requests", &[("waba", visit.query.get("waba"))], "request"))
    };
    Ok(page(Menu::Requests, "Requests", body))
}

fn request_row(entry: &RequestEntry) -> Markup {
    html! {
        tr {
            td { (entry.seq) }
            td { (instant(entry.at)) }
            th.path scope="row" { (entry.method) " " (entry.path) }
            td { (ending(entry)) }
            td { (error(entry)) }
            td.ids { @if let Some(waba) = entry.waba { a href={ "/_sim/wabas/" (waba) } { (waba) } } }
        }
    }
}

fn ending(entry: &RequestEntry) -> Markup {
    let status = entry.status.map(|status| status.to_string()).unwrap_or_default();
    match entry.ending {
        Ending::Answered => {
            badge(if entry.status.is_some_and(|status| status < 400) { Mood::Good } else { Mood::Bad }, &status)
        }
        Ending::DroppedBefore => badge(Mood::Bad, "dropped before"),
        Ending::DroppedAfter => badge(Mood::Bad, &format!("{status}, dropped after")),
        Ending::DroppedThenLate => badge(Mood::Bad, "dropped, lands later"),
        Ending::Late => badge(Mood::Neutral, &format!("{status}, landed late")),
    }
}

fn error(entry: &RequestEntry) -> String {
    match (entry.error_code, entry.error_subcode) {
        (None, _) => String::new(),
        (Some(code), None) => code.to_string(),
        (Some(code), Some(subcode)) => format!("{code} / {subcode}"),
    }
}

pub(super) fn ledger(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let all = state.ledger.entries_after(0);
    let part = Part::of(all.iter().rev(), all.len(), visit.query.page(), ROWS);
    let body = html! {
        h1 { "Ledger" }
        p.lead { "Every change of the world, newest first." }
        @if part.rows.is_empty() { (empty("Nothing has changed yet.")) } @else { (ledger_table(&part.rows)) }
        (part.pager("/_sim/ledger", &[], "change"))
    };
    Ok(page(Menu::Ledger, "Ledger", body))
}

/// The last `most` changes that belong to a source WABA, newest first.
pub(super) fn of_source(state: &State, source: Id, most: usize) -> Vec<&LedgerEntry> {
    state.ledger.entries_of(source).filter(|entry| entry.source_waba == Some(source)).take(most).collect()
}

pub(super) fn ledger_table(entries: &[&LedgerEntry]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Changes" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { "No." } th scope="col" { "At" } th scope="col" { "Change" } th scope="col" { "By" }
                    th scope="col" { "Number or template" } th scope="col" { "WABA" }
                } }
                tbody { @for entry in entries { (ledger_row(entry)) } }
            }
        }
    }
}

fn ledger_row(entry: &LedgerEntry) -> Markup {
    let by = match entry.by {
        By::Api => "API",
        By::Person => "person",
        By::Time => "time",
    };
    html! {
        tr {
            td { (entry.seq) }
            td { (instant(entry.at)) }
            th scope="row" { (entry.kind) }
            td { (by) @if let Some(request) = entry.request { span.sub { "request " (request) } } }
            td {
                @if let Some(number) = &entry.number { (number.display()) " " }
                @if let Some(template) = &entry.template { (template) }
            }
            td.ids { @if let Some(waba) = entry.source_waba { a href={ "/_sim/wabas/" (waba) } { (waba) } } }
        }
    }
}
