//! One row for each documented code, and properties over arbitrary bodies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::Usage;

fn head(http_status: u16) -> ReplyHead {
    ReplyHead { http_status, usage: Usage::default(), trace_id: None, date: None }
}

fn read(http_status: u16, body: &Value) -> GraphError {
    GraphError::from_body(body, &head(http_status), &Redactor::default()).unwrap()
}

fn of_code(code: i64) -> GraphError {
    read(400, &json!({"error": {"message": "m", "code": code}}))
}

fn of_subcode(code: i64, subcode: i64, title: &str) -> GraphError {
    let error = json!({"message": "(#100) Invalid parameter", "code": code, "error_subcode": subcode, "error_user_title": title});
    read(400, &json!({ "error": error }))
}

#[test]
fn every_documented_code_has_a_cause() {
    let table: &[(&[i64], Cause)] = &[
        (&[1, 2, 131_000, 131_016, 133_004], Cause::Transient),
        (&[3, 10, 200, 210, 299, 3962, 131_005], Cause::PermissionMissing),
        (&[4, 17, 341, 613], Cause::RateLimited(Lane::App)),
        (&[80_007, 80_008, 80_012], Cause::RateLimited(Lane::AppAndWaba)),
        (&[131_048, 131_064], Cause::RateLimited(Lane::Messages)),
        (&[33], Cause::NumberDeleted),
        (&[803], Cause::ObjectUnknown),
        (&[100, 192, 131_008, 131_009, 135_000, 2_388_091, 2_388_093], Cause::InvalidParameter),
        (&[102, 190, 452], Cause::TokenInvalid(TokenProblem::Unspecified)),
        (&[104, 2500], Cause::TokenInvalid(TokenProblem::Absent)),
        (&[368, 131_031], Cause::AccountLocked),
        (&[506], Cause::DuplicateRequest),
        (&[130_429, 131_056], Cause::MessageRate),
        (
            &[
                130_403, 130_472, 130_497, 131_021, 131_026, 131_047, 131_049, 131_053, 132_000, 132_018, 132_068,
                132_069, 134_011,
            ],
            Cause::MessageRefused,
        ),
        (&[131_037], Cause::DisplayNameNotApproved),
        (&[131_042, 141_006], Cause::PaymentMethodMissing),
        (&[131_045], Cause::RegistrationFailed),
        (&[131_057, 2_494_100, 2_494_055], Cause::Maintenance),
        (&[131_059], Cause::CursorStale),
        (&[131_063], Cause::MarketingMessagesDisabled),
        (&[133_000], Cause::DeregistrationIncomplete),
        (&[133_005], Cause::WrongPin),
        (&[133_006, 2_388_001], Cause::NumberNeedsVerification),
        (&[133_008], Cause::PinGuessesExhausted),
        (&[133_009], Cause::PinEnteredTooFast),
        (&[133_010], Cause::NumberNotRegistered),
        (&[133_015], Cause::NumberRecentlyDeleted),
        (&[133_016], Cause::RegisterLimit),
        (&[2_388_012], Cause::NumberAlreadyThere),
        (&[2_388_019], Cause::TemplateLimitReached),
        (
            &[200_002, 200_005, 200_007, 2_388_039, 2_388_040, 2_388_047, 2_388_072, 2_388_073, 2_388_293, 2_388_299],
            Cause::TemplateRefused,
        ),
        (&[2_593_079], Cause::IntentTaggedElsewhere),
        (&[2_593_085], Cause::WabaNotMigratable),
        (&[2_655_093, 3_441_041], Cause::CoexistenceNumber),
        (&[2_388_103, 987_654, -1], Cause::Unrecognised),
    ];
    for (codes, cause) in table {
        for code in *codes {
            assert_eq!(of_code(*code).cause(), *cause, "code {code}");
        }
    }
}

#[test]
fn the_subcode_of_a_token_error_says_why() {
    let table = [
        (458, TokenProblem::AppRemoved, Party::Customer),
        (459, TokenProblem::Checkpoint, Party::TechProvider),
        (460, TokenProblem::PasswordChanged, Party::TechProvider),
        (463, TokenProblem::Expired, Party::TechProvider),
        (464, TokenProblem::Unconfirmed, Party::TechProvider),
        (467, TokenProblem::Invalidated, Party::TechProvider),
        (492, TokenProblem::RoleLost, Party::TechProvider),
        (999, TokenProblem::Unspecified, Party::TechProvider),
    ];
    for (subcode, problem, whose) in table {
        let cause = Cause::TokenInvalid(problem);
        assert_eq!(of_subcode(190, subcode, "").verdict(), Verdict::Turn { whose, cause }, "{subcode}");
    }
    let absent = read(403, &json!({"error": {"code": 200, "message": "Provide valid app ID"}}));
    assert_eq!(absent.cause(), Cause::TokenInvalid(TokenProblem::Absent));
}

