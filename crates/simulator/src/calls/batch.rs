//! `POST /?batch=[…]`: up to fifty calls in one (observations: limits.batch, limits.batch_shape).

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::http::{
    error::{Answer, GraphError},
    within_batch,
};

pub(super) const SERVED: &[Served] = &[Served::new("POST", "/", run).takes(&["batch", "include_headers"])];

/// The most calls in a batch.
const MOST: usize = 50;

/// Carries out the calls one after the other; each is entered in the log and counted as if it had come alone.
fn run(call: &mut Call<'_>) -> Answer<Value> {
    let batch = call.params.structure("batch")?.ok_or_else(|| GraphError::missing("batch"))?;
    let wrong =
        || GraphError::invalid_parameter("Param batch must be an array of objects with method and relative_url");
    let parts = batch.as_array().ok_or_else(wrong)?;
    if parts.len() > MOST {
        return Err(GraphError::new(400, 100, "")
            .message(format!("Too many requests in batch message. Maximum batch size is {MOST}")));
    }
    let with_headers = call.params.boolean("include_headers")?.unwrap_or(true);
    let requests: Option<Vec<Request<Bytes>>> = parts.iter().map(|part| request(call, part)).collect();
    if parts.iter().any(|part| part.get("depends_on").is_some() || part.get("attached_files").is_some()) {
        return Err(GraphError::not_simulated(
            "depends_on and attached_files in a batch",
            &["method", "relative_url", "body"],
        ));
    }
    let answers = requests.ok_or_else(wrong)?;
    Ok(answers.iter().map(|request| show(&within_batch(call.state, request), with_headers)).collect())
}

/// One part as the request that it stands for: below the batch's own address, with the batch's token unless it names another.
fn request(call: &Call<'_>, part: &Value) -> Option<Request<Bytes>> {
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let method = Method::from_bytes(text("method")?.as_bytes()).ok()?;
    let path = text("relative_url")?.trim_start_matches('/');
    let body = match part.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(body)) => body,
        Some(_) => return None,
    };
    let address = call.address;
    // A part may name a version of its own; without one it has the batch's.
    let names_version = path.starts_with('v') && crate::http::version::names_one(path);
    let root = if names_version { address.host() } else { address.root() };
    let request = Request::builder()
        .method(method)
        .uri(format!("{root}/{path}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let names_a_token = |text: &str| form_urlencoded::parse(text.as_bytes()).any(|(name, _)| name == "access_token");
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let request = if names_a_token(query) || names_a_token(body) {
        request
    } else {
        request.header(header::AUTHORIZATION, format!("Bearer {}", call.caller.token))
    };
    request.body(Bytes::copy_from_slice(body.as_bytes())).ok()
}

fn show(answer: &http::Response<Bytes>, with_headers: bool) -> Value {
    let mut shown = Map::new();
    shown.insert("code".to_owned(), answer.status().as_u16().into());
    if with_headers {
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some(json!({ "name": name.as_str(), "value": value.to_str().ok()? })));
        shown.insert("headers".to_owned(), headers.collect());
    }
    shown.insert("body".to_owned(), String::from_utf8_lossy(answer.body()).into());
    Value::Object(shown)
}
