//! Tokens come and go: a business token is minted, any token is exchanged for a younger one, and revoked
//! (observations: tokens.fetch_parameters, tokens.fetch_errors, tokens.lifetimes, tokens.refresh).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Fidelity, Rule, access};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    state::{Cause, State, later},
    world::{Scope, Secret, Token},
};

pub(super) const RULE: Rule = Rule {
    name: "token_lifecycle",
    says: "A business token is minted with scopes and assets, for ever or for 60 days; tokens are refreshed and revoked",
    source: "observations: tokens.fetch_parameters, tokens.fetch_errors, tokens.lifetimes, tokens.refresh",
    fidelity: Fidelity::Approximated {
        how: "scopes and assets can only be narrowed; a refresh without set_token_expires_in_60_days keeps the kind of life the old one had",
        because: "Meta describes the parameters by name alone",
    },
};

const LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What a new token is to be like; nothing for what the portfolio's present one has.
pub(crate) struct Wanted {
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) assets: Option<Vec<String>>,
    pub(crate) user: Option<Id>,
    pub(crate) expires_in_60_days: Option<bool>,
}

/// A new token.
pub(crate) struct Issued {
    pub(crate) value: String,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Mints a further token for `portfolio`, out of what the token `current` has.
pub(crate) fn mint(state: &mut State, cause: Cause, portfolio: Id, current: &str, wanted: &Wanted) -> Answer<Issued> {
    let before = state.world.tokens.get(current).cloned();
    let before = before.ok_or_else(|| GraphError::permission("the app was granted nothing"))?;
    let mut token = Token { issued_at: cause.at, revoked_at: None, fetched: true, ..before };
    if let Some(names) = &wanted.scopes {
        token.scopes = scopes(names, &token)?;
    }
    if let Some(assets) = &wanted.assets {
        narrow_to(&mut token, assets)?;
    }
    if wanted.user.is_some_and(|user| user != token.user) {
        return Err(GraphError::invalid_parameter(
            "system_user_id is no integration system user of this app and portfolio",
        ));
    }
    token.expires_at = life(state, cause.at, portfolio, wanted.expires_in_60_days, false)?;
    Ok(issue(state, cause, token))
}

/// Gives a younger token for `old`, which lives on to its own end.
pub(crate) fn refresh(state: &mut State, cause: Cause, app: Id, old: &str, expires: Option<bool>) -> Answer<Issued> {
    let caller = access::authenticate(&state.world, cause.at, Some(old.to_owned()))?;
    let before = state.world.tokens.get(old).filter(|_| caller.app == app).cloned();
    let before =
        before.ok_or_else(|| GraphError::invalid_parameter("fb_exchange_token is no token of this app's users"))?;
    let expires_at = life(state, cause.at, before.portfolio, expires, before.expires_at.is_some())?;
    Ok(issue(state, cause, Token { issued_at: cause.at, expires_at, fetched: true, ..before }))
}

/// Ends a token of `app` now. One that has ended already stays so.
pub(crate) fn revoke(state: &mut State, cause: Cause, app: Id, victim: &str) -> Answer<()> {
    let token = state.world.tokens.get_mut(victim).filter(|token| token.app == app);
    let token = token.ok_or_else(|| GraphError::invalid_parameter("revoke_token is no token of this app's users"))?;
    if token.revoked_at.is_none() {
        token.revoked_at = Some(cause.at);
        let change = Change::of_portfolio("token.revoked", &state.world, token_portfolio(state, victim));
        state.enter(cause, change);
    }
    Ok(())
}

fn token_portfolio(state: &State, value: &str) -> Option<Id> {
    state.world.tokens.get(value).map(|token| token.portfolio)
}

/// The scopes that are asked for: known ones, and granted.
fn scopes(names: &[String], before: &Token) -> Answer<BTreeSet<Scope>> {
    let mut scopes = BTreeSet::new();
    for name in names {
        let known = Scope::ALL.into_iter().find(|scope| scope.as_str().eq_ignore_ascii_case(name));
        let scope = known.ok_or_else(|| {
            let error = GraphError::new(400, 3962, "Provided permission is not valid. Check your spelling and syntax");
            error.details(format!("scope {}", name.to_lowercase()))
        })?;
        if !before.scopes.contains(&scope) {
            return Err(GraphError::permission(format!("the customer did not grant {}", scope.as_str())));
        }
        scopes.insert(scope);
    }
    Ok(scopes)
}

/// Leaves the token the WABAs that are asked for.
fn narrow_to(token: &mut Token, assets: &[String]) -> Answer<()> {
    let mut wanted = BTreeSet::new();
    for text in assets {
        let asset: Id = text.parse().map_err(|_| GraphError::invalid_parameter("Param asset must be a list of ids"))?;
        if !token.wabas.contains_key(&asset) {
            return Err(GraphError::permission(format!("the customer did not grant the asset {asset}")));
        }
        wanted.insert(asset);
    }
    token.wabas.retain(|waba, _| wanted.contains(waba));
    Ok(())
}

/// When a new token ends. Some portfolios insist on 60 days being asked for.
fn life(
    state: &State,
    at: Timestamp,
    portfolio: Id,
    asked: Option<bool>,
    ended_before: bool,
) -> Answer<Option<Timestamp>> {
    let must = state.world.portfolios.get(&portfolio).is_some_and(|portfolio| portfolio.tokens_must_expire);
    if must && asked != Some(true) {
        return Err(GraphError::missing("set_token_expires_in_60_days"));
    }
    Ok(asked.unwrap_or(ended_before).then(|| later(at, LIFE)))
}

fn issue(state: &mut State, cause: Cause, token: Token) -> Issued {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let wabas: Vec<String> = token.wabas.keys().map(ToString::to_string).collect();
    let ends = token.expires_at.map(|at| at.to_string()).unwrap_or_default();
    let key = [
        "token",
        &token.user.to_string(),
        &token.portfolio.to_string(),
        &cause.at.to_string(),
        &scopes.join(","),
        &wabas.join(","),
        &ends,
    ];
    let value = format!("EAAS{}", state.seed.text(&key, 120));
    let issued = Issued { value: value.clone(), expires_at: token.expires_at };
    let change = Change::of_portfolio("token.minted", &state.world, Some(token.portfolio));
    state.world.add_token(Secret::new(value), token);
    state.enter(cause, change);
    issued
}
