//! What apps are told while a customer migrates, in Meta's shapes, and who is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{
    Caller, WABA,
    receiver::{PARTNER, PROVIDER, receive, receive_at},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use unmoor_simulator::{
    Action, Id, World,
    webhooks::{
        Receivers,
        shapes::{
            AccountAlert, AccountUpdate, AlertInfo, Announcement, Ban, BanState, PartnerSolution, Restriction,
            SolutionEvent, Violation,
        },
    },
};

fn only(bodies: &[Value]) -> &Value {
    let [body] = bodies else { panic!("not one but {bodies:#?}") };
    body
}

#[test]
fn an_acceptance_is_told_to_the_partner_under_its_portfolio() {
    let mut caller = Caller::heard();
    let destination = caller.accepted();
    let heard = caller.hears();
    let portfolio = caller.credentials.portfolio_id.to_string();
    let names: Vec<(String, String)> = heard.events();
    let expected = ["account_update PARTNER_ADDED", "account_update PARTNER_APP_INSTALLED"];
    assert_eq!(names, expected.map(|name| (name.to_owned(), portfolio.clone())));
    for body in heard.bodies() {
        assert_eq!(body["entry"][0]["changes"][0]["value"]["waba_info"]["waba_id"], json!(destination));
    }
    insta::assert_json_snapshot!("acceptance", heard.bodies());
}

#[test]
fn whether_an_acceptance_is_told_is_unknown() {
    for (knob, entry) in [("off", None), ("entry_is_waba", Some(()))] {
        let mut caller = Caller::heard_with(&json!({ "partner_added_on_accept": knob }));
        let destination = caller.accepted();
        let heard = caller.hears().events();
        let expected = entry.map_or(0, |()| 2);
        assert_eq!(heard.len(), expected, "{knob}");
        assert!(heard.iter().all(|(_, id)| *id == destination), "{heard:?}");
    }
}

#[test]
fn two_step_verification_is_told_to_both_partners_of_the_source() {
    let caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    caller.simulator.person(caller.portfolio(), Action::TurnOffTwoStep);
    let all = receive(&caller.simulator);
    let to_partner = all.0.iter().filter(|delivery| delivery.url == PARTNER).count();
    assert_eq!((all.0.len(), to_partner), (6, 3));
    let bodies: Vec<Value> = all.bodies().into_iter().step_by(2).collect();
    insta::assert_json_snapshot!("security", bodies);
}

#[test]
fn a_registration_is_told_to_the_subscriber_of_the_destination_alone() {
    let mut caller = Caller::heard();
    let (destination, phone) = caller.moved();
    receive(&caller.simulator);
    assert_eq!(caller.register(&phone).status, 200);
    let all = receive(&caller.simulator);
    assert!(all.0.iter().all(|delivery| delivery.url != PARTNER), "the old partner is not on the destination");
    let ours: Vec<Value> =
        all.bodies().into_iter().filter(|body| body["entry"][0]["id"] == json!(destination)).collect();
    insta::assert_json_snapshot!("registration", ours);
}

#[test]
fn reviews_are_told() {
    let mut caller = Caller::heard_with(&json!({ "destination_review": "pending" }));
    let destination = caller.accepted();
    let token = caller.business_token();
    assert_eq!(caller.post(&format!("/{destination}/subscribed_apps"), &token, json!({})).status, 200);
    receive(&caller.simulator);
    caller.wait(3);
    let heard = caller.hears();
    assert_eq!(heard.events(), [("account_review_update APPROVED".to_owned(), destination)]);
    insta::assert_json_snapshot!("account_review", only(&heard.bodies()));
}

