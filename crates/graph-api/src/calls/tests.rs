//! The requests, letter by letter as the guide prints them, and readers that nothing can upset.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;

use bytes::Bytes;
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;
use crate::error::tests::any_json;
use crate::nodes::{Template, Waba};
use crate::phone::E164;
use crate::{
    AppId, AppSecret, AppToken, BusinessToken, Cursor, Fields, GraphCall, GraphEndpoint, GraphVersion,
    MigrationIntentId, Page, PagedCall, PhoneNumberId, Pin, PortfolioId, SystemToken, TemplateId, WabaId,
};

fn business() -> BusinessToken {
    BusinessToken::new("EXAMPLE-BUSINESS-TOKEN").unwrap()
}

fn system() -> SystemToken {
    SystemToken::new("EXAMPLE-SYSTEM-TOKEN").unwrap()
}

fn secret() -> AppSecret {
    AppSecret::new("EXAMPLE-APP-SECRET").unwrap()
}

fn waba(id: &str) -> WabaId {
    WabaId::parse(id).unwrap()
}

fn meta() -> GraphEndpoint {
    GraphEndpoint::meta()
}

/// Method, address, headers in order, body: everything that goes over the wire.
fn wire<C: GraphCall>(endpoint: &GraphEndpoint, call: &C) -> String {
    let request: http::Request<Bytes> = call.request(endpoint).unwrap();
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    text + std::str::from_utf8(request.body()).unwrap()
}

