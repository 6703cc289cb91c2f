//! How often templates were used (observations: billing.template_analytics).

use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::SendMessage;

use super::{Answer, Caller, WABA, assert_invalid, common::NUMBER, text};

const SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[customers.acorn]
insights = true
numbers = ["+12125550142"]
templates = [
    { name = "order_shipped", language = "en_US", sent_per_day = 40 },
    { name = "spring_offer", language = "en_US", sent_per_day = 1 },
    { name = "never_sent", language = "en_US" },
]
"#;

fn american(scenario: &str) -> Caller {
    Caller::new(super::common::CUSTOMERS, scenario)
}

fn ids(caller: &mut Caller) -> Vec<String> {
    let token = caller.business_token();
    let list = caller.get(&format!("/{WABA}/message_templates?fields=name"), &token).body;
    list["data"].as_array().unwrap().iter().map(|template| text(&template["id"])).collect()
}

fn ask(caller: &mut Caller, days: i64, ids: &[String], more: &str) -> Answer {
    let token = caller.business_token();
    let end = caller.now.as_second();
    let start = end - days * 86_400;
    let ids = ids.join(",");
    let path = format!("/{WABA}/template_analytics?start={start}&end={end}&template_ids=[{ids}]{more}");
    caller.get(&path, &token)
}

fn sum(answer: &Answer, id: &str, metric: &str) -> u64 {
    let points = answer.body["data"][0]["data_points"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    let of_it = points.iter().filter(|point| point["template_id"] == *id);
    of_it.map(|point| point[metric].as_u64().unwrap()).sum()
}

#[test]
fn what_was_sent_before_and_since_is_counted_by_day() {
    let mut caller = american(SCENARIO);
    let ids = ids(&mut caller);
    let answer = ask(&mut caller, 10, &ids, "&granularity=DAILY&metric_types=[\"SENT\"]".replace('"', "%22").as_str());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(ids.iter().map(|id| sum(&answer, id, "sent")).collect::<Vec<_>>(), [400, 10, 0]);
    let first = &answer.body["data"][0]["data_points"][0];
    assert_eq!(first["end"].as_i64().unwrap() - first["start"].as_i64().unwrap(), 86_400);
    assert!(first.get("delivered").is_none(), "only what was asked for: {first}");
}

#[test]
fn messages_of_this_world_are_counted_when_they_are_sent_and_when_they_arrive() {
    let mut caller = Caller::with_knobs(&json!({ "template_copy_when": "migrate", "template_copy_delay_s": 0 }));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    let message = SendMessage::template(NUMBER.parse().unwrap(), "+12125550123", "order_shipped", "de");
    caller.simulator.send_message(&message.clone().delivered_after_s(5)).unwrap();
    caller.simulator.send_message(&message.never_delivered()).unwrap();
    caller.now += SignedDuration::from_secs(60);
    caller.simulator.advance_to(caller.now);
    let mut world = caller.simulator.world();
    let waba = world.wabas.get_mut(&destination.parse().unwrap()).unwrap();
    (waba.settings.is_enabled_for_insights, waba.country) = (true, "US".to_owned());
    let id = waba.templates.iter().find(|template| template.language == "de").unwrap().id.to_string();
    caller.simulator.set_world(world);
    let token = caller.business_token();
    let (start, end) = (caller.now.as_second() - 3_600, caller.now.as_second());
    let query = format!("start={start}&end={end}&granularity=daily&template_ids={id}");
    let answer = caller.get(&format!("/{destination}/template_analytics?{query}"), &token);
    assert_eq!((sum(&answer, &id, "sent"), sum(&answer, &id, "delivered")), (2, 1), "{}", answer.body);
}

#[test]
fn without_insights_and_in_europe_there_is_nothing_to_read() {
    let mut caller = american(&SCENARIO.replace("insights = true", "insights = false"));
    let some = ids(&mut caller);
    assert_invalid(&ask(&mut caller, 10, &some, "&granularity=DAILY"), "insights are not enabled");
    let mut caller = american(&SCENARIO.replace("+12125550142", "+493023125001"));
    let some = ids(&mut caller);
    assert_invalid(&ask(&mut caller, 10, &some, "&granularity=DAILY"), "not available for businesses in the EU");
}

#[test]
fn ten_templates_and_ninety_days_are_the_most() {
    let templates: Vec<String> = (0..11).map(|nth| format!("{{ name = \"offer_{nth}\" }}")).collect();
    let scenario = format!(
        "[customers.acorn]\ninsights = true\nnumbers = [\"+12125550142\"]\ntemplates = [{}]",
        templates.join(", ")
    );
    let mut caller = american(&scenario);
    let ids = ids(&mut caller);
    assert_eq!(ask(&mut caller, 90, &ids[..10], "&granularity=DAILY").status, 200);
    assert_invalid(&ask(&mut caller, 90, &ids, "&granularity=DAILY"), "one to ten");
    assert_invalid(&ask(&mut caller, 90, &[], "&granularity=DAILY"), "one to ten");
    assert_invalid(&ask(&mut caller, 92, &ids[..1], "&granularity=DAILY"), "90 days");
    assert_invalid(&ask(&mut caller, 90, &ids[..1], "&granularity=HALF_HOUR"), "DAILY");
    let stranger = ask(&mut caller, 90, &["999".to_owned()], "&granularity=DAILY");
    assert_eq!(stranger.codes(), (100, Some(33)), "{}", stranger.body);
    let clicks = ask(&mut caller, 90, &ids[..1], "&granularity=DAILY&metric_types=CLICKED");
    assert_eq!(clicks.status, 501, "{}", clicks.body);
}

/// guide: T2, T3
#[test]
fn a_copy_whose_category_is_disputed_falls_at_the_recheck() {
    let disputed = "{ name = \"order_shipped\", language = \"de\", correct_category = \"MARKETING\" },";
    let scenario = super::common::SCENARIO.replace("{ name = \"order_shipped\", language = \"de\" },", disputed);
    let mut caller = Caller::new(super::common::CUSTOMERS, &scenario);
    caller.set_knobs(&json!({ "template_reject_rate": 0.0 }));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    caller.wait(3);
    let token = caller.business_token();
    let fields = "fields=language,status,rejected_reason";
    let list = caller.get(&format!("/{destination}/message_templates?{fields}"), &token).body;
    let mut found: Vec<(String, Value, Value)> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["language"]), one["status"].clone(), one["rejected_reason"].clone()))
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("de", "REJECTED", "INCORRECT_CATEGORY"), ("en_US", "APPROVED", "NONE")];
    assert_eq!(found, expected.map(|(language, status, reason)| (language.to_owned(), json!(status), json!(reason))));
}
