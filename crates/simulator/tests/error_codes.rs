//! The refusals that rules give, in Meta's envelope: code, subcode, HTTP status, and the state that calls them forth. Codes that
//! no rule gives are those of a scripted fault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Answer, Caller, PORTFOLIO, WABA, text};
use serde_json::json;
use unmoor_simulator::{Action, Fault, FaultAction, Match, ScriptedError};

fn scripted(error: ScriptedError) -> Fault {
    let action = FaultAction { graph_error: Some(error), ..FaultAction::default() };
    Fault { matches: Match::default(), probability: 1.0, times: None, lasts_s: None, action }
}

#[test]
fn every_documented_code_can_be_scripted_by_its_number_alone() {
    let token = |caller: &Caller| caller.business_token();
    for (code, status, message) in [
        (0, 401, "(#0) AuthException"),
        (2, 503, "(#2) API Service"),
        (3, 500, "(#3) API Method"),
        (10, 403, "(#10) Permission Denied"),
        (17, 400, "(#17) User request limit reached"),
        (368, 403, "(#368) Temporarily blocked for policies violations"),
        (131_000, 500, "(#131000) Something went wrong"),
        (131_031, 403, "(#131031) Account has been locked"),
        (131_057, 500, "(#131057) Account in maintenance mode"),
        (133_000, 500, "(#133000) Incomplete deregistration"),
        (133_004, 503, "(#133004) Server Temporarily Unavailable"),
        (133_015, 400, "(#133015) Please wait a few minutes before attempting to register this phone number"),
        (102, 401, "(#102) API Session"),
        (130_497, 403, "(#130497) Business account is restricted from messaging users in this country."),
        (131_056, 400, "(#131056) (Business Account, Consumer Account) pair rate limit hit"),
        (132_001, 404, "(#132001) Template name does not exist in the translation"),
        (135_000, 400, "(#135000) Generic user error"),
        (200_002, 400, "(#200002) Template operation failed"),
        (999_999, 400, "(#999999) Scripted fault"),
    ] {
        let mut caller = Caller::usual("");
        caller.simulator.add_fault(scripted(ScriptedError::of_code(code))).unwrap();
        let token = token(&caller);
        let answer = caller.get(&format!("/{WABA}"), &token);
        assert_eq!((answer.status, answer.codes()), (status, (code, None)));
        assert_eq!(answer.body["error"]["message"], message);
    }
}

#[test]
fn a_code_says_that_it_is_transient_where_that_is_documented_unless_the_script_says_otherwise() {
    for (code, by_default) in
        [(2, true), (131_000, true), (131_016, true), (131_057, true), (133_004, true), (3, false)]
    {
        for (told, shown) in [(None, by_default), (Some(true), true), (Some(false), false)] {
            let mut caller = Caller::usual("");
            let script = ScriptedError { is_transient: told, ..ScriptedError::of_code(code) };
            caller.simulator.add_fault(scripted(script)).unwrap();
            let token = caller.business_token();
            let answer = caller.get(&format!("/{WABA}"), &token);
            assert_eq!(answer.body["error"]["is_transient"], shown, "{code}, {told:?}");
        }
    }
}

