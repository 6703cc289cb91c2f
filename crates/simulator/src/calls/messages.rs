//! `POST /<PHONE>/messages`: send a message through a number, or mark one as read (observations: messages.send).

use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::error::{Answer, GraphError},
    phone::Digits,
    rules::{
        message_pace,
        send_message::{self, Body, Course, Outgoing},
    },
    world::{Scope, wamid},
};

pub(super) const SERVED: &[Served] = &[Served::new("POST", "/<PHONE>/messages", send).takes(&[
    "messaging_product",
    "recipient_type",
    "to",
    "type",
    "template",
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "reaction",
    "context",
    "biz_opaque_callback_data",
    "status",
    "message_id",
    "typing_indicator",
])];

/// What can be sent besides a template: each has an object of its own name.
const FREE_FORM: [&str; 10] =
    ["text", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive", "reaction"];
/// The longest text, in characters.
const LONGEST_TEXT: usize = 4096;

fn send(call: &mut Call<'_>) -> Answer<Value> {
    let phone = call.id()?;
    let (waba, number) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessMessaging])?;
    if call.params.required("messaging_product")? != "whatsapp" {
        return Err(GraphError::new(400, 100, "Param messaging_product must be one of {WHATSAPP}"));
    }
    if call.params.text("status")?.is_some() {
        return mark_as_read(call);
    }
    let to = recipient(call)?;
    let body = body(call)?;
    let is_template = matches!(body, Body::Template { .. });
    let callback_data = call.params.text("biz_opaque_callback_data")?;
    let Recipient { input, wa_id } = to;
    message_pace::count(call.state, waba, phone, Digits::from(&number), wa_id)?;
    let outgoing = Outgoing { waba, number, to: wa_id, body, callback_data, course: Course::Usual, is_traffic: false };
    let id = send_message::send(call.state, call.cause, outgoing)?;
    let mut message = json!({ "id": wamid(id, wa_id, false) });
    if let (true, Value::Object(message)) = (is_template, &mut message) {
        message.insert("message_status".to_owned(), "accepted".into());
    }
    Ok(json!({
        "messaging_product": "whatsapp",
        "contacts": [{ "input": input, "wa_id": wa_id.to_string() }],
        "messages": [message],
    }))
}

/// `{"status":"read","message_id":…}`: the customer sees that its message was read. Nothing here depends on it.
fn mark_as_read(call: &Call<'_>) -> Answer<Value> {
    let status = call.params.required("status")?;
    if status != "read" {
        return Err(invalid(format!("status must be read, not {status}")));
    }
    if !call.params.required("message_id")?.starts_with("wamid.") {
        return Err(invalid("message_id is the id of a message from a customer"));
    }
    Ok(json!({ "success": true }))
}

struct Recipient {
    /// As it was written.
    input: String,
    wa_id: Digits,
}

fn recipient(call: &Call<'_>) -> Answer<Recipient> {
    match call.params.text("recipient_type")?.as_deref() {
        None | Some("individual") => {}
        Some(other) => return Err(GraphError::not_simulated(&format!("recipient_type {other}"), &["individual"])),
    }
    let input = call.params.required("to")?;
    let wa_id = Digits::read(&input).ok_or_else(|| invalid("to is the WhatsApp number of a customer"))?;
    Ok(Recipient { input, wa_id })
}

fn body(call: &Call<'_>) -> Answer<Body> {
    let kind = call.params.text("type")?.unwrap_or_else(|| "text".to_owned());
    if kind == "template" {
        return template(&required_object(call, "template")?);
    }
    if !FREE_FORM.contains(&kind.as_str()) {
        return Err(invalid(format!("type must be template or one of {}", FREE_FORM.join(", "))));
    }
    if kind == "contacts" {
        let contacts = call.params.structure("contacts")?.ok_or_else(|| missing("contacts"))?;
        if contacts.as_array().is_none_or(Vec::is_empty) {
            return Err(invalid("contacts is a list of at least one contact"));
        }
        return Ok(Body::FreeForm(kind));
    }
    let object = required_object(call, &kind)?;
    if kind == "text" {
        let text = object.get("body").and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            return Err(missing("text.body"));
        }
        if text.chars().count() > LONGEST_TEXT {
            return Err(invalid(format!("text.body must be at most {LONGEST_TEXT} characters long")));
        }
    }
    Ok(Body::FreeForm(kind))
}

fn template(template: &Value) -> Answer<Body> {
    let text = |pointer: &str| template.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("/name").ok_or_else(|| missing("template.name"))?.to_owned();
    let language = text("/language/code").ok_or_else(|| missing("template.language.code"))?.to_owned();
    Ok(Body::Template { name, language, body_parameters: Some(body_parameters(template)?) })
}

/// How many parameters the request gives to the body.
fn body_parameters(template: &Value) -> Answer<usize> {
    let components = match template.get("components") {
        None | Some(Value::Null) => return Ok(0),
        Some(Value::Array(components)) => components,
        Some(_) => return Err(invalid("template.components is a list")),
    };
    let is_body = |component: &&Value| {
        component.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("body"))
    };
    let parameters = components.iter().find(is_body).and_then(|body| body.get("parameters"));
    match parameters {
        None => Ok(0),
        Some(Value::Array(parameters)) => Ok(parameters.len()),
        Some(_) => Err(invalid("the parameters of a component are a list")),
    }
}

fn required_object(call: &Call<'_>, name: &str) -> Answer<Value> {
    let given = call.params.structure(name)?.ok_or_else(|| missing(name))?;
    if given.is_object() { Ok(given) } else { Err(invalid(format!("{name} is an object"))) }
}

fn missing(name: &str) -> Box<GraphError> {
    GraphError::new(400, 131_008, "Required parameter is missing").details(format!("Parameter {name} is mandatory"))
}

fn invalid(details: impl Into<String>) -> Box<GraphError> {
    GraphError::new(400, 131_009, "Parameter value is not valid").details(details)
}
