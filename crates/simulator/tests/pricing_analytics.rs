//! `pricing_analytics`: what may be asked, and how answers are cut and added up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Answer, Caller, NUMBER, PORTFOLIO, WABA, text};
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{Action, SendMessage};

/// A destination with messages of three customers, delivered on the last evening of March and the first morning of April.
fn busy() -> (Caller, String) {
    let mut caller = Caller::with_knobs(&json!({ "template_copy_when": "migrate", "template_copy_delay_s": 0 }));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    for (at, to) in [
        ("2027-03-31T21:10:00Z", "+493023125900"),
        ("2027-03-31T21:20:00Z", "+12125550123"),
        ("2027-03-31T23:59:59Z", "+493023125900"),
        ("2027-04-01T00:00:00Z", "+493023125901"),
    ] {
        caller.now = at.parse().unwrap();
        caller.simulator.advance_to(caller.now);
        let message = SendMessage::template(NUMBER.parse().unwrap(), to, "order_shipped", "de");
        caller.simulator.send_message(&message.delivered_after_s(0)).unwrap();
    }
    caller.now += SignedDuration::from_hours(1);
    caller.simulator.advance_to(caller.now);
    (caller, destination)
}

fn seconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn ask(caller: &mut Caller, waba: &str, arguments: &str) -> Answer {
    let token = caller.business_token();
    let field = format!("pricing_analytics{arguments}");
    let encoded: String = form_urlencoded::byte_serialize(field.as_bytes()).collect();
    caller.get(&format!("/{waba}?fields={encoded}"), &token)
}

