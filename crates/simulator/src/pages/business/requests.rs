//! Business settings › Requests › Received › Review (guide 3.4 and 3.5).

use maud::{Markup, html};

use super::super::{
    notice::Notice,
    parts::{Mood, Part, badge, empty, instant, notice, way},
    visit::{Answer, Denied, Page, Visit, id, see},
};
use super::{Menu, shows};
use crate::{
    ids::Id,
    state::State,
    world::{Intent, IntentStatus},
};

const ROWS: usize = 25;
const UNKNOWN: Denied = Denied::Missing("a request with this id in this business portfolio");

pub(super) fn answer(visit: &Visit<'_>, portfolio: Id, path: &[&str]) -> Answer {
    let [intent, rest @ ..] = path else {
        return shows(visit, |state, visit| received(state, visit, portfolio));
    };
    let intent = id(intent, "a request with this id")?;
    match rest {
        [] => shows(visit, |state, visit| one(state, visit, portfolio, intent)),
        ["review"] if visit.is_form() => decide(visit, portfolio, intent),
        ["review"] => shows(visit, |state, _| dialogue(state, portfolio, intent, false)),
        ["decline"] => shows(visit, |state, _| dialogue(state, portfolio, intent, true)),
        _ => Err(Denied::Missing("a page with this address")),
    }
}

fn decide(visit: &Visit<'_>, portfolio: Id, intent: Id) -> Answer {
    visit.simulator.look(|state| find(state, portfolio, intent).map(|_| ()))?;
    let accepts = match visit.form.get("answer") {
        "accept" => true,
        "decline" => false,
        _ => return Err(Denied::Unreadable("The dialogue knows two answers, Accept and Decline.".to_owned())),
    };
    let back = format!("/business/{portfolio}/settings/requests/{intent}");
    if visit.simulator.answer_request(intent, accepts) {
        return see(&back, if accepts { &Notice::ACCEPTED } else { &Notice::DECLINED });
    }
    let status = visit.simulator.look(|state| find(state, portfolio, intent).map(|intent| intent.status))?;
    match status {
        IntentStatus::Accepted | IntentStatus::Completed => see(&back, &Notice::ALREADY_ACCEPTED),
        IntentStatus::Rejected | IntentStatus::Initiated => see(&back, &Notice::ALREADY_DECLINED),
    }
}

fn find(state: &State, portfolio: Id, intent: Id) -> Result<&Intent, Denied> {
    let intent = state.world.intents.get(&intent).ok_or(UNKNOWN)?;
    let customer = state.world.customer_of(intent.waba);
    customer.filter(|customer| customer.portfolio == portfolio).map(|_| intent).ok_or(UNKNOWN)
}

fn received(state: &State, visit: &Visit<'_>, portfolio: Id) -> Result<Page, Denied> {
    let sources = state.world.customers_of(portfolio).map(|customer| customer.waba);
    let mut all: Vec<&Intent> = sources.flat_map(|source| state.world.intents_of(source)).collect();
    all.sort_by_key(|intent| (std::cmp::Reverse(intent.created_at), intent.id));
    let part = Part::of(all.iter().copied(), all.len(), visit.query.page(), ROWS);
    let path = format!("/business/{portfolio}/settings/requests");
    let body = html! {
        (way(&["Business settings", "Requests", "Received"]))
        h1 { "Requests" }
        h2 { "Received" }
        @if part.rows.is_empty() {
            (empty("No request has arrived. One arrives when the Tech Provider marks your WhatsApp account for migration."))
        } @else {
            ul.cards {
                @for intent in &part.rows {
                    li.card {
                        h3 { (asker(state, intent)) " asks to manage " (account(state, intent)) }
                        p.facts { span { "Received " (instant(intent.created_at)) } (status(intent)) }
                        @let open = intent.status == IntentStatus::Initiated;
                        a.button.quiet[!open] href={ (path) "/" (intent.id) @if open { "/review" } } {
                            @if open { "Review" } @else { "View" }
                            span.sr { " the request of " (asker(state, intent)) " for " (account(state, intent)) }
                        }
                    }
                }
            }
            (part.pager(&path, &[], "request"))
        }
    };
    Ok(super::page(state, portfolio, Menu::Requests, "Requests received", body))
}