/// guide: C1, 2.1, 2.3
#[test]
fn step_2_tags_the_source() {
    let call = SetSolutionMigrationIntent {
        token: business(),
        source_waba_id: waba("310"),
        app_id: AppId::parse("100").unwrap(),
    };
    insta::assert_snapshot!(wire(&meta(), &call), @r#"
    POST https://graph.facebook.com/v25.0/310/set_solution_migration_intent
    content-type: application/json
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    {"app_id":"100"}
    "#);
}

/// guide: 4.1, 4.2
#[test]
fn step_4_reads_the_intent() {
    let id = MigrationIntentId::parse("400").unwrap();
    let call = ReadMigrationIntent::new(system(), id);
    insta::assert_snapshot!(wire(&meta(), &call), @"
    GET https://graph.facebook.com/v25.0/400
    authorization: Bearer EXAMPLE-SYSTEM-TOKEN
    ");
    let with_source = ReadMigrationIntent { fields: Fields::of(ReadMigrationIntent::FIELDS_WITH_SOURCE), ..call };
    insta::assert_snapshot!(with_source.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/400?fields=id,status,destination_waba,waba");
}

/// guide: 5.1
#[test]
fn step_5_fetches_the_business_token() {
    let call = FetchBusinessToken::new(system(), secret(), PortfolioId::parse("220").unwrap());
    insta::assert_snapshot!(wire(&meta(), &call), @"
    POST https://graph.facebook.com/v25.0/220/system_user_access_tokens
    content-type: application/x-www-form-urlencoded
    authorization: Bearer EXAMPLE-SYSTEM-TOKEN
    fetch_only=true&appsecret_proof=8c3c03232e190d0f35ce668527fee08d62725ecec589c9abb8a3a173323b0178
    ");
    let sixty_days = FetchBusinessToken { sixty_days: true, ..call };
    assert!(wire(&meta(), &sixty_days).ends_with("&set_token_expires_in_60_days=true"));
}

/// guide: 6.1, 6.4
#[test]
fn step_6_subscribes_without_a_body() {
    let call = SubscribeApp { token: business(), waba_id: waba("320"), callback_override: None };
    insta::assert_snapshot!(wire(&meta(), &call), @"
    POST https://graph.facebook.com/v25.0/320/subscribed_apps
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    ");
}

/// guide: 6.2
#[test]
fn step_6_subscribes_with_an_override() {
    let callback = CallbackOverride::new("https://hooks.example.com/whatsapp", "EXAMPLE-VERIFY-TOKEN").unwrap();
    let call = SubscribeApp { token: business(), waba_id: waba("320"), callback_override: Some(callback) };
    insta::assert_snapshot!(wire(&meta(), &call), @r#"
    POST https://graph.facebook.com/v25.0/320/subscribed_apps
    content-type: application/json
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    {"override_callback_uri":"https://hooks.example.com/whatsapp","verify_token":"EXAMPLE-VERIFY-TOKEN"}
    "#);
    insta::assert_snapshot!(wire(&meta(), &ListSubscribedApps { token: business(), waba_id: waba("320") }), @"
    GET https://graph.facebook.com/v25.0/320/subscribed_apps
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    ");
}

/// guide: 7.1, 7.2
#[test]
fn step_7_lists_the_numbers() {
    let call = ListPhoneNumbers::new(business(), waba("310"), Fields::of(&["status"]));
    insta::assert_snapshot!(wire(&meta(), &call), @"
    GET https://graph.facebook.com/v25.0/310/phone_numbers?fields=status
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    ");
    let page: Page<_> = call
        .answer(&json!({"data": [], "paging": {"cursors": {"after": "Q/1="}, "next": "https://graph.facebook.com/x?after=Q"}}))
        .unwrap();
    let next = ListPhoneNumbers { limit: Some(100), ..call.next(&page).unwrap() };
    insta::assert_snapshot!(next.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/310/phone_numbers?fields=status&limit=100&after=Q%2F1%3D");
}

/// guide: 8.1, 8.2, 8.5, 8.6
#[test]
fn step_8_moves_a_number() {
    let call = MigratePhoneNumber {
        token: business(),
        destination_waba_id: waba("320"),
        number: E164::parse("+39 06 0000 0042").unwrap(),
        display_phone_number: "+39 06 0000 0042".to_owned(),
        verified_name: "Panificio \"Inventato\"".to_owned(),
    };
    insta::assert_snapshot!(wire(&meta(), &call), @r#"
    POST https://graph.facebook.com/v25.0/320/phone_numbers
    content-type: application/json
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    {"migrate_phone_number":true,"cc":"39","phone_number":"0600000042","display_phone_number":"+39 06 0000 0042","verified_name":"Panificio \"Inventato\""}
    "#);
}

/// guide: 9.1, 9.2
#[test]
fn step_9_registers_a_number() {
    let phone_number_id = PhoneNumberId::parse("520").unwrap();
    let call = RegisterPhoneNumber { token: business(), phone_number_id, pin: Pin::new("481527").unwrap() };
    insta::assert_snapshot!(wire(&meta(), &call), @r#"
    POST https://graph.facebook.com/v25.0/520/register
    content-type: application/json
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    {"messaging_product":"whatsapp","pin":"481527"}
    "#);
}

#[test]
fn the_other_reads() {
    let app_token = AppToken::of_app(&AppId::parse("100").unwrap(), &secret());
    insta::assert_snapshot!(wire(&meta(), &DebugToken::of_business(app_token, &business())), @"
    GET https://graph.facebook.com/v25.0/debug_token?input_token=EXAMPLE-BUSINESS-TOKEN
    authorization: Bearer 100|EXAMPLE-APP-SECRET
    ");
    let portfolio_id = PortfolioId::parse("210").unwrap();
    let created_after = Some(jiff::Timestamp::from_second(1_784_000_000).unwrap());
    let wabas = ListClientWabas { created_after, ..ListClientWabas::new(system(), portfolio_id) };
    insta::assert_snapshot!(wabas.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/210/client_whatsapp_business_accounts?fields=id,name,creation_time,owner_business_info&filtering=%5B%7B%22field%22%3A%22creation_time%22,%22operator%22%3A%22GREATER_THAN%22,%22value%22%3A%221784000000%22%7D%5D");
    let read = ReadWaba { token: business(), waba_id: waba("320"), fields: Fields::of(Waba::FIELDS) };
    insta::assert_snapshot!(read.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/320?fields=id,name,currency,timezone_id,country,account_review_status,ownership_type,owner_business_info,on_behalf_of_business_info,health_status,primary_funding_id,business_verification_status,is_enabled_for_insights");
    let templates = ListMessageTemplates::new(business(), waba("310"));
    insta::assert_snapshot!(templates.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/310/message_templates?fields=id,name,language,status,category,previous_category,correct_category,sub_category,quality_score,rejected_reason,parameter_format,message_send_ttl_seconds,cta_url_link_tracking_opted_out,library_template_name,components");
    insta::assert_snapshot!(ReadMe { token: business() }.request(&meta()).unwrap().uri(), @"https://graph.facebook.com/v25.0/me?fields=id,name,client_business_id");
}

#[test]
fn proofs_go_with_users_tokens_where_they_are_switched_on() {
    let proving = meta().always_send_proof(secret());
    let proof = crate::appsecret_proof(business().secret(), &secret());
    let subscribe = SubscribeApp { token: business(), waba_id: waba("320"), callback_override: None };
    let uri = subscribe.request(&proving).unwrap().uri().to_string();
    assert_eq!(uri, format!("https://graph.facebook.com/v25.0/320/subscribed_apps?appsecret_proof={proof}"));
    let list = ListPhoneNumbers::new(business(), waba("310"), Fields::of(&["status"]));
    assert!(
        list.request(&proving).unwrap().uri().to_string().ends_with(&format!("?fields=status&appsecret_proof={proof}"))
    );
    let fetch = FetchBusinessToken::new(system(), secret(), PortfolioId::parse("220").unwrap());
    assert_eq!(wire(&proving, &fetch), wire(&meta(), &fetch));
    let debug = DebugToken::of_system(AppToken::of_app(&AppId::parse("100").unwrap(), &secret()), &system());
    assert_eq!(wire(&proving, &debug), wire(&meta(), &debug));
}

#[test]
fn debug_output_of_calls_and_requests_hides_tokens() {
    let callback = CallbackOverride::new("https://hooks.example.com/", "EXAMPLE-VERIFY-TOKEN").unwrap();
    let subscribe = SubscribeApp { token: business(), waba_id: waba("320"), callback_override: Some(callback) };
    let fetch = FetchBusinessToken::new(system(), secret(), PortfolioId::parse("220").unwrap());
    let headers = format!("{:?}", subscribe.request(&meta()).unwrap().headers());
    let shown = format!("{subscribe:?} {fetch:?} {headers} {:?}", meta().always_send_proof(secret()));
    assert!(!shown.contains("EXAMPLE-"), "{shown}");
}

#[test]
fn the_address_may_have_a_port_and_a_prefix() {
    let endpoint = GraphEndpoint::new("http://127.0.0.1:7070/graph/", GraphVersion::parse("v26.0").unwrap()).unwrap();
    let call = ReadMe { token: business() };
    let uri = call.request(&endpoint).unwrap().uri().to_string();
    assert_eq!(uri, "http://127.0.0.1:7070/graph/v26.0/me?fields=id,name,client_business_id");
}

#[test]
fn callbacks_that_meta_would_refuse_are_refused() {
    assert!(CallbackOverride::new("http://hooks.example.com/", "x").is_err());
    assert!(CallbackOverride::new(&format!("https://hooks.example.com/{}", "a".repeat(200)), "x").is_err());
    assert!(CallbackOverride::new("https://hooks.example.com/", "").is_err());
    assert!(CallbackOverride::new("https://hooks example", "x").is_err());
}

#[test]
fn a_business_token_comes_as_a_secret() {
    let call = FetchBusinessToken::new(system(), secret(), PortfolioId::parse("220").unwrap());
    let token = call.answer(&json!({"access_token": "EXAMPLE-BUSINESS-TOKEN"})).unwrap();
    assert_eq!(token.secret().expose_secret(), "EXAMPLE-BUSINESS-TOKEN");
    for body in [json!({}), json!({"access_token": ""}), json!({"access_token": "a b"}), json!({"access_token": []})] {
        let error = call.answer(&body).unwrap_err().to_string();
        assert!(!error.contains("a b"), "{error}");
    }
}

#[test]
fn token_facts_settle_what_meta_names_and_nothing_else() {
    let call = DebugToken::of_system(AppToken::new("1|x").unwrap(), &system());
    let facts = call
        .answer(&json!({"data": {"is_valid": true, "app_id": 100, "expires_at": 0, "data_access_expires_at": 1_784_000_000, "scopes": ["a", "b"],
            "granular_scopes": [{"scope": "a", "target_ids": ["320", 321]}, {"scope": "b"}]}}))
        .unwrap();
    assert_eq!(
        (facts.covers("a", "320"), facts.covers("a", "321"), facts.covers("a", "9")),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!((facts.covers("b", "320"), facts.covers("c", "320")), (None, Some(false)));
    assert_eq!(facts.expires_at, Some(Expiry::Never));
    assert!(matches!(facts.data_access_expires_at, Some(Expiry::At(_))));
    assert!(call.answer(&json!({"data": {}})).is_err());
}

#[test]
fn an_intent_proves_nothing_but_what_it_says() {
    let call = ReadMigrationIntent::new(system(), MigrationIntentId::parse("400").unwrap());
    let read = |body: Value| call.answer(&body);
    assert_eq!(read(json!({"status": "ACCEPTED"})).unwrap().destination_waba, None);
    assert_eq!(read(json!({"status": "accepted"})).unwrap().status, IntentStatus::Other("accepted".to_owned()));
    assert_eq!(read(json!({"destination_waba": {"id": "1"}})).unwrap_err().path, "$");
    assert_eq!(read(json!({"status": "ACCEPTED", "destination_waba": {}})).unwrap_err().path, "$.destination_waba");
}

#[test]
fn a_cursor_is_found_in_the_link_alone_and_pages_without_one_are_errors() {
    let call = ListMessageTemplates {
        fields: Fields::of(Template::FIELDS),
        ..ListMessageTemplates::new(business(), waba("310"))
    };
    let page = |paging: Value| call.answer(&json!({"data": [], "paging": paging}));
    let after = |paging: Value| page(paging).unwrap().after.map(|cursor: Cursor| cursor.as_str().to_owned());
    assert_eq!(after(json!({"next": "https://h/x?access_token=T&after=a%2Fb"})).as_deref(), Some("a/b"));
    assert_eq!(after(json!({"cursors": {"after": "A"}})), None);
    for next in [json!("https://h/x"), json!("https://h/x?after="), json!(""), json!({}), json!(true)] {
        assert!(page(json!({ "next": next })).is_err(), "{next}");
    }
    let empty = json!({"cursors": {"after": ""}, "next": "https://h/x?after=B"});
    assert_eq!(after(empty).as_deref(), Some("B"), "a list that goes on must not look like its end");
    let full: Vec<Value> = (0..25).map(|id| json!({ "id": id })).collect();
    let full = call.answer(&json!({"data": full, "paging": {"cursors": {"after": "A"}}})).unwrap();
    assert_eq!(full.after.map(|cursor| cursor.as_str().to_owned()).as_deref(), Some("A"));
}

fn analytics() -> ReadPricingAnalytics {
    let instant = |second| jiff::Timestamp::from_second(second).unwrap();
    ReadPricingAnalytics {
        token: business(),
        waba_id: waba("320"),
        start: instant(1_804_062_600),
        end: instant(1_804_064_400),
    }
}

#[test]
fn analytics_are_asked_for_by_half_hour_number_category_and_type() {
    let request = analytics().request(&meta()).unwrap();
    let query = request.uri().query().unwrap().to_owned();
    let (name, value) = form_urlencoded::parse(query.as_bytes()).next().unwrap();
    assert_eq!((request.uri().path(), &*name), ("/v25.0/320", "fields"));
    insta::assert_snapshot!(value, @r#"pricing_analytics.start(1804062600).end(1804064400).granularity(HALF_HOUR).metric_types(["COST","VOLUME"]).dimensions(["PHONE","PRICING_CATEGORY","PRICING_TYPE"])"#);
}

#[test]
fn analytics_show_cost_only_where_no_partners_credit_line_pays() {
    let point = |more: Value| {
        let mut point = json!({"start": 1_804_062_600, "end": 1_804_064_400, "phone_number": "493023125017",
            "pricing_category": "UTILITY", "pricing_type": "REGULAR", "volume": 3});
        point.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"pricing_analytics": {"data": [{"data_points": [point]}]}, "id": "320"})
    };
    let read = |body: Value| analytics().answer(&body);
    let (source, destination) = (read(point(json!({}))).unwrap(), read(point(json!({"cost": 0.09}))).unwrap());
    assert_eq!((source[0].volume, source[0].cost), (Some(3), None));
    assert_eq!((destination[0].cost, destination[0].start.as_second()), (Some(0.09), 1_804_062_600));
    assert_eq!(read(point(json!({"cost": 2}))).unwrap()[0].cost, Some(2.0));
    assert_eq!(read(json!({"id": "320"})).unwrap(), [], "a WABA without messages may leave the field out");
    assert_eq!(read(point(json!({"start": null}))).unwrap_err().path, "$.pricing_analytics.data[0].data_points[0]");
}

#[test]
fn the_use_of_templates_is_added_up_over_the_days() {
    let instant = |second| jiff::Timestamp::from_second(second).unwrap();
    let call = ReadTemplateAnalytics {
        token: business(),
        waba_id: waba("320"),
        start: instant(1_804_000_000),
        end: instant(1_804_172_800),
        template_ids: ["81", "82"].map(|id| TemplateId::parse(id).unwrap()).to_vec(),
    };
    let request = call.request(&meta()).unwrap();
    let query = form_urlencoded::parse(request.uri().query().unwrap().as_bytes()).into_owned();
    let shown: Vec<String> = query.map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(request.uri().path(), "/v25.0/320/template_analytics");
    insta::assert_snapshot!(shown.join("&"), @r#"start=1804000000&end=1804172800&granularity=DAILY&metric_types=["SENT"]&template_ids=[81,82]"#);
    let point = |id: Value, sent: Value| json!({"template_id": id, "start": 1, "end": 2, "sent": sent});
    let points = json!([point(json!("81"), json!(3)), point(json!(81), json!(4)), point(json!("82"), Value::Null)]);
    let sent = call.answer(&json!({"data": [{"granularity": "DAILY", "data_points": points}]})).unwrap();
    assert_eq!((sent.get("81"), sent.get("82"), sent.get("83")), (Some(&7), Some(&0), None));
    assert!(call.answer(&json!({"data": []})).unwrap().is_empty());
    let nameless = json!({"data": [{"data_points": [{"sent": 1}]}]});
    assert_eq!(call.answer(&nameless).unwrap_err().path, "$.data[0].data_points[0]");
}

#[test]
fn a_list_of_templates_tells_how_many_there_may_be_where_it_is_asked_to() {
    let asked = ListMessageTemplates { with_limit: true, ..ListMessageTemplates::new(business(), waba("320")) };
    let query = |call: &ListMessageTemplates| call.request(&meta()).unwrap().uri().query().unwrap().to_owned();
    assert!(query(&asked).contains("summary=message_template_limit"), "{}", query(&asked));
    assert!(!query(&ListMessageTemplates::new(business(), waba("320"))).contains("summary"));
    let page = asked.answer(&json!({"data": [], "summary": {"message_template_limit": 250}})).unwrap();
    assert_eq!(page.summary, Some(json!({"message_template_limit": 250})));
}

#[test]
fn flows_have_a_name_by_which_both_sides_know_them() {
    let call = ListFlows { token: business(), waba_id: waba("320"), limit: Some(100), after: None };
    insta::assert_snapshot!(wire(&meta(), &call), @r"
    GET https://graph.facebook.com/v25.0/320/flows?fields=id,name&limit=100
    authorization: Bearer EXAMPLE-BUSINESS-TOKEN
    ");
    let page =
        call.answer(&json!({"data": [{"id": 71, "name": "booking", "status": "PUBLISHED"}, {"id": "72"}]})).unwrap();
    let shown: Vec<_> = page.items.iter().map(|flow| (flow.id.as_str(), flow.name.as_deref())).collect();
    assert_eq!(shown, [("71", Some("booking")), ("72", None)]);
}

proptest! {
    #[test]
    fn arbitrary_answers_never_panic(body in any_json()) {
        let page = json!({"data": [body], "paging": body});
        for body in [&body, &page] {
            let numbers = ListPhoneNumbers::new(business(), waba("1"), Fields::default_of_node());
            let _ = numbers.answer(body).map(|page| numbers.next(&page).map(|next| next.request(&meta()).is_ok()));
            let _ = ListMessageTemplates::new(business(), waba("1")).answer(body);
            let _ = ListClientWabas::new(system(), PortfolioId::parse("1").unwrap()).answer(body);
            let _ = ListSubscribedApps { token: business(), waba_id: waba("1") }.answer(body);
            let _ = ReadMigrationIntent::new(system(), MigrationIntentId::parse("1").unwrap()).answer(body);
            let _ = ReadMe { token: business() }.answer(body);
            let _ = analytics().answer(body);
            let _ = analytics().answer(&json!({"pricing_analytics": {"data": [{"data_points": [body]}]}}));
            let _ = ListFlows { token: business(), waba_id: waba("1"), limit: None, after: None }.answer(body);
            let _ = DebugToken::of_system(AppToken::new("1|x").unwrap(), &system()).answer(&json!({ "data": body }));
            let _ = FetchBusinessToken::new(system(), secret(), PortfolioId::parse("1").unwrap()).answer(body);
        }
    }
}
