//! What a template may consist of (observations: templates.components). Each part of a template has its own file; what is
//! handed back is the same content in the one form that reads show: types in upper case, examples in lists.

mod authentication;
mod buttons;
mod carousel;
mod example;
mod header;
mod keys;
pub(super) mod placeholders;
mod text;

use serde_json::{Map, Value, json};

use self::keys::Part;
use super::{
    super::{Fidelity, Rule},
    refusal,
};
use crate::{
    http::error::Answer,
    ids::Id,
    knobs::Knobs,
    world::{Category, ParameterFormat, World},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/content",
    says: "Header, body, footer, buttons, carousel and the other components: their members, lengths, parameters with their examples, the grouping of buttons, the equal shape of cards, the closed form of authentication templates",
    source: "observations: templates.components, templates.parameters, templates.buttons, templates.carousel, templates.auth_round_trip, templates.errors",
    fidelity: Fidelity::Approximated {
        how: "a language is whatever looks like a code; emojis and markup in headers and footers are let through; members that belong to catalogs, calls and apps are kept without being looked at",
        because: "the sources do not list them",
    },
};

/// Longest text of a body.
const BODY_LENGTH: usize = 1024;
/// Longest text of a footer.
const FOOTER_LENGTH: usize = 60;

/// What content is checked against.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) knobs: &'a Knobs,
    /// The app that calls: handles of uploads are good for it.
    pub(crate) app: Id,
    /// The WABA that gets the template: flows belong to it.
    pub(crate) waba: Id,
    pub(crate) category: Category,
    pub(crate) format: ParameterFormat,
}

/// Checks the components of a template.
///
/// # Errors
/// Meta's number for what is wrong, and what exactly in `error_data.details`.
pub(crate) fn check(context: &Context<'_>, components: &Value) -> Answer<Vec<Value>> {
    let Value::Array(given) = components else {
        return Err(refusal::invalid("components must be a list"));
    };
    let mut checked: Vec<Value> = Vec::with_capacity(given.len());
    for (place, component) in given.iter().enumerate() {
        let part = Part::read(format!("components[{place}]"), component)?;
        if checked.iter().any(|other| other["type"] == part.kind.as_str()) {
            return Err(part.wrong("there may be one component of this type only"));
        }
        checked.push(one(context, &part)?);
    }
    let has = |kind: &str| checked.iter().any(|component| component["type"] == kind);
    if !has("BODY") {
        return Err(refusal::body("a template needs a BODY component".to_owned()));
    }
    if context.category == Category::Authentication && !has("BUTTONS") {
        return Err(refusal::invalid(
            "a template of category AUTHENTICATION needs a BUTTONS component with an OTP button",
        ));
    }
    if has("CAROUSEL") && has("HEADER") {
        return Err(refusal::invalid("a template with a CAROUSEL has its headers in the cards"));
    }
    Ok(checked)
}

fn one(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    if context.category == Category::Authentication {
        return authentication::check(context, part);
    }
    match part.kind.as_str() {
        "HEADER" => header::check(context, part),
        "BODY" => body(context, part),
        "FOOTER" => footer(part),
        "BUTTONS" => buttons::check(context, part),
        "CAROUSEL" => carousel::check(context, part),
        "LIMITED_TIME_OFFER" => limited_time_offer(part),
        "CALL_PERMISSION_REQUEST" => {
            part.only(&[])?;
            Ok(json!({ "type": "CALL_PERMISSION_REQUEST" }))
        }
        other => Err(refusal::invalid(format!("{}: there is no component of type {other}", part.place))),
    }
}

fn body(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    part.only(&["text", "example"])?;
    let text = part.text("text")?.ok_or_else(|| refusal::body(format!("{} has no text", part.place)))?;
    let placeholders = text::check(context, &text::BODY, part, text, BODY_LENGTH)?;
    let mut body = Map::new();
    body.insert("type".to_owned(), "BODY".into());
    body.insert("text".to_owned(), text.into());
    if let Some(example) = example::body(context.format, part, &placeholders)? {
        body.insert("example".to_owned(), example);
    }
    Ok(Value::Object(body))
}

fn footer(part: &Part<'_>) -> Answer<Value> {
    part.only(&["text"])?;
    let text = part.text("text")?.ok_or_else(|| refusal::footer(format!("{} has no text", part.place)))?;
    text::check_length(part, "text", text, FOOTER_LENGTH)?;
    if text.contains("{{") || text.contains("}}") {
        return Err(refusal::footer("a footer has no parameters".to_owned()));
    }
    Ok(json!({ "type": "FOOTER", "text": text }))
}

fn limited_time_offer(part: &Part<'_>) -> Answer<Value> {
    part.only(&["limited_time_offer"])?;
    let offer = part.object("limited_time_offer")?;
    let text = offer.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(text) = text else { return Err(part.wrong("limited_time_offer.text is missing")) };
    let expires = match offer.get("has_expiration") {
        None => true,
        Some(Value::Bool(expires)) => *expires,
        Some(_) => return Err(part.wrong("limited_time_offer.has_expiration must be a boolean")),
    };
    Ok(json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": text, "has_expiration": expires } }))
}
