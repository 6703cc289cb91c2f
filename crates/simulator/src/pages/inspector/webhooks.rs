//! Webhooks sent: every delivery, newest first, with what came of it.

use maud::{Markup, html};

use super::super::{
    notice::Notice,
    parts::{Mood, Part, badge, empty, instant, notice},
    visit::{Answer, Denied, Page, Visit, see},
};
use super::{Menu, page};
use crate::{
    state::State,
    webhooks::{DeliveryEntry, DeliveryState, NotRedelivered, Outcome},
};

const ROWS: usize = 50;

pub(super) fn all(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let total = state.world.outbox.after(0).count();
    let part = Part::of(state.world.outbox.after(0).rev(), total, visit.query.page(), ROWS);
    let body = html! {
        h1 { "Webhooks" }
        p.lead { "What the apps that listen are told, newest first. Of those that are settled, only the newest are kept." }
        (notice(visit.query.notice()))
        @if part.rows.is_empty() {
            (empty("No webhook was made yet. None is, as long as nobody receives them."))
        } @else {
            div.scroll role="region" aria-label="Webhooks" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { "No." } th scope="col" { "At" } th scope="col" { "Tells of" } th scope="col" { "To" }
                        th scope="col" { "State" } th scope="col" { "Attempts" } th scope="col" { "Again" }
                    } }
                    tbody { @for delivery in &part.rows { (row(delivery)) } }
                }
            }
        }
        (part.pager("/_sim/webhooks", &[], "webhook"))
    };
    Ok(page(Menu::Webhooks, "Webhooks", body))
}

fn row(delivery: &DeliveryEntry) -> Markup {
    html! {
        tr {
            td { (delivery.seq) }
            td { (instant(delivery.at)) }
            th scope="row" {
                (delivery.field.as_str())
                @if delivery.changes > 1 { span.sub { (delivery.changes) " changes" } }
                @if let Some(first) = delivery.duplicate_of { span.sub { "second copy of " (first) } }
                span.sub { "WABA " a href={ "/_sim/wabas/" (delivery.waba) } { (delivery.waba) } }
                details {
                    summary { "Body" span.sr { " of webhook " (delivery.seq) } }
                    pre tabindex="0" { (format!("{:#}", delivery.body)) }
                }
            }
            td.path { (delivery.url) span.sub { "app " (delivery.app) } }
            td {
                (standing(delivery.state))
                @if let Some(next) = delivery.next_attempt_at { span.sub { "next at " (instant(next)) } }
            }
            td {
                @for attempt in &delivery.attempts {
                    span.sub { (instant(attempt.at)) " " (outcome(attempt.outcome.as_ref())) }
                }
            }
            td {
                @if delivery.state != DeliveryState::NotSent {
                    form method="post" action={ "/_sim/webhooks/" (delivery.seq) "/again" } {
                        button.quiet type="submit" { "Send" span.sr { " webhook " (delivery.seq) " again" } }
                    }
                }
            }
        }
    }
}

fn standing(state: DeliveryState) -> Markup {
    match state {
        DeliveryState::Waiting => badge(Mood::Waiting, "waiting"),
        DeliveryState::InFlight => badge(Mood::Neutral, "in flight"),
        DeliveryState::Delivered => badge(Mood::Good, "delivered"),
        DeliveryState::GivenUp => badge(Mood::Bad, "given up"),
        DeliveryState::Lost => badge(Mood::Bad, "lost"),
        DeliveryState::NotSent => badge(Mood::Neutral, "not sent: an example's address"),
    }
}

fn outcome(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "in flight".to_owned(),
        Some(Outcome::Answered(status)) => status.to_string(),
        Some(Outcome::NoAnswer(reason)) => reason.clone(),
    }
}

/// Sends one once more.
pub(super) fn again(visit: &Visit<'_>, number: &str) -> Answer {
    let unknown = Denied::Missing("a webhook with this number");
    let Ok(number) = number.parse() else { return Err(unknown) };
    match visit.simulator.redeliver(number) {
        Ok(()) => see("/_sim/webhooks", &Notice::SENT_AGAIN),
        Err(NotRedelivered::InFlight(_)) => see("/_sim/webhooks", &Notice::IN_FLIGHT),
        Err(NotRedelivered::Unknown(_) | NotRedelivered::Nobody(_)) => Err(unknown),
    }
}