#[test]
fn a_number_of_a_migration_is_told_as_the_knob_says_and_keeps_its_details() {
    let mut caller = Caller::usual("");
    let script = ScriptedError {
        details: Some("the reason".to_owned()),
        http_status: Some(500),
        ..ScriptedError::of_code(2_494_100)
    };
    caller.simulator.add_fault(scripted(script)).unwrap();
    let token = caller.business_token();
    let answer = caller.get(&format!("/{WABA}"), &token);
    assert_eq!((answer.status, answer.codes(), answer.details()), (500, (100, Some(2_494_100)), "the reason"));
    caller.set_knobs(&json!({ "migration_code_style": "code" }));
    let answer = caller.get(&format!("/{WABA}"), &token);
    assert_eq!((answer.codes(), answer.details()), ((2_494_100, None), "the reason"));
    caller.set_knobs(&json!({ "error_data_shape": "string" }));
    let data = text(&caller.get(&format!("/{WABA}"), &token).body["error"]["error_data"]);
    assert!(data.contains(r#""details":"the reason""#), "{data}");
}

/// What brings a refusal about, and what it looks like: the situation, HTTP status, code and subcode.
type Way = (&'static str, u16, (i64, Option<i64>), fn(&mut Caller) -> Answer);

#[test]
fn rules_refuse_with_the_code_and_the_status_that_is_documented() {
    let ways: [Way; 12] = [
        ("no token", 401, (190, Some(467)), |caller| caller.get(&format!("/{WABA}"), "")),
        ("a foreign account", 403, (200, None), |caller| {
            caller.simulator.person(caller.portfolio(), Action::RemovePartner);
            let token = caller.business_token();
            caller.get(&format!("/{WABA}"), &token)
        }),
        ("nothing there", 400, (100, Some(33)), |caller| {
            let token = caller.business_token();
            caller.get("/999999999999999", &token)
        }),
        ("a field that is none", 400, (100, None), |caller| {
            let token = caller.business_token();
            caller.get(&format!("/{WABA}?fields=x"), &token)
        }),
        ("field syntax", 400, (2500, None), |caller| {
            let token = caller.business_token();
            caller.get(&format!("/{WABA}?fields=x%7B"), &token)
        }),
        ("not subscribed", 400, (100, Some(2_388_103)), |caller| {
            let destination = caller.accepted();
            caller.move_number(&destination)
        }),
        ("moved already", 400, (100, Some(2_388_012)), |caller| {
            let (destination, _) = caller.moved();
            caller.move_number(&destination)
        }),
        ("a code for a number that needs none", 400, (100, Some(2_388_091)), |caller| {
            let (_, phone) = caller.moved();
            let token = caller.business_token();
            caller.post(&format!("/{phone}/request_code"), &token, json!({ "code_method": "SMS", "language": "en" }))
        }),
        ("another PIN", 400, (133_005, None), |caller| {
            let (_, phone) = caller.moved();
            caller.register(&phone);
            let token = caller.business_token();
            let body = json!({ "messaging_product": "whatsapp", "pin": "000000" });
            caller.post(&format!("/{phone}/register"), &token, body)
        }),
        ("two weeks after the move", 400, (133_006, None), |caller| {
            let (_, phone) = caller.moved();
            caller.wait(15 * 24);
            caller.register(&phone)
        }),
        ("a stale cursor of templates", 400, (131_059, None), |caller| {
            let token = caller.business_token();
            caller.get(&format!("/{WABA}/message_templates?after=x"), &token)
        }),
        ("a proof that is none", 400, (100, None), |caller| {
            let token = caller.system_token();
            caller.post(&format!("/{PORTFOLIO}/system_user_access_tokens?appsecret_proof=x"), &token, json!({}))
        }),
    ];
    for (why, status, codes, way) in ways {
        let mut caller = Caller::usual("");
        let refused = way(&mut caller);
        assert_eq!((refused.status, refused.codes()), (status, codes), "{why}: {}", refused.body);
        assert!(refused.body["error"]["fbtrace_id"].is_string());
    }
}

#[test]
fn an_app_may_have_a_limit_of_its_own_and_tells_how_much_of_it_is_used() {
    let mut caller = Caller::with_knobs(&json!({ "app_calls_per_hour": 20 }));
    let token = caller.business_token();
    let path = format!("/{WABA}");
    for call in 1..=20 {
        let answer = caller.get(&path, &token);
        let usage = answer.headers["x-app-usage"].to_str().unwrap();
        assert!(usage.starts_with(&format!("{{\"call_count\":{},", call * 5)), "{usage}");
    }
    let refused = caller.get(&path, &token);
    assert_eq!((refused.status, refused.codes()), (400, (4, None)));
    let system = caller.system_token();
    assert_eq!(caller.get("/me", &system).codes().0, 4, "all tokens of the app together");
    caller.set_knobs(&json!({ "app_calls_per_hour": 20, "error_http_style": "spec" }));
    let refused = caller.get(&path, &token);
    assert_eq!((refused.status, refused.codes()), (429, (4, Some(2_446_079))));
    assert_eq!(refused.body["error"]["is_transient"], true);
    assert!(!refused.headers.contains_key("retry-after"));
    caller.now += jiff::SignedDuration::from_mins(61);
    assert_eq!(caller.get(&path, &token).status, 200);
}

#[test]
fn without_a_limit_the_app_has_used_nothing() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let answer = caller.get(&format!("/{WABA}"), &token);
    assert_eq!(answer.headers["x-app-usage"].to_str().unwrap(), r#"{"call_count":0,"total_cputime":0,"total_time":0}"#);
}
