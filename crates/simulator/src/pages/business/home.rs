//! What a customer's people have to do, and how far it is.

use maud::{Markup, html};

use super::super::{
    account::{Account, Duty, Progress},
    parts::{Mood, badge, way},
    visit::{Denied, Page, Visit},
};
use super::Menu;
use crate::{
    ids::Id,
    state::State,
    world::{IntentStatus, NumberStatus},
};

pub(super) fn tasks(state: &State, _visit: &Visit<'_>, portfolio: Id) -> Result<Page, Denied> {
    let customers = state.world.customers_of(portfolio);
    let accounts: Vec<Account<'_>> = customers.filter_map(|customer| Account::of(&state.world, customer)).collect();
    let body = html! {
        h1 { "Your tasks" }
        p.lead { "Three things are asked of you before your numbers can move." }
        @for account in &accounts { (one(account, portfolio)) }
    };
    Ok(super::page(state, portfolio, Menu::Home, "Your tasks", body))
}

fn one(account: &Account<'_>, portfolio: Id) -> Markup {
    html! {
        section.account aria-label={ "WhatsApp account " (account.source.name) } {
            h2 { "WhatsApp account " (account.source.name) }
            p.facts {
                span { "Account " (account.source.id) }
                @if let Some(destination) = account.destination { span { "New account " (destination.id) } }
            }
            ol.tasks {
                @for (duty, progress) in account.duties() { (task(account, portfolio, duty, &progress)) }
            }
            (outcome(account))
        }
    }
}

fn task(account: &Account<'_>, portfolio: Id, duty: Duty, progress: &Progress) -> Markup {
    let root = format!("/business/{portfolio}");
    let (title, words, link): (&str, &[&str], String) = match duty {
        Duty::TurnOffTwoStep => (
            "Turn two-step verification off",
            &["WhatsApp Manager", "Account tools", "Phone numbers", "gear icon", "Two-step verification"],
            format!("{root}/whatsapp-manager/phone-numbers"),
        ),
        Duty::AnswerRequest => (
            "Review and accept the request",
            &["Business settings", "Requests", "Received", "Review"],
            account.intent.map_or_else(
                || format!("{root}/settings/requests"),
                |intent| format!("{root}/settings/requests/{}", intent.id),
            ),
        ),
        Duty::AddPaymentMethod => (
            "Add a payment method",
            &["Billing", "Add payment method"],
            account.destination.map_or_else(
                || format!("{root}/billing"),
                |destination| format!("{root}/billing/{}/add-payment-method", destination.id),
            ),
        ),
    };
    let (mood, word, why) = match progress {
        Progress::Done => (Mood::Good, "Done", ""),
        Progress::Open(why) => (Mood::Waiting, "To do", *why),
        Progress::NotYet(why) => (Mood::Neutral, "Not yet", *why),
        Progress::Over(why) => (Mood::Bad, "Over", *why),
    };
    html! {
        li.task {
            div {
                h3 { (title) " " (badge(mood, word)) }
                @if !why.is_empty() { p { (why) } }
                (way(words))
            }
            @if let Progress::Open(_) = progress { a.button href=(link) { "Go there" span.sr { ": " (title) } } }
        }
    }
}

/// What the other side does once the tasks are done.
fn outcome(account: &Account<'_>) -> Markup {
    let (Some(intent), Some(destination)) = (account.intent, account.destination) else { return html! {} };
    let working = destination.numbers.iter().filter(|number| number.status == NumberStatus::Connected).count();
    html! {
        p.outcome {
            @if intent.status == IntentStatus::Completed {
                strong { "The migration is complete. " }
            }
            (working) " of " (account.source.numbers.len().max(destination.numbers.len()))
            " numbers work under the new account."
        }
    }
}
