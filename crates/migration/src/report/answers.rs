//! A successful answer in words, with Meta's own words in it.

use crate::effect::Success;
use crate::observed::{DestinationAccount, ListedNumber, SourceAccount, Subscriptions, TokenFacts};
use crate::reading::Answer;
use crate::settings::callback::without_secrets;

/// So many numbers of a list are named.
const MOST_NAMED: usize = 4;

pub(super) fn words(answer: &Success) -> String {
    match answer {
        Success::Token(token) => token_words(token),
        Success::Source(account) => source(account),
        Success::SourceNumbers(listed) | Success::DestinationNumbers(listed) => numbers(listed),
        Success::SourceTemplates(templates) => {
            format!(
                "{}, {} of them eligible",
                counted(templates.total() as usize, "template"),
                templates.eligible().count()
            )
        }
        Success::IntentSet(intent) => format!("intent {intent}"),
        Success::Intent(answer) => {
            let shown = answer.destination.as_ref().map(|waba| format!(", new account {waba}")).unwrap_or_default();
            format!("{}{shown}", answer.status)
        }
        Success::GivenIntent(given) => {
            let whose =
                given.source.as_ref().map_or("of no account that is shown".to_owned(), |waba| format!("of {waba}"));
            format!("{}, {whose}", given.answer.status)
        }
        Success::TokenFetched => "a token, sealed in the vault".to_owned(),
        Success::Subscribed => "subscribed".to_owned(),
        Success::Subscriptions(subscriptions) => subscribed(subscriptions),
        Success::Destination(account) => destination(account),
        Success::PinSealed => "sealed in the vault".to_owned(),
        Success::MoveAllowed => "allowed".to_owned(),
        Success::MoveVetoed(why) => format!("vetoed: {why}"),
        Success::Moved(id) => format!("moved, phone number id {id}"),
        Success::Registered => "registered".to_owned(),
        Success::Settings(read) => counted(read.len(), "setting"),
        Success::SampleKept => "kept".to_owned(),
        Success::SampleUploaded => "uploaded".to_owned(),
        Success::FlowsMoved(answer) if answer.lacking.is_empty() => "all of them".to_owned(),
        Success::FlowsMoved(answer) => format!("{} not moved", counted(answer.lacking.len(), "Flow")),
        Success::TemplatesCopied(answer) if answer.refused.is_empty() => "copied".to_owned(),
        Success::TemplatesCopied(answer) => format!("{} not copied", counted(answer.refused.len(), "template")),
        Success::TemplateCreated => "created".to_owned(),
        Success::SettingRestored => "set again".to_owned(),
        Success::StorageRegion(shown) => format!("the storage region is {}", shown.told()),
        Success::DestinationTemplates(templates) => {
            let rejected = templates.statuses.values().filter(|status| *status == "REJECTED").count();
            let rejected = if rejected > 0 { format!(", {rejected} of them REJECTED") } else { String::new() };
            format!("{}{rejected}", counted(templates.statuses.len(), "template"))
        }
    }
}

fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

fn yes_or_no(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unreadable => "not shown",
    }
}

fn token_words(token: &TokenFacts) -> String {
    let valid = if token.valid { "valid" } else { "not valid" };
    let until = token.expires_at.map_or_else(|| "never expires".to_owned(), |at| format!("expires at {at:.0}"));
    let (management, messaging) = (yes_or_no(token.management), yes_or_no(token.messaging));
    format!("{valid}, {until}; reaches the account for management: {management}, for messaging: {messaging}")
}

fn source(account: &SourceAccount) -> String {
    let shown = [
        account.name.as_ref().map(|name| format!("“{name}”")),
        account.review.as_ref().map(|review| format!("review {review}")),
        account.ownership.clone(),
        account.owner.as_ref().map(|owner| format!("owned by portfolio {owner}")),
    ];
    joined(shown)
}

fn destination(account: &DestinationAccount) -> String {
    let payment = match account.payment_method() {
        Answer::Yes => "payment method present",
        Answer::No => "no payment method",
        Answer::Unreadable => "payment method not shown",
    };
    joined([
        account.review.as_ref().map(|review| format!("review {review}")),
        account.owner.as_ref().map(|owner| format!("owned by portfolio {owner}")),
        Some(payment.to_owned()),
    ])
}

fn joined<const N: usize>(shown: [Option<String>; N]) -> String {
    shown.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn subscribed(subscriptions: &Subscriptions) -> String {
    let ours = if subscriptions.ours { "our app is subscribed" } else { "our app is not subscribed" };
    let callback = subscriptions.override_callback.as_ref();
    format!("{ours}{}", callback.map(|url| format!(", callback {}", without_secrets(url))).unwrap_or_default())
}

fn numbers(listed: &[ListedNumber]) -> String {
    let told = listed.iter().take(MOST_NAMED).map(|number| {
        let name = number.number.as_ref().map_or(number.display.as_str(), |number| number.as_str());
        let pin = match number.pin_enabled {
            Some(true) => ", PIN on",
            Some(false) => ", PIN off",
            None => "",
        };
        format!("{name} {}{pin}", number.status.as_deref().unwrap_or("without a status"))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let more = listed.len().saturating_sub(MOST_NAMED);
    match (listed.is_empty(), more) {
        (true, _) => "no numbers".to_owned(),
        (false, 0) => format!("{}: {told}", counted(listed.len(), "number")),
        (false, more) => format!("{}: {told}; {more} more", counted(listed.len(), "number")),
    }
}
