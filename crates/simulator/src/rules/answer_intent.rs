//! Guide 3 and 4: the customer answers. Acceptance makes the destination WABA (observations: intents.accept_effects,
//! tokens.token_covers_dest_after_accept).

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{Fidelity, Rule};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::{CompletedWhen, CopyWhen, DestinationReview, TokenAfterAccept, TokenCoverage},
    ledger::Change,
    rules::{access, duplicate_templates},
    state::{Cause, State},
    webhooks::occasions,
    world::{Funding, IntentStatus, Ownership, Review, Scope, Secret, Token, TokenKind, Waba, WabaSettings},
};

pub(super) const RULE: Rule = Rule {
    name: "answer_intent",
    says: "The customer accepts or rejects; acceptance makes the destination WABA and grants access to it",
    source: "guide 3, 4; observations: intents.accept_effects, tokens.token_covers_dest_after_accept",
    fidelity: Fidelity::Simulated,
};

/// Accepts an open intent, for the source's own portfolio or for `owner`. False if it is not open.
pub(crate) fn accept(state: &mut State, cause: Cause, intent: Id, owner: Option<Id>) -> bool {
    if !is_open(state, intent) {
        return false;
    }
    let accepted = match state.knobs.intent_completed_when {
        CompletedWhen::Accept => IntentStatus::Completed,
        CompletedWhen::LastRegister | CompletedWhen::Never => IntentStatus::Accepted,
    };
    let Some(intent) = state.change_intent(cause.at, intent) else { return false };
    intent.status = accepted;
    let (id, source, destination) = (intent.id, intent.waba, intent.destination);
    let Some(account) = make_destination(state, cause, id, owner) else { return false };
    let change = Change::new("intent.accepted", source)
        .with("intent", id)
        .with("destination_waba", destination)
        .with("portfolio", account.owner);
    if account.review == Review::Pending {
        let review = SignedDuration::from_secs(state.knobs.destination_review_s.into());
        state.plan_after(cause.at, review, Event::WabaApproved { waba: destination });
    }
    state.world.add_waba(account);
    let app = state.world.intents.get(&id).map(|intent| intent.app);
    state.enter(cause, change);
    if let Some(app) = app {
        occasions::shared_with_app(state, cause.at, destination, app);
    }
    match state.knobs.token_covers_dest_after_accept {
        TokenCoverage::On => cover(state, cause, id),
        TokenCoverage::Delayed => {
            let delay = SignedDuration::from_secs(state.knobs.token_covers_dest_delay_s.into());
            state.plan_after(cause.at, delay, Event::TokenCoversDestination { intent: id });
        }
    }
    duplicate_templates::plan(state, cause, id, CopyWhen::Accept);
    true
}

/// Declines an open intent. False if it is not open.
pub(crate) fn reject(state: &mut State, cause: Cause, intent: Id) -> bool {
    if !is_open(state, intent) {
        return false;
    }
    let Some(intent) = state.change_intent(cause.at, intent) else { return false };
    intent.status = IntentStatus::Rejected;
    let change = Change::new("intent.rejected", intent.waba).with("intent", intent.id);
    state.enter(cause, change);
    true
}

fn is_open(state: &State, intent: Id) -> bool {
    state.world.intents.get(&intent).is_some_and(|intent| intent.status == IntentStatus::Initiated)
}

/// The new account: currency and time zone of the source, nobody's funding, no subscription.
fn make_destination(state: &State, cause: Cause, intent: Id, owner: Option<Id>) -> Option<Waba> {
    let world = &state.world;
    let intent = world.intents.get(&intent)?;
    let source = world.wabas.get(&intent.waba)?;
    let owner = owner.unwrap_or(source.owner);
    let provider = world.apps.get(&intent.app)?.portfolio;
    let key = intent.destination.to_string();
    Some(Waba {
        id: intent.destination,
        name: world.portfolios.get(&owner).map_or_else(|| source.name.clone(), |portfolio| portfolio.name.clone()),
        owner,
        ownership: Ownership::ClientOwned,
        on_behalf_of: None,
        review: match state.knobs.destination_review {
            DestinationReview::Approved => Review::Approved,
            DestinationReview::Pending => Review::Pending,
        },
        currency: source.currency.clone(),
        timezone_id: source.timezone_id.clone(),
        message_template_namespace: state.seed.namespace(&key),
        country: source.country.clone(),
        created_at: cause.at,
        funding: Funding::None,
        solution: None,
        shared_with: BTreeSet::from([provider]),
        subscriptions: Vec::new(),
        numbers: Vec::new(),
        templates: Vec::new(),
        made_by_intent: Some(intent.id),
        template_limit: source.template_limit,
        settings: WabaSettings::default(),
        assigned_users: BTreeMap::new(),
    })
}

/// The business token of the destination's portfolio comes to cover the destination.
pub(crate) fn cover(state: &mut State, cause: Cause, intent: Id) {
    let Some((app, destination)) = state.world.intents.get(&intent).map(|intent| (intent.app, intent.destination))
    else {
        return;
    };
    let Some(owner) = state.world.wabas.get(&destination).map(|waba| waba.owner) else { return };
    let current = current_business_token(state, app, owner);
    let replace = state.knobs.token_after_accept == TokenAfterAccept::NewString;
    let value = match (&current, replace) {
        (Some(value), false) => value.clone(),
        (Some(_), true) | (None, _) => {
            let value =
                format!("EAAS{}", state.seed.text(&["token", &owner.to_string(), &destination.to_string()], 120));
            let token = successor(state, cause, current.as_deref(), app, owner);
            state.world.add_token(Secret::new(value.clone()), token);
            value
        }
    };
    if let Some(token) = state.world.tokens.get_mut(value.as_str()) {
        token.wabas.insert(destination, cause.at);
    }
    occasions::granted_to_app(state, cause.at, destination, app);
}

/// A new business token: with what the one before had, or with all scopes and nothing else.
fn successor(state: &State, cause: Cause, current: Option<&str>, app: Id, portfolio: Id) -> Token {
    let before = current.and_then(|value| state.world.tokens.get(value));
    Token {
        kind: TokenKind::Business,
        app,
        portfolio,
        user: before.map_or_else(|| state.seed.id(&["user", &portfolio.to_string()]), |token| token.user),
        scopes: before.map_or_else(|| Scope::ALL.into(), |token| token.scopes.clone()),
        wabas: before.map_or_else(BTreeMap::new, |token| token.wabas.clone()),
        issued_at: cause.at,
        expires_at: None,
        revoked_at: None,
        fetched: false,
    }
}

/// The business token that guide 5 gives: the newest of the app and the portfolio, one that is still good before any other.
pub(crate) fn current_business_token(state: &State, app: Id, portfolio: Id) -> Option<String> {
    let is_good = |value: &&Secret| {
        let token = state.world.tokens.get(value.expose());
        token.is_some_and(|token| access::check_validity(token, state.now).is_ok())
    };
    let mut newest_first = state.world.holdings().business_tokens(app, portfolio);
    let newest = state.world.holdings().business_tokens(app, portfolio).next();
    newest_first.find(is_good).or(newest).map(|value| value.expose().to_owned())
}
