//! What components may hold, each limit at its edge (observations: templates.components, templates.parameters,
//! templates.buttons, templates.carousel, templates.errors).

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Desk, assert_invalid, assert_refused, text};

fn body() -> Value {
    json!({ "type": "BODY", "text": "Something to say." })
}

/// Creates a template of a body and one more component.
fn with(desk: &mut Desk, component: Value) -> super::Answer {
    let name = format!("n{}", desk.caller.now.as_second());
    desk.create_with(&name, json!([body(), component]))
}

fn body_of(desk: &mut Desk, words: &str, example: Value) -> super::Answer {
    let name = format!("n{}", desk.caller.now.as_second());
    desk.create_with(&name, json!([{ "type": "BODY", "text": words, "example": example }]))
}

fn buttons(desk: &mut Desk, buttons: Value) -> super::Answer {
    with(desk, json!({ "type": "BUTTONS", "buttons": buttons }))
}

#[test]
fn texts_have_their_lengths_in_characters() {
    let mut desk = Desk::usual();
    let long = |length: usize| "é".repeat(length);
    assert_eq!(body_of(&mut desk, &long(1024), json!({})).status, 200);
    assert_refused(&body_of(&mut desk, &long(1025), json!({})), 2_388_040, "1024");
    let footer = |length: usize| json!({ "type": "FOOTER", "text": long(length) });
    assert_eq!(with(&mut desk, footer(60)).status, 200);
    assert_refused(&with(&mut desk, footer(61)), 2_388_040, "60");
    let header = |length: usize| json!({ "type": "HEADER", "format": "TEXT", "text": long(length) });
    assert_eq!(with(&mut desk, header(60)).status, 200);
    assert_refused(&with(&mut desk, header(61)), 2_388_040, "60");
    let reply = |length: usize| json!([{ "type": "QUICK_REPLY", "text": long(length) }]);
    assert_eq!(buttons(&mut desk, reply(25)).status, 200);
    assert_refused(&buttons(&mut desk, reply(26)), 2_388_040, "25");
    let code = |length: usize| json!([{ "type": "COPY_CODE", "example": "A".repeat(length) }]);
    assert_eq!(buttons(&mut desk, code(15)).status, 200);
    assert_refused(&buttons(&mut desk, code(16)), 2_388_040, "15");
    let url = |length: usize| json!([{ "type": "URL", "text": "Look", "url": format!("https://a.example/{}", "x".repeat(length - 18)) }]);
    assert_eq!(buttons(&mut desk, url(2000)).status, 200);
    assert_refused(&buttons(&mut desk, url(2001)), 2_388_040, "2000");
    let phone = |length: usize| json!([{ "type": "PHONE_NUMBER", "text": "Call", "phone_number": "1".repeat(length) }]);
    assert_eq!(buttons(&mut desk, phone(20)).status, 200);
    assert_refused(&buttons(&mut desk, phone(21)), 2_388_040, "20");
}

#[test]
fn positional_parameters_count_from_one_and_have_samples_in_any_of_three_forms() {
    let mut desk = Desk::usual();
    let words = "Your order number {{1}} comes on {{2}} in the morning.";
    for example in [json!([["A-1", "Monday"]]), json!(["A-1", "Monday"])] {
        let answer = body_of(&mut desk, words, json!({ "body_text": example }));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let shown = desk.read(&text(&answer.body["id"]), "components");
        assert_eq!(shown["components"][0]["example"], json!({ "body_text": [["A-1", "Monday"]] }));
    }
    assert_eq!(body_of(&mut desk, "The code {{1}} is good.", json!({ "body_text": "A" })).status, 200);
    assert_invalid(&body_of(&mut desk, words, json!({})), "body_text");
    assert_invalid(&body_of(&mut desk, words, json!({ "body_text": [["A-1"]] })), "1 samples for 2");
    for wrong in [
        "Begin {{2}} middle {{1}} and then the end",
        "Begin {{1}} middle {{3}} and then the end",
        "Say {{name}} to them all",
    ] {
        assert_refused(&body_of(&mut desk, wrong, json!({ "body_text": [["a", "b"]] })), 2_388_072, "is expected");
    }
    for wrong in ["An open {{1 brace here", "A closed 1}} brace here", "A strange {{#1}} brace here"] {
        assert_refused(&body_of(&mut desk, wrong, json!({ "body_text": [["a"]] })), 2_388_072, "");
    }
}

