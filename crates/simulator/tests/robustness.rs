//! No input makes it panic, and every answer is one of Meta's or says that it is not simulated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::Caller;
use http::Request;
use proptest::prelude::*;
use unmoor_simulator::{Reply, Simulator, control, load};

fn send(
    caller: &Caller,
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Option<(u16, serde_json::Value)> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(body)).ok()?;
    let Reply::Answer(answer) = caller.simulator.exchange(caller.now, &request).reply else { return None };
    let body = serde_json::from_slice(answer.body()).expect("every answer is JSON");
    Some((answer.status().as_u16(), body))
}

#[test]
fn malformed_bodies_are_refused() {
    let caller = Caller::usual("");
    let token = format!("Bearer {}", caller.business_token());
    let edges = ["set_solution_migration_intent", "phone_numbers", "subscribed_apps", "register"];
    let huge = vec![b'x'; 2 * 1024 * 1024];
    let bodies: [&[u8]; 9] = [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"{\"app_id\":{}}",
        b"{\"pin\":[],\"cc\":null}",
        b"{\"app_id\":1e400}",
        b"{\"migrate_phone_number\":\"perhaps\"}",
        &huge,
    ];
    let deep = [b"[".repeat(100_000), b"{\"a\":".repeat(100_000)].concat();
    for edge in edges {
        for body in bodies.iter().copied().chain([deep.as_slice()]) {
            for kind in ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"] {
                let headers = [("authorization", token.as_str()), ("content-type", kind)];
                let (status, answer) =
                    send(&caller, "POST", &format!("http://h/v25.0/{}/{edge}", common::WABA), &headers, body.to_vec())
                        .unwrap();
                let harmless = edge == "subscribed_apps" && status == 200;
                assert!(
                    harmless || (status >= 400 && answer["error"]["code"].is_i64()),
                    "{edge} {kind} {status} {answer}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_is_answered(
        method in "GET|POST|DELETE|PUT|OPTIONS|[A-Z]{1,8}",
        path in "(/v25\\.0|/v[0-9]{1,30}\\.[0-9]{1,30}|)(/[a-zA-Z0-9_.%-]{0,30}){0,4}",
        query in "([a-z_]{1,12}=[a-zA-Z0-9{},%_]{0,20}&?){0,4}",
        token in prop_oneof![Just("known".to_owned()), "[!-~]{0,40}"],
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let caller = Caller::usual("");
        let token = if token == "known" { caller.business_token() } else { token };
        let header = format!("Bearer {token}");
        let _ = send(&caller, &method, &format!("http://h{path}?{query}"), &[("authorization", &header)], body);
    }

    #[test]
    fn any_parameters_of_a_known_call_are_answered(
        edge in "(phone_numbers|message_templates|subscribed_apps|set_solution_migration_intent|system_user_access_tokens|register|client_whatsapp_business_accounts|)",
        method in "GET|POST|DELETE",
        name in "(fields|limit|after|before|cc|phone_number|filtering|status|pin|app_id|input_token|appsecret_proof|sort)",
        value in "\\PC{0,40}",
        on in 0..4_usize,
    ) {
        let caller = Caller::usual("");
        let portfolio = caller.credentials.portfolio_id.to_string();
        let phone = caller.credentials.customers[0].phone_number_ids[0].to_string();
        let node = [common::WABA, common::PORTFOLIO, &portfolio, &phone][on];
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let uri = format!("http://h/v25.0/{node}/{edge}?{name}={encoded}");
        for token in [caller.business_token(), caller.system_token(), caller.app_token()] {
            let header = format!("Bearer {token}");
            let answer = send(&caller, &method, &uri, &[("authorization", &header)], Vec::new());
            if let Some((status, body)) = answer {
                prop_assert!(status < 400 || body["error"]["message"].is_string(), "{}", body);
            }
        }
    }

    #[test]
    fn any_file_loads_or_is_refused_with_a_line(customers in "\\PC{0,200}(\n\\PC{0,80}){0,4}", scenario in "\\PC{0,200}") {
        if let Err(error) = load::load(&customers, &scenario, 1) {
            prop_assert!(error.line >= 1);
        }
    }

    #[test]
    fn any_control_call_is_answered(
        method in "GET|POST|PUT|DELETE",
        path in "/_sim(/(world|reset|ledger|requests|clock|credentials|knobs|faults|people|mails|messages|[a-z]{0,5}))?(/[0-9a-z]{0,20})?",
        body in "\\PC{0,80}",
    ) {
        let caller = Caller::usual("");
        let request = Request::builder().method(method.as_str()).uri(path.as_str()).body(Bytes::from(body)).unwrap();
        let (answer, _) = control(&caller.simulator, 1.0, &request);
        prop_assert!(serde_json::from_slice::<serde_json::Value>(answer.body()).is_ok());
    }
}

#[test]
fn a_world_of_nonsense_relations_still_answers() {
    let caller = Caller::usual("");
    let mut world = caller.simulator.world();
    world.apps.clear();
    world.portfolios.clear();
    world.solutions.clear();
    world.people.clear();
    let simulator = Simulator::new(world, unmoor_simulator::Knobs::default(), caller.now, 1);
    let caller = Caller { credentials: simulator.credentials(), now: caller.now, simulator };
    let token = format!("Bearer {}", caller.business_token());
    for path in ["", "/phone_numbers", "/subscribed_apps", "?fields=health_status,owner_business_info"] {
        let uri = format!("http://h/v25.0/{}{path}", common::WABA);
        let (status, _) = send(&caller, "GET", &uri, &[("authorization", &token)], Vec::new()).unwrap();
        assert_eq!(status, 200, "{path}");
    }
}