fn one(state: &State, visit: &Visit<'_>, portfolio: Id, intent: Id) -> Result<Page, Denied> {
    let intent = find(state, portfolio, intent)?;
    let open = intent.status == IntentStatus::Initiated;
    let path = format!("/business/{portfolio}/settings/requests/{}", intent.id);
    let body = html! {
        (way(&["Business settings", "Requests", "Received"]))
        h1 { "Request of " (asker(state, intent)) }
        (notice(visit.query.notice()))
        (details(state, intent))
        @if open {
            a.button href={ (path) "/review" } { "Review" }
        } @else if state.world.wabas.get(&intent.destination).is_some_and(|waba| !waba.funding.pays()) {
            a.button href={ "/business/" (portfolio) "/billing/" (intent.destination) "/add-payment-method" } {
                "Add payment method"
            }
        }
    };
    Ok(super::page(state, portfolio, Menu::Requests, "Request", body))
}

fn dialogue(state: &State, portfolio: Id, intent: Id, declines: bool) -> Result<Page, Denied> {
    let intent = find(state, portfolio, intent)?;
    let path = format!("/business/{portfolio}/settings/requests/{}", intent.id);
    let title = if declines { "Decline the request?" } else { "Review request" };
    let body = html! {
        (way(&["Business settings", "Requests", "Received", "Review"]))
        section.dialogue role="dialog" aria-labelledby="dialogue-title" {
            h1 #dialogue-title { (title) }
            @if intent.status != IntentStatus::Initiated {
                p { "There is nothing to decide any more." }
                (details(state, intent))
                a.button href=(path) { "Back to the request" }
            } @else if declines {
                p {
                    "Your WhatsApp account " strong { (account(state, intent)) } " stays as it is, with its present partner. "
                    (asker(state, intent)) " has to ask again if you change your mind."
                }
                form method="post" action={ (path) "/review" } {
                    div.choices {
                        button.danger type="submit" name="answer" value="decline" { "Decline" }
                        a.button.quiet href={ (path) "/review" } { "Back" }
                    }
                }
            } @else {
                p {
                    strong { (asker(state, intent)) } " asks to manage your WhatsApp account "
                    strong { (account(state, intent)) } " without the present partner."
                }
                (details(state, intent))
                ul {
                    li { "A new WhatsApp account comes into being in this business portfolio." }
                    li { "Your numbers, and the templates that qualify, go over to it." }
                    li { "You pay for your messages: add a payment method to the new account." }
                }
                form method="post" action={ (path) "/review" } {
                    div.choices {
                        button type="submit" name="answer" value="accept" { "Accept" }
                        a.button.quiet href={ (path) "/decline" } { "Decline" }
                        a href=(path) { "Decide later" }
                    }
                }
            }
        }
    };
    Ok(super::page(state, portfolio, Menu::Requests, title, body))
}

fn details(state: &State, intent: &Intent) -> Markup {
    let solution = state.world.solutions.get(&intent.solution);
    html! {
        dl {
            dt { "Status" } dd { (status(intent)) }
            dt { "Asked by" } dd { (asker(state, intent)) " (app " (intent.app) ")" }
            dt { "WhatsApp account" } dd { (account(state, intent)) " (" (intent.waba) ")" }
            @if let Some(solution) = solution { dt { "Leaves" } dd { (solution.name) } }
            dt { "Received" } dd { (instant(intent.created_at)) }
            @if let Some(made) = state.world.wabas.get(&intent.destination) {
                dt { "New WhatsApp account" }
                dd {
                    (made.name) " (" (made.id) ")"
                    @if state.world.wabas.get(&intent.waba).is_some_and(|source| source.owner != made.owner) {
                        ", in the business portfolio " (super::name_of(state, made.owner))
                    }
                }
            }
            dt { "Request" } dd { (intent.id) }
        }
    }
}

fn status(intent: &Intent) -> Markup {
    match intent.status {
        IntentStatus::Initiated => badge(Mood::Waiting, "Waits for your answer"),
        IntentStatus::Accepted => badge(Mood::Good, "Accepted"),
        IntentStatus::Completed => badge(Mood::Good, "Accepted, migration complete"),
        IntentStatus::Rejected => badge(Mood::Bad, "Declined or run out"),
    }
}

fn asker<'a>(state: &'a State, intent: &Intent) -> &'a str {
    state.world.apps.get(&intent.app).map_or("An app", |app| app.name.as_str())
}

fn account<'a>(state: &'a State, intent: &Intent) -> &'a str {
    state.world.wabas.get(&intent.waba).map_or("", |waba| waba.name.as_str())
}
