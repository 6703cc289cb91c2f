//! Guide T7 to T9: quality does not come along, is UNKNOWN for 24 hours, and is made anew of enough messages.

use serde_json::{Value, json};

use unmoor_simulator::SendMessage;

use super::{Caller, common::NUMBER, text};

/// A registered customer whose templates were copied.
fn copied(knobs: &Value) -> (Caller, String) {
    let mut caller = Caller::with_knobs(knobs);
    caller.set_knobs(&json!({ "template_reject_rate": 0.0 }));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    caller.wait(1);
    (caller, destination)
}

fn scores(caller: &mut Caller, destination: &str) -> Vec<(String, String)> {
    let token = caller.business_token();
    let list = caller.get(&format!("/{destination}/message_templates?fields=language,quality_score"), &token).body;
    let templates = list["data"].as_array().unwrap();
    templates.iter().map(|one| (text(&one["language"]), text(&one["quality_score"]["score"]))).collect()
}

/// So many delivered messages with the copy in one language, as messages count them.
fn delivered(caller: &Caller, destination: &str, language: &str, messages: u32) {
    let mut world = caller.simulator.world();
    let waba = &world.wabas[&destination.parse().unwrap()];
    let id = waba.templates.iter().find(|template| template.language == language).unwrap().id;
    world.messaging.template_traffic.insert(id, messages);
    caller.simulator.set_world(world);
}

/// guide: T9
#[test]
fn created_and_migrated_templates_are_rated_after_24_hours_as_well() {
    let mut caller = Caller::with_knobs(&json!({ "template_reject_rate": 0.0, "template_copy_delay_s": 864_000 }));
    let destination = caller.subscribed();
    let token = caller.business_token();
    let edge = format!("/{destination}/message_templates");
    let body = json!({
        "name": "created_here", "language": "fr", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Created and not copied." }],
    });
    assert_eq!(caller.post(&edge, &token, body).status, 200);
    let all = json!({ "source_waba_id": super::WABA });
    assert_eq!(caller.post(&format!("/{destination}/migrate_message_templates"), &token, all).status, 200);
    caller.wait(1);
    for language in ["fr", "de"] {
        delivered(&caller, &destination, language, 100);
    }
    caller.wait(24);
    let rated: Vec<(String, String)> =
        scores(&mut caller, &destination).into_iter().filter(|(language, _)| language != "en_US").collect();
    let green = |language: &str| (language.to_owned(), "GREEN".to_owned());
    assert_eq!(rated, [green("de"), green("fr")]);
}

/// guide: T7, T8, T9
#[test]
fn guide_t8_and_t9_a_copy_is_rated_after_24_hours_if_there_are_enough_data() {
    let (mut caller, destination) = copied(&json!({}));
    delivered(&caller, &destination, "de", 100);
    delivered(&caller, &destination, "en_US", 99);
    caller.wait(22);
    let unknown = |language: &str| (language.to_owned(), "UNKNOWN".to_owned());
    assert_eq!(scores(&mut caller, &destination), [unknown("de"), unknown("en_US")]);
    caller.wait(2);
    assert_eq!(scores(&mut caller, &destination), [("de".to_owned(), "GREEN".to_owned()), unknown("en_US")]);
    assert_eq!(caller.entries("template.rated").len(), 1);
}

/// guide: T9
#[test]
fn guide_t9_a_message_within_the_first_24_hours_rates_nothing_however_many_there_were() {
    let (mut caller, destination) = copied(&json!({ "template_rating_messages": 1 }));
    let send = |caller: &mut Caller| {
        let message = SendMessage::template(NUMBER.parse().unwrap(), "+493023125900", "order_shipped", "de");
        caller.simulator.send_message(&message.delivered_after_s(5)).unwrap();
        caller.wait(1);
    };
    send(&mut caller);
    assert_eq!(caller.entries("message.charged").len(), 1, "it was delivered");
    assert_eq!(scores(&mut caller, &destination)[0].1, "UNKNOWN");
    caller.wait(24);
    send(&mut caller);
    assert_eq!(scores(&mut caller, &destination)[0].1, "GREEN");
}

#[test]
fn the_rating_and_how_much_is_enough_are_knobs() {
    let (mut caller, destination) = copied(&json!({ "template_rating": "RED", "template_rating_messages": 1 }));
    delivered(&caller, &destination, "de", 1);
    caller.wait(24);
    assert_eq!(scores(&mut caller, &destination)[0].1, "RED");
    let (mut caller, destination) = copied(&json!({ "template_rating": "UNKNOWN" }));
    delivered(&caller, &destination, "de", 1000);
    caller.wait(24);
    assert_eq!(scores(&mut caller, &destination)[0].1, "UNKNOWN");
}
