//! From the accounts that were read to a world of the simulator.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use serde_json::Value;
use unmoor_engine::copy::AccountCopy;
use unmoor_simulator::load::{Given, GivenAccount, GivenApp, GivenSolution};
use unmoor_simulator::world::{Flow, Funding, Ownership, Review, Secret, Subscription, Waba, WabaSettings};
use unmoor_simulator::{Id, World};

use super::doubts::Doubts;
use super::{number, template};

/// What was drawn or assumed in every snapshot: nobody can read it.
const ASSUMED: [&str; 7] = [
    "Secrets are not in this file: app secret, tokens and verify tokens are drawn, and no PIN is known.",
    "People are drawn: everybody answers the request and adds a payment method within two days; whoever has two-step \
     verification on turns it off within two days; admins' mail addresses are invented.",
    "Meta's open reviews of names and accounts are assumed to end well within a day.",
    "Each account is in an active Multi-Partner Solution whose partner pays: the source's own funding is taken for the \
     partner's credit line.",
    "Media of templates are samples, and nothing is known of messages, conversations and billing.",
    "When numbers and templates came into being is not shown; their order is.",
    "Every account stands as if its customer had not been asked yet: an open request is not in this file, nor is anybody who \
     has accepted one.",
];

/// What a snapshot is made of.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// The Tech Provider's app.
    pub(crate) app: String,
    /// The snapshot's instant.
    pub(crate) now: Timestamp,
    /// Each account with its customer's reference, in the order of the customers.
    pub(crate) accounts: Vec<(String, AccountCopy)>,
    /// Customers whose accounts could not be read, and why.
    pub(crate) not_read: Vec<(String, String)>,
    /// What nobody can read is drawn from it.
    pub(crate) seed: u64,
}

/// The world.
///
/// # Errors
/// An account that lacks what the simulator cannot do without: its id, or its owner.
pub(crate) fn world(reading: &Reading) -> anyhow::Result<World> {
    let app: Id = reading.app.parse().context("the app's id")?;
    let mut doubts = Doubts::default();
    let mut accounts = Vec::new();
    let mut solutions = BTreeMap::new();
    let mut other_apps = BTreeMap::new();
    let mut own = GivenApp { id: app, name: None, callback_url: None };
    for (customer, copy) in &reading.accounts {
        for one in copy.solutions.iter().filter_map(solution) {
            if let Some(partner) = one.partner_app {
                let name = owner_app(&copy.solutions, partner);
                other_apps.entry(partner).or_insert(GivenApp { id: partner, name, callback_url: None });
            }
            solutions.entry(one.id).or_insert(one);
        }
        for entry in copy.subscribed_apps.iter().filter_map(subscribed_app) {
            if entry.id == app {
                own.name = own.name.take().or(entry.name);
            } else {
                other_apps.entry(entry.id).or_insert(entry);
            }
        }
        let callback = copy.numbers.iter().find_map(|node| node.pointer("/webhook_configuration/application"));
        own.callback_url = own.callback_url.take().or_else(|| Some(callback?.as_str()?.to_owned()));
        for what in &copy.not_shown {
            doubts.note(format!("not shown by Meta: {what}"));
        }
        let account = account(customer, copy, app, &mut doubts);
        accounts.push(account.with_context(|| format!("the account of {customer}"))?);
    }
    Ok(World::around(
        Given {
            app: own,
            other_apps: other_apps.into_values().collect(),
            solutions: solutions.into_values().collect(),
            accounts,
            now: reading.now,
            notes: notes(reading, doubts),
        },
        reading.seed,
    ))
}

fn notes(reading: &Reading, doubts: Doubts) -> Vec<String> {
    let instants = reading.accounts.iter().map(|(_, copy)| copy.read_at);
    let (first, last) = (instants.clone().min(), instants.max());
    let span = first.zip(last).map(|(first, last)| format!(", read from {first:.0} to {last:.0}")).unwrap_or_default();
    let head = format!("A snapshot of {} accounts{span}, seed {}.", reading.accounts.len(), reading.seed);
    let missing = reading.not_read.iter().map(|(customer, why)| format!("Not read: {customer}: {why}"));
    let assumed = ASSUMED.into_iter().map(str::to_owned);
    [head].into_iter().chain(missing).chain(assumed).chain(doubts.into_notes()).collect()
}