#[test]
fn a_body_neither_begins_nor_ends_with_a_parameter_nor_has_too_many() {
    let mut desk = Desk::usual();
    let sample = || json!({ "body_text": [["a"]] });
    assert_refused(&body_of(&mut desk, "{{1}} is back in our shop", sample()), 2_388_299, "begins");
    assert_refused(&body_of(&mut desk, "Back in our shop is {{1}}", sample()), 2_388_299, "ends");
    assert_eq!(body_of(&mut desk, "Back in our shop is {{1}}.", sample()).status, 200);
    desk.caller.set_knobs(&json!({ "template_edge_ignores_punctuation": true }));
    assert_refused(&body_of(&mut desk, "Back in our shop is {{1}}.", sample()), 2_388_299, "ends");
    assert_eq!(body_of(&mut desk, "Two {{1}} words there", sample()).status, 200, "three words for one parameter");
    assert_refused(&body_of(&mut desk, "Two {{1}} words", sample()), 2_388_293, "3 words");
    desk.caller.set_knobs(&json!({ "template_words_per_parameter": 0 }));
    assert_eq!(body_of(&mut desk, "Two {{1}} words", sample()).status, 200);
}

#[test]
fn named_parameters_have_a_sample_each() {
    let mut desk = Desk::usual();
    let mut create = |name: &str, words: &str, samples: Value| {
        desk.create(json!({
            "name": name, "language": "en", "category": "UTILITY", "parameter_format": "named",
            "components": [{ "type": "BODY", "text": words, "example": { "body_text_named_params": samples } }]
        }))
    };
    let words = "Thank you, {{first_name}}! Your order number is {{order_number}} as before.";
    let sample = |name: &str| json!({ "param_name": name, "example": "x" });
    assert_eq!(create("named", words, json!([sample("first_name"), sample("order_number")])).status, 200);
    assert_invalid(&create("lacks", words, json!([sample("first_name")])), "order_number");
    let strange = json!([sample("first_name"), sample("order_number"), sample("more")]);
    assert_invalid(&create("strange", words, strange), "more");
    assert_invalid(&create("twice", words, json!([sample("first_name"), sample("first_name")])), "twice");
    assert_refused(
        &create("digit", "You owe us {{1}} now, please pay.", json!([sample("1")])),
        2_388_072,
        "lower-case",
    );
}

#[test]
fn a_header_has_one_parameter_and_a_footer_none() {
    let mut desk = Desk::usual();
    let header =
        |words: &str, example: Value| json!({ "type": "HEADER", "format": "TEXT", "text": words, "example": example });
    assert_eq!(with(&mut desk, header("Our {{1}} is on!", json!({ "header_text": ["sale"] }))).status, 200);
    assert_invalid(&with(&mut desk, header("Our {{1}} is on!", json!({}))), "header_text");
    assert_refused(
        &with(&mut desk, header("{{1}} and {{2}}", json!({ "header_text": ["a", "b"] }))),
        2_388_047,
        "at most 1",
    );
    assert_refused(&with(&mut desk, json!({ "type": "HEADER", "format": "SONG" })), 2_388_047, "SONG");
    assert_refused(&with(&mut desk, json!({ "type": "FOOTER", "text": "By {{1}}" })), 2_388_073, "no parameters");
    assert_refused(&desk.create_with("no_body", json!([{ "type": "FOOTER", "text": "Only this" }])), 2_388_072, "BODY");
    assert_eq!(with(&mut desk, json!({ "type": "header", "format": "location" })).status, 200);
}