/// The titles are Meta's own (`observations: errors.2388103`).
const MOVE_REFUSALS: [(&str, &str, Cause); 10] = [
    (
        "Cannot migrate phone number.",
        "Webhooks have not been set up for the destination account",
        Cause::AppNotSubscribed,
    ),
    ("Please add this phone number in your WhatsApp account", "", Cause::NumberNeedsNoMigration),
    ("Registered name should be present and approved.", "", Cause::DisplayNameNotApproved),
    (
        "The WhatsApp account that this phone number is registered with is not set up correctly.",
        "It and its messaging for must be approved",
        Cause::SourceNotSetUp,
    ),
    ("Your WhatsApp account does not have a payment account.", "", Cause::PaymentMethodMissing),
    ("There was an error migrating this phone number.", "", Cause::MoveFailed),
    ("This phone number belongs to a different Business Manager account.", "", Cause::NumberOwnedByOtherPortfolio),
    ("Your WhatsApp account must be approved", "", Cause::DestinationNotApproved),
    ("Your WhatsApp account's \"Messaging For\" request must be approved", "", Cause::MessagingForNotApproved),
    ("Something nobody has read before", "", Cause::Unrecognised),
];

#[test]
fn a_refused_move_is_told_apart_by_its_words_wherever_the_number_stands() {
    for (title, user_message, cause) in MOVE_REFUSALS {
        let in_subcode = json!({"code": 100, "error_subcode": 2_388_103, "message": "(#100) Invalid parameter", "error_user_title": title, "error_user_msg": user_message});
        let as_code = json!({"code": 2_388_103, "message": title, "error_data": {"details": user_message}});
        for error in [in_subcode, as_code] {
            assert_eq!(read(400, &json!({ "error": error })).cause(), cause, "{error}");
        }
    }
}

#[test]
fn the_reason_may_stand_in_the_details_only() {
    let details = "Cannot Migrate Phone Number: Your WhatsApp Business Account doesn't have a payment method set up.";
    let as_object = json!({"messaging_product": "whatsapp", "details": details});
    for data in [as_object.clone(), Value::String(as_object.to_string()), Value::String(details.to_owned())] {
        let error =
            read(400, &json!({"error": {"message": "(#100) Invalid parameter", "code": 100, "error_data": data}}));
        assert_eq!(error.details.as_deref(), Some(details));
        let cause = Cause::PaymentMethodMissing;
        assert_eq!(error.verdict(), Verdict::Turn { whose: Party::Customer, cause });
    }
}

#[test]
fn words_decide_only_where_the_number_is_ambiguous() {
    let rows = [
        (
            "Cannot Create Certificate. Please ensure two-factor authentication is disabled.",
            Some(2_388_001),
            Cause::TwoStepVerificationOn,
        ),
        ("Please confirm that you own this phone number first.", Some(2_388_001), Cause::NumberNeedsVerification),
        ("Invalid appsecret_proof provided in the API argument", None, Cause::AppSecretProofInvalid),
        ("(#100) Tried accessing nonexisting field (x) on node type (Y)", None, Cause::FieldUnknown),
        ("Migration intent cannot be set for solution in current state", None, Cause::IntentStateInvalid),
        ("Unsupported get request. Payment method", Some(33), Cause::ObjectUnknown),
    ];
    for (message, subcode, cause) in rows {
        let error = read(400, &json!({"error": {"message": message, "code": 100, "error_subcode": subcode}}));
        assert_eq!(error.cause(), cause, "{message}");
    }
    let limited =
        read(400, &json!({"error": {"message": "payment method two-factor", "code": 4, "is_transient": true}}));
    assert_eq!(limited.cause(), Cause::RateLimited(Lane::App));
}

#[test]
fn unknown_codes_fall_back_to_flag_and_status() {
    let error =
        |status, transient| read(status, &json!({"error": {"code": 987_654, "is_transient": transient}})).cause();
    assert_eq!(error(400, true), Cause::Transient);
    assert_eq!(error(503, false), Cause::Transient);
    assert_eq!(error(429, false), Cause::RateLimited(Lane::App));
    assert_eq!(error(400, false), Cause::Unrecognised);
    assert_eq!(read(401, &json!({"error": {"code": 0}})).cause(), Cause::TokenInvalid(TokenProblem::Unspecified));
    assert_eq!(read(400, &json!({"error": {"message": "odd"}})).cause(), Cause::Unrecognised);
}

