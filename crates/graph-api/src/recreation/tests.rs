#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "tests; JSON literals are handed over as they are"
)]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::tests::any_json;

fn template(category: &str, components: Value) -> Value {
    json!({
        "id": "610000000000001", "name": "spring_offer", "language": "en_US", "category": category,
        "parameter_format": "POSITIONAL", "status": "APPROVED", "quality_score": { "score": "GREEN" },
        "rejected_reason": "NONE", "previous_category": "UTILITY", "correct_category": category,
        "components": components,
    })
}

fn again(read: &Value) -> Value {
    recreate(read, &Supplies::default()).unwrap().body().clone()
}

fn components_again(components: Value) -> Value {
    again(&template("MARKETING", components))["components"].clone()
}

fn lacks(components: Value) -> Vec<Lack> {
    recreate(&template("MARKETING", components), &Supplies::default()).unwrap_err()
}

/// guide: T6
#[test]
fn what_meta_alone_decides_is_not_sent() {
    let mut read = template("UTILITY", json!([{ "type": "BODY", "text": "Your table is ready." }]));
    read["sub_category"] = "ORDER_STATUS".into();
    read["message_send_ttl_seconds"] = 300.into();
    read["cta_url_link_tracking_opted_out"] = true.into();
    insta::assert_json_snapshot!(again(&read), @r#"
    {
      "name": "spring_offer",
      "language": "en_US",
      "category": "UTILITY",
      "parameter_format": "POSITIONAL",
      "sub_category": "ORDER_STATUS",
      "message_send_ttl_seconds": 300,
      "cta_url_link_tracking_opted_out": true,
      "components": [
        {
          "type": "BODY",
          "text": "Your table is ready."
        }
      ]
    }
    "#);
}

#[test]
fn a_file_goes_in_as_a_handle_in_its_place() {
    let picture =
        |address: &str| json!({ "type": "HEADER", "format": "IMAGE", "example": { "header_handle": [address] } });
    let card = |address: &str| json!({ "components": [picture(address), { "type": "BODY", "text": "Look." }] });
    let read = template(
        "MARKETING",
        json!([{ "type": "BODY", "text": "New." }, { "type": "CAROUSEL", "cards": [card("https://a.example/0"), card("https://a.example/1")] }]),
    );
    assert_eq!(needs(&read).files, ["https://a.example/0", "https://a.example/1"]);
    let supplies = Supplies { handles: vec!["4::zero".to_owned(), "4::one".to_owned()], ..Supplies::default() };
    let made = recreate(&read, &supplies).unwrap();
    let expected =
        json!([{ "type": "BODY", "text": "New." }, { "type": "CAROUSEL", "cards": [card("4::zero"), card("4::one")] }]);
    assert_eq!(made.body()["components"], expected);
    let one = Supplies { handles: vec!["4::zero".to_owned()], ..Supplies::default() };
    assert_eq!(recreate(&read, &one).unwrap_err(), [Lack::Handle]);
    assert_eq!(lacks(json!([{ "type": "HEADER", "format": "VIDEO" }])), [Lack::File]);
}

#[test]
fn a_flow_is_named_by_its_new_id() {
    let read = template(
        "UTILITY",
        json!([
            { "type": "BODY", "text": "Choose a day." },
            { "type": "BUTTONS", "buttons": [{ "type": "FLOW", "text": "Choose", "flow_id": 71, "flow_action": "navigate", "navigate_screen": "DAY" }] }
        ]),
    );
    assert_eq!(needs(&read), Needs { flows: vec!["71".to_owned()], ..Needs::default() });
    assert_eq!(recreate(&read, &Supplies::default()).unwrap_err(), [Lack::Flow { source_id: "71".to_owned() }]);
    let supplies = Supplies { flows: BTreeMap::from([("71".to_owned(), "72".to_owned())]), ..Supplies::default() };
    let made = recreate(&read, &supplies).unwrap();
    assert_eq!(made.body()["components"][1]["buttons"][0]["flow_id"], "72");
}

#[test]
fn samples_have_one_form_whatever_the_read_shows() {
    let expected = json!([{ "type": "BODY", "text": "Hi {{1}}.", "example": { "body_text": [["Mira"]] } }]);
    for shown in [json!([["Mira"]]), json!(["Mira"]), json!("Mira")] {
        let read = json!([{ "type": "body", "text": "Hi {{1}}.", "example": { "body_text": shown } }]);
        assert_eq!(components_again(read), expected);
    }
    let url = |example: Value| json!([{ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://a.example/{{1}}", "example": example }] }]);
    for shown in [json!(["spring"]), json!("spring")] {
        assert_eq!(components_again(url(shown)), url(json!(["spring"])));
    }
    let code =
        |example: Value| json!([{ "type": "BUTTONS", "buttons": [{ "type": "COPY_CODE", "example": example }] }]);
    assert_eq!(components_again(code(json!(["SPRING20"]))), code(json!("SPRING20")));
}

#[test]
fn named_parameters_keep_their_names_and_order() {
    let samples = json!([{ "param_name": "b", "example": "two" }, { "param_name": "a", "example": "one" }]);
    let mut read = template(
        "UTILITY",
        json!([
            { "type": "HEADER", "format": "TEXT", "text": "For {{a}}", "example": { "header_text_named_params": [{ "param_name": "a", "example": "one" }] } },
            { "type": "BODY", "text": "Hi {{a}} and {{b}}.", "example": { "body_text_named_params": samples } }
        ]),
    );
    read["parameter_format"] = "NAMED".into();
    let made = again(&read);
    assert_eq!(made["parameter_format"], "NAMED");
    assert_eq!(made["components"], read["components"]);
    read["components"][1]["example"]["body_text_named_params"].as_array_mut().unwrap().pop();
    assert_eq!(recreate(&read, &Supplies::default()).unwrap_err(), [Lack::Samples { of: "body".to_owned() }]);
}

#[test]
fn parameters_without_samples_are_a_persons_to_supply() {
    for read in [
        json!([{ "type": "BODY", "text": "Hi {{1}}." }]),
        json!([{ "type": "BODY", "text": "Hi {{1}} and {{2}}.", "example": { "body_text": [["Mira"]] } }]),
        json!([{ "type": "BODY", "text": "Hi {{1}}.", "example": { "body_text": [[""]] } }]),
    ] {
        assert_eq!(lacks(read), [Lack::Samples { of: "body".to_owned() }]);
    }
    let url =
        json!([{ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://a.example/{{1}}" }] }]);
    assert_eq!(lacks(url), [Lack::Samples { of: "button \"See\"".to_owned() }]);
}

#[test]
fn a_template_for_codes_is_built_of_its_switches() {
    let read = template(
        "AUTHENTICATION",
        json!([
            { "type": "BODY", "text": "*{{1}}* is your code.", "add_security_recommendation": true, "example": { "body_text": [["123456"]] } },
            { "type": "FOOTER", "text": "This code expires in 5 minutes.", "code_expiration_minutes": 5 },
            { "type": "BUTTONS", "buttons": [{
                "type": "URL", "text": "Copy Code", "url": "https://www.whatsapp.com/otp/code/?otp_type=ONE_TAP&code=otp{{1}}", "otp_type": "ONE_TAP",
                "autofill_text": "Autofill", "supported_apps": [{ "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" }],
                "example": ["https://www.whatsapp.com/otp/code/?code=otp123456"]
            }] }
        ]),
    );
    insta::assert_json_snapshot!(again(&read)["components"], @r#"
    [
      {
        "type": "BODY",
        "add_security_recommendation": true
      },
      {
        "type": "FOOTER",
        "code_expiration_minutes": 5
      },
      {
        "type": "BUTTONS",
        "buttons": [
          {
            "text": "Copy Code",
            "autofill_text": "Autofill",
            "supported_apps": [
              {
                "package_name": "com.example.shop",
                "signature_hash": "K8a/AINcGX7"
              }
            ],
            "type": "OTP",
            "otp_type": "ONE_TAP"
          }
        ]
      }
    ]
    "#);
}

#[test]
fn where_only_the_address_of_a_code_is_shown_it_tells_what_it_can() {
    let button = |otp_type: &str, more: Value| {
        let url = format!(
            "https://www.whatsapp.com/otp/code/?otp_type={otp_type}&code_expiration_minutes=10&code=otp{{{{1}}}}"
        );
        let mut button = json!({ "type": "URL", "text": "Copy Code", "url": url });
        button.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        template(
            "AUTHENTICATION",
            json!([{ "type": "BODY", "text": "x" }, { "type": "FOOTER", "text": "y" }, { "type": "BUTTONS", "buttons": [button] }]),
        )
    };
    let copied = again(&button("COPY_CODE", json!({})));
    assert_eq!(copied["components"][1], json!({ "type": "FOOTER", "code_expiration_minutes": 10 }));
    assert_eq!(copied["components"][2]["buttons"][0]["otp_type"], "COPY_CODE");
    let bare = recreate(&button("ONE_TAP", json!({})), &Supplies::default());
    assert_eq!(bare.unwrap_err(), [Lack::SupportedApps]);
    let older =
        again(&button("ONE_TAP", json!({ "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" })));
    assert_eq!(older["components"][2]["buttons"][0]["supported_apps"][0]["package_name"], "com.example.shop");
    let no_consent = button("ZERO_TAP", json!({ "supported_apps": [{ "package_name": "a", "signature_hash": "b" }] }));
    assert_eq!(recreate(&no_consent, &Supplies::default()).unwrap_err(), [Lack::ZeroTapTerms]);
    let unreadable = template("AUTHENTICATION", json!([{ "type": "BODY", "text": "x" }]));
    assert!(matches!(recreate(&unreadable, &Supplies::default()).unwrap_err()[..], [Lack::Unreadable(_)]));
}

#[test]
fn a_template_of_the_library_goes_in_by_its_name() {
    let mut read = template("UTILITY", json!([{ "type": "BODY", "text": "What the library has, {{1}}." }]));
    read["library_template_name"] = "delivery_update_1".into();
    let made = again(&read);
    assert_eq!((&made["library_template_name"], made.get("components")), (&json!("delivery_update_1"), None));
    read["components"] =
        json!([{ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Track", "url": "https://a.example" }] }]);
    assert_eq!(recreate(&read, &Supplies::default()).unwrap_err(), [Lack::LibraryInputs]);
}

#[test]
fn everything_else_goes_as_it_came() {
    let read = json!([
        { "type": "HEADER", "format": "LOCATION" },
        { "type": "BODY", "text": "Warm things, for a few days only." },
        { "type": "FOOTER", "text": "Tap below to get no more of this." },
        { "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": "Expiring offer!", "has_expiration": true } },
        { "type": "CALL_PERMISSION_REQUEST" },
        { "type": "HOLOGRAM", "depth": 3 },
        { "type": "BUTTONS", "buttons": [
            { "type": "QUICK_REPLY", "text": "Stop" },
            { "type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550102030" },
            { "type": "URL", "text": "Shop", "url": "https://a.example/winter" },
            { "type": "MPM", "text": "View items" }, { "type": "CATALOG", "text": "View catalog" },
            { "type": "VOICE_CALL", "text": "Call", "ttl_minutes": 100 }
        ] }
    ]);
    assert_eq!(components_again(read.clone()), read);
}

#[test]
fn what_is_not_shown_is_told_and_never_made_up() {
    for read in [json!({}), json!([]), json!(null), json!({ "name": "x", "language": "en", "category": "UTILITY" })] {
        assert!(!needs(&read).lacks.is_empty(), "{read}");
        let words: Vec<String> = needs(&read).lacks.iter().map(ToString::to_string).collect();
        assert!(words.iter().all(|one| one.starts_with("a readable original")), "{words:?}");
    }
}

proptest! {
    #[test]
    fn any_read_ends_in_a_request_or_in_words(json in any_json()) {
        for read in [&json, &template("MARKETING", json!([json])), &template("AUTHENTICATION", json!([json, json]))] {
            let needs = needs(read);
            let supplies = Supplies {
                handles: needs.files.iter().map(|_| "4::handle".to_owned()).collect(),
                flows: needs.flows.iter().map(|id| (id.clone(), id.clone())).collect(),
            };
            // What needs nothing of a person is complete with what it needs.
            prop_assert_eq!(recreate(read, &supplies).is_ok(), needs.lacks.is_empty());
        }
    }

    /// What was created again and is read again needs the same, and gives the same.
    #[test]
    fn again_and_again_is_the_same(name in "[a-z]{1,8}", sample in "[a-zA-Z0-9 ]{1,12}", url_sample in "[a-z]{1,9}", minutes in 1_u64..90) {
        let read = template("MARKETING", json!([
            { "type": "HEADER", "format": "TEXT", "text": "For {{1}}", "example": { "header_text": [sample] } },
            { "type": "BODY", "text": format!("{name} {{{{1}}}} and {{{{2}}}}."), "example": { "body_text": [[sample, sample]] } },
            { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://a.example/{{1}}", "example": [url_sample] }] }
        ]));
        let once = again(&read);
        prop_assert_eq!(&once["components"], &read["components"]);
        prop_assert_eq!(again(&once), once);
        let code = template("AUTHENTICATION", json!([
            { "type": "BODY", "add_security_recommendation": minutes % 2 == 0 },
            { "type": "FOOTER", "code_expiration_minutes": minutes },
            { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE", "text": name }] }
        ]));
        let once = again(&code);
        prop_assert_eq!(again(&once), once);
    }
}