#[test]
fn buttons_are_counted_and_grouped() {
    let mut desk = Desk::usual();
    let reply = json!({ "type": "QUICK_REPLY", "text": "Fine" });
    let url = json!({ "type": "URL", "text": "Look", "url": "https://a.example" });
    let phone = json!({ "type": "PHONE_NUMBER", "text": "Call", "phone_number": "15550001111" });
    for fine in [
        json!([reply, reply]),
        json!([reply, reply, url, phone]),
        json!([url, phone, reply, reply]),
        Value::from(vec![reply.clone(); 10]),
    ] {
        let answer = buttons(&mut desk, fine);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for wrong in [json!([reply, url, reply]), json!([url, reply, url])] {
        assert_invalid(&buttons(&mut desk, wrong), "grouped");
    }
    assert_invalid(&buttons(&mut desk, Value::from(vec![reply; 11])), "1 to 10");
    assert_invalid(&buttons(&mut desk, json!([])), "1 to 10");
    assert_invalid(&buttons(&mut desk, json!([url, url, url])), "at most 2");
    assert_invalid(&buttons(&mut desk, json!([phone, phone])), "at most 1");
    assert_invalid(&buttons(&mut desk, json!([{ "type": "DANCE" }])), "DANCE");
    assert_invalid(
        &buttons(&mut desk, json!([{ "type": "QUICK_REPLY", "text": "Fine", "colour": "red" }])),
        "Unexpected key \"colour\"",
    );
    assert_invalid(&buttons(&mut desk, json!([{ "type": "OTP", "otp_type": "COPY_CODE" }])), "AUTHENTICATION");
    assert_invalid(&buttons(&mut desk, json!([{ "type": "FLOW", "text": "Go", "flow_id": "1" }])), "Flow");
}

#[test]
fn the_address_of_a_button_has_one_parameter_at_its_end_with_a_sample() {
    let mut desk = Desk::usual();
    let url = |url: &str, example: Value| json!([{ "type": "URL", "text": "Look", "url": url, "example": example }]);
    assert_eq!(buttons(&mut desk, url("https://a.example/{{1}}", json!(["b"]))).status, 200);
    assert_eq!(buttons(&mut desk, url("https://a.example/{{1}}", json!("b"))).status, 200);
    assert_invalid(&buttons(&mut desk, url("https://a.example/{{1}}", Value::Null)), "sample");
    assert_invalid(&buttons(&mut desk, url("https://a.example/{{1}}/c", json!(["b"]))), "at its end");
    assert_invalid(&buttons(&mut desk, url("https://{{1}}.example/{{2}}", json!(["b", "c"]))), "at its end");
    assert_invalid(&buttons(&mut desk, url("ftp://a.example", Value::Null)), "https://");
}

#[test]
fn a_carousel_has_two_to_ten_cards_of_one_shape() {
    let mut desk = Desk::usual();
    let card = |buttons: Value| {
        json!({ "components": [
        { "type": "HEADER", "format": "PRODUCT" }, { "type": "BUTTONS", "buttons": buttons }
    ] })
    };
    let view = || card(json!([{ "type": "SPM", "text": "View" }]));
    let carousel = |cards: Vec<Value>| json!({ "type": "CAROUSEL", "cards": cards });
    for count in [2, 10] {
        let answer = with(&mut desk, carousel(vec![view(); count]));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for count in [0, 1, 11] {
        assert_invalid(&with(&mut desk, carousel(vec![view(); count])), "2 to 10");
    }
    let other = card(json!([{ "type": "QUICK_REPLY", "text": "More" }]));
    assert_invalid(&with(&mut desk, carousel(vec![view(), other])), "card 1");
    let bare = json!({ "components": [{ "type": "BUTTONS", "buttons": [{ "type": "SPM", "text": "View" }] }] });
    assert_invalid(&with(&mut desk, carousel(vec![bare.clone(), bare])), "HEADER");
}

#[test]
fn an_authentication_template_has_switches_instead_of_texts() {
    let mut desk = Desk::usual();
    let mut create = |name: &str, components: Value, ttl: i64| {
        desk.create(json!({
            "name": name, "language": "en_US", "category": "AUTHENTICATION", "message_send_ttl_seconds": ttl, "components": components
        }))
    };
    let otp = |button: Value| json!([{ "type": "BODY", "add_security_recommendation": true }, { "type": "BUTTONS", "buttons": [button] }]);
    let copy = || otp(json!({ "type": "otp", "otp_type": "copy_code", "text": "Copy" }));
    for (name, ttl) in [("shortest", 30), ("longest", 900), ("month", -1)] {
        assert_eq!(create(name, copy(), ttl).status, 200, "{ttl}");
    }
    for ttl in [0, 29, 901, -2] {
        assert_invalid(&create("ttl", copy(), ttl), "message_send_ttl_seconds");
    }
    let own_words = json!([{ "type": "BODY", "text": "{{1}} is it." }, { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] }]);
    assert_invalid(&create("words", own_words, 60), "text must not be given");
    assert_invalid(&create("bare", json!([{ "type": "BODY" }]), 60), "OTP");
    assert_invalid(&create("one_tap", otp(json!({ "type": "OTP", "otp_type": "ONE_TAP" })), 60), "supported_apps");
    let app = json!({ "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" });
    let zero = |accepted: bool| {
        otp(
            json!({ "type": "OTP", "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": accepted, "supported_apps": [app] }),
        )
    };
    assert_invalid(&create("terms", zero(false), 60), "zero_tap_terms_accepted");
    assert_eq!(create("zero_tap", zero(true), 60).status, 200);
    let old = otp(
        json!({ "type": "OTP", "otp_type": "ONE_TAP", "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" }),
    );
    assert_eq!(create("old_form", old, 60).status, 200);
    for minutes in [0, 91] {
        let mut wrong = copy();
        wrong.as_array_mut().unwrap().push(json!({ "type": "FOOTER", "code_expiration_minutes": minutes }));
        assert_invalid(&create("minutes", wrong, 60), "1 to 90");
    }
}

/// Any JSON, with the words that matter more often than others.
fn any_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("HEADER"),
        Just("BODY"),
        Just("FOOTER"),
        Just("BUTTONS"),
        Just("CAROUSEL"),
        Just("URL"),
        Just("OTP"),
        Just("FLOW"),
        Just("TEXT"),
        Just("IMAGE"),
        Just("{{1}}"),
        Just("a {{1}} b"),
        Just("{{"),
        Just(""),
        Just("https://a.example/{{1}}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.prop_map(Value::from),
        "\\PC{0,30}".prop_map(Value::from),
    ];
    let keys = prop_oneof![
        Just("type"),
        Just("text"),
        Just("format"),
        Just("example"),
        Just("buttons"),
        Just("cards"),
        Just("components"),
        Just("header_handle"),
        Just("body_text"),
        Just("body_text_named_params"),
        Just("url"),
        Just("otp_type"),
        Just("supported_apps"),
        Just("limited_time_offer"),
        Just("flow_id"),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_components_are_answered_and_what_was_taken_can_be_read(components in any_json(), category in "AUTHENTICATION|MARKETING|UTILITY") {
        let mut desk = Desk::usual();
        let list = if components.is_array() { components } else { json!([body(), components]) };
        let answer = desk.create(json!({ "name": "any", "language": "en", "category": category, "components": list }));
        if answer.status == 200 {
            prop_assert!(desk.read(&text(&answer.body["id"]), "components")["components"].is_array());
        } else {
            prop_assert_eq!(answer.status, 400, "{}", answer.body);
            prop_assert!(answer.body["error"]["message"].is_string());
        }
    }
}
