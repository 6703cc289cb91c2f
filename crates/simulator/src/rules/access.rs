//! Who calls, and what that caller may reach (observations: tokens.kinds, errors.190, errors.200).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Fidelity, Rule};
use crate::{
    http::{
        error::{Answer, GraphError},
        params::Params,
    },
    ids::Id,
    world::{App, Scope, Token, TokenKind, Waba, World},
};

pub(super) const RULE: Rule = Rule {
    name: "access",
    says: "Whose token it is, what it may do, which accounts it reaches; expiry and revocation",
    source: "observations: tokens.kinds, errors.190, errors.200",
    fidelity: Fidelity::Simulated,
};

/// The owner of the token of a call.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) app: Id,
    pub(crate) as_whom: As,
}

/// What kind of token it is.
#[derive(Clone)]
pub(crate) enum As {
    /// `<APP_ID>|<APP_SECRET>`.
    App,
    /// A system or business token.
    User { kind: TokenKind, portfolio: Id, user: Id, scopes: BTreeSet<Scope> },
}

/// Finds out who calls. Codes: 104 without a token, 190 with one that is unknown (467), expired (463)
/// or revoked (458).
pub(crate) fn authenticate(world: &World, now: Timestamp, token: Option<String>) -> Answer<Caller> {
    let Some(text) = token else {
        return Err(GraphError::token(104, None, "An access token is required to request this resource."));
    };
    if let Some(app) = app_of_token(world, &text) {
        return Ok(Caller { token: text, app: app.id, as_whom: As::App });
    }
    let Some(token) = world.tokens.get(text.as_str()) else {
        return Err(GraphError::token(190, Some(467), "Invalid OAuth access token - Cannot parse access token"));
    };
    check_validity(token, now)?;
    let as_whom =
        As::User { kind: token.kind, portfolio: token.portfolio, user: token.user, scopes: token.scopes.clone() };
    Ok(Caller { token: text, app: token.app, as_whom })
}

/// Finds out which app calls that shows its secret instead of a token (observations: tokens.client_errors).
pub(crate) fn authenticate_app(world: &World, params: &Params) -> Answer<Caller> {
    let id = params.required("client_id")?;
    let Some(app) = id.parse().ok().and_then(|id: Id| world.apps.get(&id)) else {
        return Err(GraphError::new(400, 101, "").message("Error validating application. Invalid application ID."));
    };
    let secret = params.required("client_secret")?;
    if app.secret.expose() != secret {
        return Err(GraphError::new(400, 1, "").message("Error validating client secret."));
    }
    Ok(Caller { token: app_token(app), app: app.id, as_whom: As::App })
}

/// What an app calls with in its own name.
pub(crate) fn app_token(app: &App) -> String {
    format!("{}|{}", app.id, app.secret.expose())
}

/// The app of an app token.
pub(crate) fn app_of_token<'a>(world: &'a World, text: &str) -> Option<&'a App> {
    let (id, secret) = text.split_once('|')?;
    world.apps.get(&id.parse().ok()?).filter(|app| app.secret.expose() == secret)
}

/// Expired and revoked tokens are refused.
pub(crate) fn check_validity(token: &Token, now: Timestamp) -> Answer<()> {
    if token.revoked_at.is_some_and(|at| at <= now) {
        let text = "Error validating access token: The user has not authorized the application.";
        return Err(GraphError::token(190, Some(458), text));
    }
    if let Some(at) = token.expires_at.filter(|at| *at <= now) {
        let text =
            format!("Error validating access token: Session has expired on {}.", at.strftime("%Y-%m-%dT%H:%M:%SZ"));
        return Err(GraphError::token(190, Some(463), &text));
    }
    Ok(())
}

impl Caller {
    /// A token of a user that has all of `scopes`.
    pub(crate) fn needs(&self, scopes: &[Scope]) -> Answer<()> {
        match &self.as_whom {
            As::App => Err(GraphError::permission("this call needs a user's access token, not the app's")),
            As::User { scopes: has, .. } => match scopes.iter().find(|scope| !has.contains(scope)) {
                None => Ok(()),
                Some(scope) => {
                    Err(GraphError::permission(format!("the access token lacks the permission {}", scope.as_str())))
                }
            },
        }
    }

    /// Whether a WABA is shared with this caller: a business token was granted it, a system token's portfolio shares it.
    pub(crate) fn reaches(&self, world: &World, waba: &Waba) -> bool {
        match &self.as_whom {
            As::App => false,
            As::User { kind: TokenKind::Business, .. } => {
                world.tokens.get(self.token.as_str()).is_some_and(|token| token.wabas.contains_key(&waba.id))
            }
            As::User { kind: TokenKind::System, portfolio, .. } => {
                waba.shared_with.contains(portfolio) || waba.owner == *portfolio
            }
        }
    }

    /// The WABA, if it exists, the caller has `scopes`, and it is shared with the caller.
    pub(crate) fn waba<'a>(&self, world: &'a World, method: &str, id: Id, scopes: &[Scope]) -> Answer<&'a Waba> {
        let waba = world.wabas.get(&id).ok_or_else(|| GraphError::unknown_object(method, &id.to_string()))?;
        self.needs(scopes)?;
        if self.reaches(world, waba) {
            return Ok(waba);
        }
        Err(GraphError::permission(format!("the access token has no access to the WhatsApp Business Account {id}")))
    }

    /// The portfolio whose system user calls.
    pub(crate) fn system_portfolio(&self) -> Option<Id> {
        match &self.as_whom {
            As::User { kind: TokenKind::System, portfolio, .. } => Some(*portfolio),
            As::User { kind: TokenKind::Business, .. } | As::App => None,
        }
    }
}