#[test]
fn an_approved_display_name_is_told() {
    let scenario = common::SCENARIO.replace(
        "numbers = [\"+493023125001\"]",
        "numbers = [{ number = \"+493023125001\", new_name = \"Acorn Café\" }]",
    );
    let caller = Caller::new(common::CUSTOMERS, &scenario);
    caller.set_knobs(&json!({ "webhook_duplicates": 0.0, "webhook_reorder": 0.0, "webhook_delay_s": 0 }));
    caller.simulator.attach_receivers(Receivers::Everywhere);
    caller.simulator.person(caller.portfolio(), Action::ApproveName);
    let heard = caller.hears();
    insta::assert_json_snapshot!("display_name", only(&heard.bodies()));
    let bytes = String::from_utf8(heard.0[0].body.to_vec()).unwrap();
    assert!(bytes.contains(r"Acorn Caf\u00e9"), "{bytes}");
}

#[test]
fn a_removal_is_told_to_every_partner_that_loses_the_waba_and_nothing_after_it() {
    let caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::RemovePartner);
    let at_partner = receive(&caller.simulator);
    assert_eq!(at_partner.0.len(), 2);
    insta::assert_json_snapshot!("removal", at_partner.bodies());
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    assert_eq!(receive(&caller.simulator).0.len(), 0, "the subscription is there and the access is not");
}

#[test]
fn the_old_partner_may_lose_a_source_that_all_numbers_have_left() {
    for (after_s, told) in [(json!(null), 0), (json!(0), 1), (json!(7200), 1)] {
        let mut caller = Caller::heard_with(&json!({ "partner_removed_after_s": after_s }));
        let (_, phone) = caller.moved();
        receive(&caller.simulator);
        caller.register(&phone);
        caller.wait(1);
        let removed = |caller: &Caller| {
            let heard = receive(&caller.simulator);
            let of = |url: &str| {
                let here = heard.0.iter().filter(|delivery| delivery.url == url);
                here.filter(|delivery| String::from_utf8_lossy(&delivery.body).contains("PARTNER_REMOVED")).count()
            };
            (of(PARTNER), of(PROVIDER))
        };
        let (at_once, later) = if after_s == 7200 { (0, told) } else { (told, 0) };
        assert_eq!(removed(&caller), (at_once, 0), "{after_s}");
        caller.wait(1);
        assert_eq!(removed(&caller), (later, 0), "{after_s}");
        assert_eq!(caller.entries("partner.removed").len(), told, "{after_s}");
        let token = caller.business_token();
        assert_eq!(caller.get(&format!("/{WABA}"), &token).status, 200, "the provider keeps the source");
    }
}

#[test]
fn what_nobody_here_brings_about_can_be_announced() {
    let caller = Caller::heard();
    let waba: Id = WABA.parse().unwrap();
    let solution = *caller.simulator.world().solutions.keys().next().unwrap();
    let announcements = [
        Announcement::AccountUpdate(AccountUpdate::AccountRestriction {
            restriction_info: vec![Restriction {
                restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING".to_owned(),
                expiration: Some("March 9, 2027".to_owned()),
                remediation: None,
            }],
        }),
        Announcement::AccountUpdate(AccountUpdate::AccountViolation {
            violation_info: Violation { violation_type: "SCAM".to_owned() },
        }),
        Announcement::AccountUpdate(AccountUpdate::DisabledUpdate {
            ban_info: Ban {
                waba_ban_state: BanState::ScheduleForDisable,
                waba_ban_date: Some("March 9, 2027".to_owned()),
            },
        }),
        Announcement::AccountUpdate(AccountUpdate::AccountDeleted {}),
        Announcement::AccountAlerts(AccountAlert {
            entity_type: "BUSINESS".to_owned(),
            entity_id: caller.portfolio(),
            alert_info: AlertInfo {
                alert_severity: "WARNING".to_owned(),
                alert_status: "ACTIVE".to_owned(),
                alert_type: "OBA_REJECTED".to_owned(),
                alert_description: "The request was declined.".to_owned(),
            },
        }),
        Announcement::PartnerSolutions(PartnerSolution {
            event: SolutionEvent::SolutionUpdated,
            solution_id: solution,
            solution_status: "DEACTIVATED".to_owned(),
        }),
    ];
    for announcement in &announcements {
        assert!(caller.simulator.announce(waba, announcement));
    }
    insta::assert_json_snapshot!("announced", caller.hears().bodies());
    assert!(!caller.simulator.announce("1".parse().unwrap(), &announcements[0]));
}