#[test]
fn waits_come_from_headers_words_or_the_documents() {
    let seconds = |seconds| Some(std::time::Duration::from_secs(seconds));
    let wait = |lane, until_hint| Verdict::Wait { lane, until_hint };
    assert_eq!(of_code(133_016).verdict(), wait(Lane::NumberRegister, seconds(72 * 3600)));
    assert_eq!(of_code(133_015).verdict(), wait(Lane::Number, seconds(300)));
    assert_eq!(of_code(80_008).verdict(), wait(Lane::AppAndWaba, None));
    let mut headers = http::HeaderMap::new();
    let usage = r#"{"1":[{"type":"whatsapp_business_management","estimated_time_to_regain_access":17}]}"#;
    headers.insert("x-business-use-case-usage", usage.parse().unwrap());
    let head = ReplyHead { usage: Usage::from_headers(&headers), ..head(400) };
    let body = json!({"error": {"code": 80_008}});
    let error = GraphError::from_body(&body, &head, &Redactor::default()).unwrap();
    assert_eq!(error.verdict(), wait(Lane::AppAndWaba, seconds(17 * 60)));
    let guesses = read(400, &json!({"error": {"code": 133_008, "error_data": {"details": "Wait 12 hours."}}}));
    assert_eq!(guesses.verdict(), wait(Lane::NumberPin, seconds(12 * 3600)));
}

#[test]
fn a_servers_own_failure_leaves_open_what_was_done() {
    let executed = |status, code| read(status, &json!({"error": {"code": code}})).was_possibly_executed();
    assert!(
        executed(500, 131_057) && executed(503, 2) && executed(200, 2) && executed(400, 1) && executed(400, 131_000)
    );
    assert!(!executed(400, 2_388_103) && !executed(400, 100) && !executed(429, 4) && !executed(401, 190));
}

#[test]
fn an_error_names_metas_words_its_trace_and_the_next_step() {
    let body = json!({"error": {"message": "(#100) Invalid parameter", "code": 100, "error_subcode": 2_388_001,
        "error_user_msg": "Please ensure two-factor authentication is disabled.", "fbtrace_id": "AExampleTrace1"}});
    insta::assert_snapshot!(read(400, &body), @"(#100) Invalid parameter / Please ensure two-factor authentication is disabled. (code 100, subcode 2388001, HTTP 400, trace AExampleTrace1); next: turn two-step verification off in WhatsApp Manager (guide 1), then try again");
}

#[test]
fn a_token_that_meta_repeats_is_not_repeated() {
    let redactor = Redactor::new(vec![SecretString::from("EXAMPLE-TOKEN")]);
    let body = json!({"error": {"message": "Malformed access token EXAMPLE-TOKEN", "code": 190, "error_user_msg": "EXAMPLE-TOKEN",
        "error_user_title": "EAABsbCS1iHgBAKZC0123456789", "error_data": "access_token=other", "type": "EXAMPLE-TOKEN", "fbtrace_id": "EXAMPLE-TOKEN"}});
    let error = GraphError::from_body(&body, &head(401), &redactor).unwrap();
    let shown = format!("{error} {error:?}");
    for secret in ["EXAMPLE-TOKEN", "EAABsbCS", "other"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_refused_field_is_named() {
    let message =
        "(#100) Tried accessing nonexisting field (primary_funding_id) on node type (WhatsAppBusinessAccount)";
    let error = read(400, &json!({"error": {"message": message, "code": 100}}));
    assert_eq!(error.refused_field(), Some("primary_funding_id"));
    assert_eq!(of_code(100).refused_field(), None);
}

/// Any JSON at all, not too large.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("whatsapp_business_management")),
    ];
    let name = prop_oneof![
        ".{0,6}",
        prop::sample::select(vec![
            "error",
            "code",
            "error_subcode",
            "error_data",
            "details",
            "message",
            "id",
            "data",
            "status",
            "paging",
            "cursors",
            "after",
            "next",
            "success",
            "destination_waba",
            "health_status",
            "entities",
            "errors",
            "quality_score",
            "components",
            "granular_scopes",
            "target_ids",
            "scopes",
            "is_valid",
            "access_token",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_errors_never_panic(inner in any_json(), status in 100u16..600) {
        if let Some(error) = GraphError::from_body(&json!({ "error": inner }), &head(status), &Redactor::default()) {
            let _ = (error.verdict(), error.was_possibly_executed(), error.refused_field().map(str::len), error.to_string());
        }
    }
}

#[test]
fn an_error_is_one_line_whatever_meta_sends() {
    let error = read(400, &json!({"error": {"message": "Two\nlines\u{1b}[31m", "code": 1, "fbtrace_id": "A\r\nB"}}));
    assert_eq!(error.message, "Two\nlines\u{1b}[31m");
    let said = error.to_string();
    assert!(said.starts_with("Two lines [31m (code 1, HTTP 400, trace A  B)"), "{said}");
}
