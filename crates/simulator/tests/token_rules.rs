//! Business tokens are minted, refreshed and revoked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Answer, Caller, PORTFOLIO, WABA, text};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn mint(caller: &mut Caller, parameters: &Value) -> Answer {
    let system = caller.system_token();
    let proof = caller.proof(&system);
    caller.post(&format!("/{PORTFOLIO}/system_user_access_tokens?appsecret_proof={proof}"), &system, parameters.clone())
}

fn describe(caller: &mut Caller, token: &str) -> Value {
    let app = caller.app_token();
    caller.get(&format!("/debug_token?input_token={token}"), &app).body["data"].clone()
}

fn oauth(caller: &mut Caller, edge: &str, more: &str) -> Answer {
    let (app, secret) = (caller.credentials.app_id, caller.credentials.app_secret.clone());
    let path = format!("/oauth/{edge}?client_id={app}&client_secret={}&{more}", secret.expose());
    let common::Reply::Answer(response) = caller.exchange("GET", &path, None, None).reply else { panic!("dropped") };
    common::read(&response)
}

#[test]
fn a_minted_token_has_the_scopes_the_assets_and_the_life_that_were_asked_for() {
    let mut caller = Caller::usual("");
    caller.now += SignedDuration::from_millis(250);
    let parameters =
        json!({ "scope": "whatsapp_business_management", "asset": [WABA], "set_token_expires_in_60_days": true });
    let token = text(&mint(&mut caller, &parameters).body["access_token"]);
    assert_ne!(token, caller.business_token());
    let data = describe(&mut caller, &token);
    assert_eq!(data["scopes"], json!(["whatsapp_business_management"]));
    assert_eq!(data["granular_scopes"][0]["target_ids"], json!([WABA]));
    assert_eq!(data["expires_at"].as_i64().unwrap() - data["issued_at"].as_i64().unwrap(), 60 * 86_400);
    assert_eq!(caller.get(&format!("/{WABA}"), &token).status, 200);
    caller.wait(60 * 24);
    let expired = caller.get(&format!("/{WABA}"), &token);
    assert_eq!(expired.codes(), (190, Some(463)));
    let message = text(&expired.body["error"]["message"]);
    assert!(message.ends_with("Session has expired on 2027-04-30T08:00:01Z."), "in whole seconds: {message}");
    assert_eq!(caller.entries("token.minted").len(), 1);
}

#[test]
fn what_was_not_granted_cannot_be_minted() {
    let more = "[customers.acorn]\ntoken_scopes = [\"whatsapp_business_management\"]\n";
    let mut caller = Caller::new(common::CUSTOMERS, more);
    for (parameters, expected) in [
        (json!({ "scope": ["whatsapp_busines_management"] }), (400, 3962)),
        (json!({ "scope": ["whatsapp_business_messaging"] }), (403, 200)),
        (json!({ "asset": ["5002"] }), (403, 200)),
        (json!({ "asset": "acorn" }), (400, 100)),
        (json!({ "system_user_id": "5002" }), (400, 100)),
    ] {
        let refused = mint(&mut caller, &parameters);
        assert_eq!((refused.status, refused.codes().0), expected, "{parameters}");
    }
    assert_eq!(caller.kinds(), [""; 0]);
}

#[test]
fn some_portfolios_insist_on_sixty_days() {
    let mut caller = Caller::new(common::CUSTOMERS, "[customers.acorn]\ntokens_must_expire = true\n");
    for parameters in [json!({}), json!({ "set_token_expires_in_60_days": false })] {
        let refused = mint(&mut caller, &parameters);
        assert_eq!(refused.body["error"]["message"], "(#100) The parameter set_token_expires_in_60_days is required.");
    }
    assert!(mint(&mut caller, &json!({ "set_token_expires_in_60_days": "true" })).body["access_token"].is_string());
    assert_eq!(mint(&mut caller, &json!({ "fetch_only": true })).status, 200, "the token there is needs no new life");
}

#[test]
fn a_refresh_gives_a_younger_token_and_the_old_one_lives_on() {
    let mut caller = Caller::usual("");
    let old = text(&mint(&mut caller, &json!({ "set_token_expires_in_60_days": true })).body["access_token"]);
    caller.wait(50 * 24);
    let more = format!("grant_type=fb_exchange_token&set_token_expires_in_60_days=true&fb_exchange_token={old}");
    let answer = oauth(&mut caller, "access_token", &more);
    assert_eq!(answer.body["expires_in"], 60 * 86_400);
    let new = text(&answer.body["access_token"]);
    assert_eq!(caller.get(&format!("/{WABA}"), &old).status, 200);
    caller.wait(11 * 24);
    assert_eq!(caller.get(&format!("/{WABA}"), &old).codes(), (190, Some(463)));
    assert_eq!(caller.get(&format!("/{WABA}"), &new).status, 200);
    assert_eq!(oauth(&mut caller, "access_token", &more).codes(), (190, Some(463)), "too late for the old one");
    assert_eq!(
        mint(&mut caller, &json!({ "fetch_only": true })).body["access_token"],
        json!(new),
        "the youngest good one"
    );
}

#[test]
fn a_revoked_token_is_over() {
    let mut caller = Caller::usual("");
    let (system, business) = (caller.system_token(), caller.business_token());
    let more = format!("revoke_token={business}&access_token={system}");
    assert_eq!(oauth(&mut caller, "revoke", &more).body, json!({ "success": true }));
    assert_eq!(caller.get(&format!("/{WABA}"), &business).codes(), (190, Some(458)));
    assert_eq!(oauth(&mut caller, "revoke", &more).body, json!({ "success": true }));
    assert_eq!(caller.entries("token.revoked").len(), 1);
    let fetch =
        format!("/{PORTFOLIO}/system_user_access_tokens?fetch_only=true&appsecret_proof={}", caller.proof(&system));
    assert_eq!(caller.post(&fetch, &system, json!({})).codes().0, 200, "the grant is gone");
    assert_eq!(oauth(&mut caller, "revoke", &format!("revoke_token=nobody&access_token={system}")).codes().0, 100);
    assert_eq!(oauth(&mut caller, "revoke", "revoke_token=nobody").codes().0, 104);
}

#[test]
fn an_app_shows_its_secret_and_gets_its_own_token() {
    let mut caller = Caller::usual("");
    let app = oauth(&mut caller, "access_token", "grant_type=client_credentials").body;
    assert_eq!(app["access_token"], caller.app_token());
    let refused = |caller: &mut Caller, query: &str| {
        let path = format!("/oauth/access_token?{query}");
        let common::Reply::Answer(response) = caller.exchange("GET", &path, None, None).reply else {
            panic!("dropped")
        };
        let answer = common::read(&response);
        (answer.codes().0, text(&answer.body["error"]["message"]))
    };
    let id = caller.credentials.app_id;
    assert_eq!(refused(&mut caller, "client_id=1&client_secret=x").0, 101);
    assert_eq!(
        refused(&mut caller, &format!("client_id={id}&client_secret=x")),
        (1, "Error validating client secret.".to_owned())
    );
    assert_eq!(refused(&mut caller, "").0, 100);
    assert_eq!(oauth(&mut caller, "access_token", "grant_type=nonsense").codes().0, 100);
    assert_eq!(oauth(&mut caller, "access_token", "code=abc").status, 501);
}
