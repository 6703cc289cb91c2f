//! What only the other side can tell. Reads alone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use unmoor_engine::App;
use unmoor_engine::clock::{Clock, SystemClock};
use unmoor_graph_api::calls::{DebugToken, Expiry, TokenFacts};
use unmoor_graph_api::{ReplyHead, send};
use unmoor_migration::words;

use super::Check;
use crate::compose::{Connection, OtherSide};
use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(15);

/// A machine whose clock is further off than this judges expiries and windows wrongly.
const GREATEST_SKEW: SignedDuration = SignedDuration::from_secs(30);

/// A system token that ends sooner is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What the system token is used for: guide R1 and 5.
const SCOPES: [&str; 3] = ["whatsapp_business_management", "whatsapp_business_messaging", "business_management"];

pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let connection = match Connection::open(config).await {
        Ok(connection) => connection,
        Err(error) => return vec![Check::failed("Graph API", &error)],
    };
    let mut checks = vec![match connection.side {
        OtherSide::Meta => {
            Check::fine("Graph API", format_args!("Meta ({}): nothing is a rehearsal", connection.origin))
        }
        OtherSide::Simulator { now, rate } => Check::fine(
            "Graph API",
            format_args!(
                "a simulator ({}), where it is {now:.0} and time runs {rate} times as fast",
                connection.origin
            ),
        ),
    }];
    let app = match config.app() {
        Ok(app) => app,
        Err(error) => {
            checks.push(Check::failed("app", &error));
            return checks;
        }
    };
    checks.extend(tokens(&connection, &app).await);
    checks
}

/// One `debug_token` of the system token with the app's own shows three things: the address answers, app id and secret
/// belong together, and what the system token may do.
async fn tokens(connection: &Connection, app: &App) -> Vec<Check> {
    let call = DebugToken::of_system(app.token(), &app.system_token);
    let before = SystemClock.now();
    let reply = match send(connection.transport.as_ref(), &connection.endpoint, &call, TIMEOUT).await {
        Ok(reply) => reply,
        Err(error) if error.graph().is_some() => {
            return vec![Check::wrong(
                "app",
                error,
                "UNMOOR_APP_ID and UNMOOR_APP_SECRET have to be those of one app (App settings > Basic)",
            )];
        }
        Err(error) => {
            return vec![Check::wrong("Graph API", error, "check the network, and UNMOOR_GRAPH_VERSION")];
        }
    };
    let now = match connection.side {
        OtherSide::Meta => SystemClock.now(),
        OtherSide::Simulator { now, .. } => now,
    };
    let mut checks = vec![Check::fine("app", format_args!("{}: id and secret belong together", app.id))];
    checks.push(system_token(&reply.answer, app, now));
    if connection.side == OtherSide::Meta {
        checks.extend(skew(&reply.head, before, SystemClock.now()));
    }
    checks
}

fn system_token(facts: &TokenFacts, app: &App, now: Timestamp) -> Check {
    let name = "system token";
    if !facts.is_valid {
        let why = facts.error.as_deref().unwrap_or("Meta does not say why");
        return Check::wrong(
            name,
            format_args!("not valid: {why}"),
            "issue a new one and put it into UNMOOR_SYSTEM_TOKEN",
        );
    }
    if let Some(other) = facts.app_id.as_ref().filter(|id| **id != app.id) {
        return Check::wrong(name, format_args!("it belongs to app {other}"), "issue one for the app of UNMOOR_APP_ID");
    }
    let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !facts.has_scope(scope)).collect();
    if !missing.is_empty() {
        return Check::wrong(
            name,
            format_args!("it lacks {}", missing.join(", ")),
            "issue it anew with these permissions; advanced access for whatsapp_business_management is needed as well (guide R1)",
        );
    }
    match facts.expires_at {
        Some(Expiry::At(at)) if at <= now => Check::wrong(name, "it has expired", "issue a new one"),
        Some(Expiry::At(at)) if at.duration_since(now) < SOON => Check::wrong(
            name,
            format_args!("it expires in {}", words::duration(at.duration_since(now))),
            "issue one that does not expire: an acceptance may take weeks",
        ),
        Some(Expiry::At(at)) => Check::fine(name, format_args!("valid until {at:.0}, with all three permissions")),
        Some(Expiry::Never) | None => Check::fine(name, "valid, with all three permissions"),
    }
}