#[test]
fn the_odd_shapes_of_metas_pages_are_behind_a_knob() {
    let mut caller = Caller::heard_with(&json!({ "webhook_quirky_shapes": true }));
    caller.accepted();
    let bodies = caller.hears().bodies();
    assert_eq!(bodies[0]["object"], "whatsapp_business_account", "PARTNER_ADDED has the regular shape");
    insta::assert_json_snapshot!("odd", bodies[1]);
}

#[test]
fn nothing_goes_to_an_app_that_is_not_subscribed_to_the_field_or_to_the_waba() {
    let mut caller = Caller::heard();
    let (app, token) = (caller.credentials.app_id, caller.app_token());
    let body = json!({
        "object": "whatsapp_business_account", "callback_url": "https://provider.example/webhooks/whatsapp",
        "verify_token": "v", "fields": ["account_update"]
    });
    assert_eq!(caller.post(&format!("/{app}/subscriptions"), &token, body).status, 200);
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    assert_eq!(caller.hears().events(), [], "`security` is not among its fields");

    let mut caller = Caller::heard();
    let token = caller.business_token();
    caller.call("DELETE", &format!("/{WABA}/subscribed_apps"), &token, None);
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let all = receive(&caller.simulator);
    assert_eq!(all.0.iter().map(|delivery| delivery.url.as_str()).collect::<Vec<_>>(), [PARTNER]);
}

#[test]
fn an_app_without_a_callback_costs_nothing_and_neither_does_a_world_without_receivers() {
    let caller = Caller::heard();
    let mut world: World = caller.simulator.world();
    world.apps.values_mut().for_each(|app| app.callback_url = None);
    caller.simulator.set_world(world);
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    assert_eq!(caller.simulator.webhooks(0), []);

    let unheard = Caller::usual("");
    unheard.simulator.person(unheard.portfolio(), Action::TurnOnTwoStep);
    assert_eq!((unheard.simulator.webhooks(0).len(), unheard.simulator.next_delivery_at()), (0, None));
}

#[test]
fn an_app_on_another_waba_hears_nothing() {
    let customers = format!("{}birch,102290129340399,506914307656635,office@birch.example\n", common::CUSTOMERS);
    let mut caller = Caller::new(&customers, common::SCENARIO);
    caller.simulator.attach_receivers(Receivers::Everywhere);
    let token = caller.business_token();
    caller.call("DELETE", &format!("/{WABA}/subscribed_apps"), &token, None);
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    caller.wait(24);
    assert_eq!(caller.hears().events(), [], "the app is subscribed to birch only");
    caller.simulator.person("506914307656635".parse().unwrap(), Action::TurnOnTwoStep);
    caller.wait(24);
    let heard = caller.hears().events();
    assert!(!heard.is_empty() && heard.iter().all(|(_, waba)| waba == "102290129340399"), "{heard:?}");
}

#[test]
fn every_body_is_signed_with_the_secret_of_the_app_it_goes_to() {
    let caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let world = caller.simulator.world();
    let deliveries = receive(&caller.simulator).0;
    assert_eq!(deliveries.len(), 2);
    for delivery in deliveries {
        let secret = world.apps[&delivery.app].secret.expose();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&delivery.body);
        let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(delivery.headers["x-hub-signature-256"], expected);
        assert_eq!(delivery.headers["content-type"], "application/json");
    }
}

#[test]
fn overrides_move_nothing_but_messages() {
    let mut caller = Caller::heard();
    let token = caller.business_token();
    let body = json!({ "override_callback_uri": "https://hooks.acorn.example/in", "verify_token": "v" });
    assert_eq!(caller.post(&format!("/{WABA}/subscribed_apps"), &token, body).status, 200);
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    assert_eq!(receive_at(&caller.simulator, "https://hooks.acorn.example/in").0.len(), 0);
}