fn points(caller: &mut Caller, waba: &str, more: &str) -> Value {
    let (start, end) = (seconds("2027-03-01T00:00:00Z"), seconds("2027-05-01T00:00:00Z"));
    let answer = ask(caller, waba, &format!(".start({start}).end({end}){more}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["pricing_analytics"]["data"][0]["data_points"].clone()
}

/// Start, volume and cost of each point.
fn short(points: &Value) -> Vec<(String, u64, f64)> {
    let at = |point: &Value| jiff::Timestamp::from_second(point["start"].as_i64().unwrap()).unwrap().to_string();
    let points = points.as_array().unwrap().iter();
    points.map(|point| (at(point), point["volume"].as_u64().unwrap(), point["cost"].as_f64().unwrap())).collect()
}

#[test]
fn half_hours_days_and_months_of_utc_begin_where_they_begin() {
    let (mut caller, waba) = busy();
    let expect = |points: Vec<(String, u64, f64)>, expected: &[(&str, u64, f64)]| {
        assert_eq!(points, expected.iter().map(|(at, n, cost)| ((*at).to_owned(), *n, *cost)).collect::<Vec<_>>());
    };
    expect(
        short(&points(&mut caller, &waba, ".granularity(HALF_HOUR)")),
        &[("2027-03-31T21:00:00Z", 2, 0.06), ("2027-03-31T23:30:00Z", 1, 0.03), ("2027-04-01T00:00:00Z", 1, 0.03)],
    );
    expect(
        short(&points(&mut caller, &waba, ".granularity(DAILY)")),
        &[("2027-03-31T00:00:00Z", 3, 0.09), ("2027-04-01T00:00:00Z", 1, 0.03)],
    );
    let months = points(&mut caller, &waba, ".granularity(MONTHLY)");
    expect(short(&months), &[("2027-03-01T00:00:00Z", 3, 0.09), ("2027-04-01T00:00:00Z", 1, 0.03)]);
    assert_eq!(months[0]["end"], seconds("2027-04-01T00:00:00Z"));
}

#[test]
fn the_end_is_not_included() {
    let (mut caller, waba) = busy();
    let (start, end) = (seconds("2027-03-31T21:30:00Z"), seconds("2027-04-01T00:00:00Z"));
    let answer = ask(&mut caller, &waba, &format!(".start({start}).end({end}).granularity(HALF_HOUR)"));
    let points = &answer.body["pricing_analytics"]["data"][0]["data_points"];
    assert_eq!(short(points), [("2027-03-31T23:30:00Z".to_owned(), 1, 0.03)]);
}

#[test]
fn filters_and_dimensions_are_written_as_meta_writes_them() {
    let (mut caller, waba) = busy();
    for countries in ["[\"US\"]", "[US]", "US", " [ US ] ", "[us]"] {
        let found = points(&mut caller, &waba, &format!(".granularity(DAILY).country_codes({countries})"));
        assert_eq!(found[0]["volume"], 1, "{countries}");
    }
    let by_country = points(&mut caller, &waba, ".granularity(MONTHLY).dimensions(COUNTRY,PHONE)");
    assert_eq!(by_country.as_array().unwrap().len(), 3, "{by_country}");
    assert_eq!((&by_country[0]["country"], &by_country[0]["phone_number"]), (&json!("DE"), &json!("493023125001")));
    assert_eq!(points(&mut caller, &waba, ".granularity(DAILY).phone_numbers([])").as_array().unwrap().len(), 2);
    assert_eq!(points(&mut caller, &waba, ".granularity(DAILY).phone_numbers([493023125001])")[0]["volume"], 3);
    assert_eq!(points(&mut caller, &waba, ".granularity(DAILY).phone_numbers([15550783881])"), json!([]));
    assert_eq!(points(&mut caller, &waba, ".granularity(DAILY).pricing_categories([MARKETING])"), json!([]));
    assert_eq!(points(&mut caller, &waba, ".granularity(DAILY).pricing_types([REGULAR])")[0]["volume"], 3);
}

#[test]
fn the_edge_gives_the_same_points_as_the_field() {
    let (mut caller, waba) = busy();
    let token = caller.business_token();
    let (start, end) = (seconds("2027-03-01T00:00:00Z"), seconds("2027-05-01T00:00:00Z"));
    let path =
        format!("/{waba}/pricing_analytics?start={start}&end={end}&granularity=DAILY&dimensions=%5B%22COUNTRY%22%5D");
    let edge = caller.get(&path, &token).body["data"][0]["data_points"].clone();
    assert_eq!(edge, points(&mut caller, &waba, ".granularity(DAILY).dimensions([\"COUNTRY\"])"));
    assert_eq!(edge.as_array().unwrap().len(), 3);
}

#[test]
fn where_a_partner_pays_there_is_no_cost() {
    let mut caller = Caller::usual("");
    let message = SendMessage::template(NUMBER.parse().unwrap(), "+493023125900", "order_shipped", "de");
    caller.simulator.send_message(&message.delivered_after_s(0)).unwrap();
    caller.wait(1);
    let (start, end) = (caller.now.as_second() - 86_400, caller.now.as_second() + 86_400);
    let base = format!(".start({start}).end({end}).granularity(DAILY)");
    for metrics in ["", ".metric_types([])", ".metric_types([VOLUME])", ".metric_types([COST,VOLUME])"] {
        let answer = ask(&mut caller, WABA, &format!("{base}{metrics}"));
        let point = &answer.body["pricing_analytics"]["data"][0]["data_points"][0];
        assert_eq!((&point["volume"], point.get("cost")), (&json!(1), None), "{metrics}");
    }
    let refused = ask(&mut caller, WABA, &format!("{base}.metric_types([COST])"));
    assert_eq!((refused.status, refused.codes().0), (400, 100));
    assert!(text(&refused.body["error"]["message"]).contains("Cost not available"));
}

#[test]
fn the_metrics_asked_for_are_those_shown() {
    let (mut caller, waba) = busy();
    let cost = points(&mut caller, &waba, ".granularity(MONTHLY).metric_types([COST])");
    assert_eq!((cost[0].get("volume"), &cost[0]["cost"]), (None, &json!(0.09)));
    caller.simulator.person(PORTFOLIO.parse().unwrap(), Action::DeclinePaymentMethod);
    let declined = points(&mut caller, &waba, ".granularity(MONTHLY)");
    assert_eq!(declined[0]["cost"], 0.09, "what was charged stays charged");
}

#[test]
fn only_numbers_that_the_waba_lists_now_are_in_the_answer() {
    for (knob, listed) in [("MIGRATED", 1), ("absent", 0)] {
        let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": knob }));
        let message = SendMessage::template(NUMBER.parse().unwrap(), "+493023125900", "order_shipped", "de");
        caller.simulator.send_message(&message.delivered_after_s(0)).unwrap();
        let (_, phone) = caller.moved();
        caller.register(&phone);
        let found = points(&mut caller, WABA, ".granularity(DAILY)");
        assert_eq!(found.as_array().unwrap().len(), listed, "{knob}");
    }
}

#[test]
fn a_question_that_is_none_is_refused() {
    let mut caller = Caller::usual("");
    for (arguments, status) in [
        ("", 400),
        (".start(1).end(2)", 400),
        (".start(1).granularity(DAILY)", 400),
        (".start(x).end(2).granularity(DAILY)", 400),
        (".start(2).end(1).granularity(DAILY)", 400),
        (".start(-99999999999999999).end(1).granularity(DAILY)", 400),
        (".start(1).end(2).granularity(DAY)", 400),
        (".start(1).end(2).granularity(DAILY).dimensions([COLOUR])", 400),
        (".start(1).end(2).granularity(DAILY).metric_types([PRICE])", 400),
        (".start(1).end(2).granularity(DAILY).pricing_types(FREE)", 400),
        (".start(1).end(2).granularity(DAILY", 400),
        (".start(1).end(2).granularity(DAILY).colour(RED)", 501),
    ] {
        let answer = ask(&mut caller, WABA, arguments);
        assert_eq!(answer.status, status, "{arguments}: {}", answer.body);
    }
    let (app_token, path) = (caller.app_token(), format!("/{WABA}/pricing_analytics?start=1&end=2&granularity=DAILY"));
    assert_eq!(caller.get(&path, &app_token).status, 403);
}