/// How far the machine's clock is from Meta's `Date`, which was written at some moment of the call.
fn skew(head: &ReplyHead, before: Timestamp, after: Timestamp) -> Option<Check> {
    let date = head.date?;
    let ahead = before.duration_since(date);
    let behind = date.duration_since(after);
    let off = ahead.max(behind).max(SignedDuration::ZERO);
    Some(if off > GREATEST_SKEW {
        let direction = if ahead > behind { "ahead of" } else { "behind" };
        Check::wrong(
            "clock",
            format_args!("this machine's clock is {} {direction} Meta's", words::duration(off)),
            "let it be set by a time server (NTP)",
        )
    } else {
        Check::fine("clock", "agrees with Meta's")
    })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use unmoor_graph_api::{AppId, AppSecret, SystemToken, Usage};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn facts() -> TokenFacts {
        TokenFacts {
            is_valid: true,
            app_id: Some(AppId::parse("42").unwrap()),
            application: None,
            kind: None,
            expires_at: Some(Expiry::Never),
            data_access_expires_at: None,
            issued_at: None,
            scopes: SCOPES.map(str::to_owned).to_vec(),
            granular_scopes: Vec::new(),
            user_id: None,
            error: None,
        }
    }

    fn judged(facts: &TokenFacts) -> Check {
        let app = App {
            id: AppId::parse("42").unwrap(),
            secret: AppSecret::new(SecretString::from("secret")).unwrap(),
            system_token: SystemToken::new(SecretString::from("EAAsystem")).unwrap(),
            webhook_verify_token: None,
        };
        system_token(facts, &app, at("2026-11-02T09:00:00Z"))
    }

    #[test]
    fn a_system_token_is_judged_by_all_that_it_needs() {
        assert!(judged(&facts()).ok);
        let wrong = [
            TokenFacts { is_valid: false, error: Some("revoked".to_owned()), ..facts() },
            TokenFacts { app_id: Some(AppId::parse("43").unwrap()), ..facts() },
            TokenFacts { scopes: vec!["business_management".to_owned()], ..facts() },
            TokenFacts { expires_at: Some(Expiry::At(at("2026-11-02T08:00:00Z"))), ..facts() },
            TokenFacts { expires_at: Some(Expiry::At(at("2026-11-05T09:00:00Z"))), ..facts() },
        ];
        let found: Vec<String> = wrong.iter().map(judged).filter(|check| !check.ok).map(|check| check.found).collect();
        assert_eq!(
            found,
            [
                "not valid: revoked",
                "it belongs to app 43",
                "it lacks whatsapp_business_management, whatsapp_business_messaging",
                "it has expired",
                "it expires in 3 days",
            ]
        );
        assert!(judged(&TokenFacts { expires_at: Some(Expiry::At(at("2027-01-01T00:00:00Z"))), ..facts() }).ok);
    }

    #[test]
    fn a_clock_may_be_off_by_the_length_of_the_call_and_a_little_more() {
        let head =
            |date: &str| ReplyHead { http_status: 200, usage: Usage::default(), trace_id: None, date: Some(at(date)) };
        let (before, after) = (at("2026-11-02T09:00:00Z"), at("2026-11-02T09:00:10Z"));
        for (date, ok) in [
            ("2026-11-02T09:00:05Z", true),
            ("2026-11-02T08:59:40Z", true),
            ("2026-11-02T09:00:35Z", true),
            ("2026-11-02T08:59:20Z", false),
            ("2026-11-02T09:01:00Z", false),
        ] {
            assert_eq!(skew(&head(date), before, after).unwrap().ok, ok, "{date}");
        }
    }
}