fn account(customer: &str, copy: &AccountCopy, app: Id, doubts: &mut Doubts) -> anyhow::Result<GivenAccount> {
    let node = &copy.account;
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    let flag = |field: &str| node.get(field).and_then(Value::as_bool).unwrap_or(false);
    let id: Id = text("id").ok_or_else(|| anyhow!("Meta's answer has no id"))?.parse()?;
    let business = |field: &str, member: &str| node.get(field)?.get(member)?.as_str().map(str::to_owned);
    let portfolio_of = |field: &str| business(field, "id").and_then(|id| id.parse::<Id>().ok());
    let owner = portfolio_of("owner_business_info").ok_or_else(|| anyhow!("Meta does not show its owner"))?;
    let ownership = ownership(node, doubts);
    let on_behalf_of = portfolio_of("on_behalf_of_business_info").filter(|_| ownership == Ownership::OnBehalfOf);
    let name = text("name").unwrap_or_default().to_owned();
    let owner_name = business("owner_business_info", "name").unwrap_or_else(|| name.clone());
    let is_verified = text("business_verification_status") == Some("verified");
    let place = |age| (age, copy.read_at, app);
    let numbers = copy.numbers.iter().enumerate().filter_map(|(age, node)| {
        let id = node.get("id").and_then(Value::as_str).unwrap_or_default();
        let shown = (copy.number_settings.get(id), copy.number_profiles.get(id));
        number::number(node, shown, place(age), doubts)
    });
    let numbers = numbers.collect();
    let templates = copy.templates.iter().filter_map(|node| template::template(node, copy.read_at, doubts)).collect();
    let rule: u64 = if is_verified { 6000 } else { 250 };
    let limit = copy.template_limit.filter(|limit| *limit != rule).and_then(|limit| usize::try_from(limit).ok());
    let waba = Waba {
        id,
        name,
        owner,
        ownership,
        on_behalf_of,
        review: doubts.word(node, "account_review_status", (Review::Approved, "APPROVED")),
        currency: text("currency").unwrap_or("USD").to_owned(),
        timezone_id: node.get("timezone_id").map(plain).unwrap_or_else(|| "1".to_owned()),
        message_template_namespace: text("message_template_namespace").unwrap_or_default().to_owned(),
        country: text("country").unwrap_or("US").to_owned(),
        created_at: instant(node.get("creation_time")).unwrap_or(copy.read_at),
        funding: funding(node),
        solution: copy.solutions.iter().find_map(solution).map(|solution| solution.id),
        shared_with: Default::default(),
        subscriptions: copy.subscribed_apps.iter().filter_map(subscription).collect(),
        numbers,
        templates,
        made_by_intent: None,
        template_limit: limit,
        settings: WabaSettings {
            is_enabled_for_insights: flag("is_enabled_for_insights"),
            disable_marketing_messages_on_cloud_api: flag("disable_marketing_messages_on_cloud_api"),
            template_auto_archival_enabled: flag("template_auto_archival_enabled"),
        },
        assigned_users: BTreeMap::new(),
    };
    Ok(GivenAccount {
        customer: customer.to_owned(),
        portfolio: on_behalf_of.unwrap_or(owner),
        portfolio_name: match on_behalf_of {
            Some(_) => business("on_behalf_of_business_info", "name").unwrap_or_default(),
            None => owner_name.clone(),
        },
        owner_name,
        is_verified,
        messaging_limit_tier: text("whatsapp_business_manager_messaging_limit").map(str::to_owned),
        flows: copy.flows.iter().filter_map(flow).collect(),
        waba,
    })
}

/// Two vocabularies (observations: waba.ownership_type); in both the partner's own account cannot leave.
fn ownership(node: &Value, doubts: &mut Doubts) -> Ownership {
    match node.get("ownership_type").and_then(Value::as_str) {
        Some("SELF_OWNED") => Ownership::ClientOwned,
        Some("AGENCY_OWNED") => Ownership::OnBehalfOf,
        Some(_) | None => doubts.word(node, "ownership_type", (Ownership::ClientOwned, "CLIENT_OWNED")),
    }
}

/// What stands there is the partner's line, unless Meta complains about it.
fn funding(node: &Value) -> Funding {
    let id = node.get("primary_funding_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let entities = node.pointer("/health_status/entities").and_then(Value::as_array);
    let errors = entities.into_iter().flatten().filter_map(|entity| entity.get("errors")?.as_array()).flatten();
    let has_trouble = errors.filter_map(|error| error.get("error_code")?.as_u64()).any(|code| code == 141_006);
    match (id, has_trouble) {
        (Some(id), true) => Funding::Declined(id),
        (Some(id), false) => Funding::CreditLine(id),
        (None, _) => Funding::None,
    }
}

fn solution(node: &Value) -> Option<GivenSolution> {
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    Some(GivenSolution {
        id: text("id")?.parse().ok()?,
        name: text("name").map(str::to_owned),
        status: text("status").map(str::to_owned),
        partner_app: node.pointer("/owner_app/id").and_then(Value::as_str).and_then(|id| id.parse().ok()),
    })
}

fn owner_app(solutions: &[Value], app: Id) -> Option<String> {
    let owners = solutions.iter().filter_map(|solution| solution.get("owner_app"));
    let is_it = |owner: &&Value| owner.get("id").and_then(Value::as_str) == Some(&app.to_string());
    owners.filter(is_it).find_map(|owner| owner.get("name")?.as_str()).map(str::to_owned)
}

fn subscribed_app(node: &Value) -> Option<GivenApp> {
    let app = node.get("whatsapp_business_api_data")?;
    let name = app.get("name").and_then(Value::as_str).map(str::to_owned);
    Some(GivenApp { id: app.get("id")?.as_str()?.parse().ok()?, name, callback_url: None })
}

fn subscription(node: &Value) -> Option<Subscription> {
    let uri = node.get("override_callback_uri").and_then(Value::as_str).map(str::to_owned);
    // What the address has to be asked with is a secret that no read shows.
    let verify_token = uri.as_ref().map(|_| Secret::new("not read"));
    Some(Subscription { app: subscribed_app(node)?.id, override_callback_uri: uri, verify_token })
}

fn flow(node: &Value) -> Option<Flow> {
    Some(Flow { id: node.get("id")?.as_str()?.parse().ok()?, name: node.get("name")?.as_str()?.to_owned() })
}

/// Text, or a number as text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Meta's instants: seconds since 1970, or `2023-08-22T19:05:53+0000`.
pub(super) fn instant(value: Option<&Value>) -> Option<Timestamp> {
    let value = value?;
    let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    if let Some(seconds) = seconds {
        return Timestamp::from_second(seconds).ok();
    }
    let text = value.as_str()?;
    text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok())
}
