//! Carousels: two to ten cards of one shape (observations: templates.carousel).

use serde_json::{Value, json};

use super::{Context, Part, body, buttons, header};
use crate::http::error::Answer;

const FEWEST: usize = 2;
const MOST: usize = 10;

pub(super) fn check(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    part.only(&["cards"])?;
    let given = part.list("cards")?;
    if !(FEWEST..=MOST).contains(&given.len()) {
        return Err(part.wrong(&format!("{FEWEST} to {MOST} cards, not {}", given.len())));
    }
    let mut cards: Vec<Value> = Vec::with_capacity(given.len());
    for (place, card) in given.iter().enumerate() {
        let card = one(context, part, &format!("{}.cards[{place}]", part.place), card)?;
        if cards.first().is_some_and(|first| shape(first) != shape(&card)) {
            return Err(part.wrong(&format!("card {place} has other components or buttons than the first one")));
        }
        cards.push(card);
    }
    Ok(json!({ "type": "CAROUSEL", "cards": cards }))
}

fn one(context: &Context<'_>, carousel: &Part<'_>, place: &str, card: &Value) -> Answer<Value> {
    let Some(Value::Array(given)) = card.get("components") else {
        return Err(carousel.wrong(&format!("{place}.components must be a list")));
    };
    let mut components: Vec<Value> = Vec::with_capacity(given.len());
    for (at, component) in given.iter().enumerate() {
        let part = Part::read(format!("{place}.components[{at}]"), component)?;
        if components.iter().any(|other| other["type"] == part.kind.as_str()) {
            return Err(part.wrong("there may be one component of this type only"));
        }
        components.push(match part.kind.as_str() {
            "HEADER" => header::check(context, &part)?,
            "BODY" => body(context, &part)?,
            "BUTTONS" => buttons::check(context, &part)?,
            other => return Err(carousel.wrong(&format!("{place}: a card has no component of type {other}"))),
        });
    }
    let of = |kind: &str| components.iter().find(|component| component["type"] == kind);
    let format = of("HEADER").and_then(|header| header["format"].as_str());
    if !matches!(format, Some("IMAGE" | "VIDEO" | "PRODUCT")) {
        return Err(carousel.wrong(&format!("{place}: a card needs a HEADER of format IMAGE, VIDEO or PRODUCT")));
    }
    if of("BUTTONS").is_none() {
        return Err(carousel.wrong(&format!("{place}: a card needs BUTTONS")));
    }
    Ok(json!({ "components": components }))
}

/// What has to be equal in all cards: which components there are, of which format, with which buttons.
fn shape(card: &Value) -> Vec<(Value, Value, Vec<Value>)> {
    let components = card["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut shape: Vec<_> = components
        .iter()
        .map(|component| {
            let buttons = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
            let kinds = buttons.iter().map(|button| button["type"].clone()).collect();
            (component["type"].clone(), component["format"].clone(), kinds)
        })
        .collect();
    shape.sort_by_key(|(kind, _, _)| kind.to_string());
    shape
}
