//! Headers: a text, an uploaded file, a place, a product.

use serde_json::{Map, Value, json};

use super::{
    super::{media, refusal},
    Context, Part, example, text,
};
use crate::{http::error::Answer, world::Category};

/// Longest text of a header.
const LENGTH: usize = 60;

pub(super) fn check(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    part.only(&["format", "text", "example"])?;
    let format = part.text("format")?.ok_or_else(|| refusal::header(format!("{} has no format", part.place)))?;
    match format.to_ascii_uppercase().as_str() {
        "TEXT" => words(context, part),
        media @ ("IMAGE" | "VIDEO" | "GIF" | "DOCUMENT") => file(context, part, media),
        "LOCATION" => {
            if !matches!(context.category, Category::Utility | Category::Marketing) {
                return Err(refusal::header("a LOCATION header needs category UTILITY or MARKETING".to_owned()));
            }
            part.only(&["format"])?;
            Ok(json!({ "type": "HEADER", "format": "LOCATION" }))
        }
        "PRODUCT" => {
            part.only(&["format"])?;
            Ok(json!({ "type": "HEADER", "format": "PRODUCT" }))
        }
        other => {
            let shown: String = other.chars().take(40).collect();
            Err(refusal::header(format!("there is no header of format {shown}")))
        }
    }
}

fn words(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    let words = part.text("text")?.ok_or_else(|| refusal::header(format!("{} has no text", part.place)))?;
    let found = text::check(context, &text::HEADER, part, words, LENGTH)?;
    let mut header = Map::new();
    header.insert("type".to_owned(), "HEADER".into());
    header.insert("format".to_owned(), "TEXT".into());
    header.insert("text".to_owned(), words.into());
    if let Some(example) = example::header(context.format, part, &found)? {
        header.insert("example".to_owned(), example);
    }
    Ok(Value::Object(header))
}

fn file(context: &Context<'_>, part: &Part<'_>, format: &str) -> Answer<Value> {
    part.only(&["format", "example"])?;
    let handle = part.object("example").ok().and_then(|given| example::one_or_more(given.get("header_handle")));
    let Some([handle]) = handle.as_deref() else {
        return Err(refusal::header(format!("{}: example.header_handle must hold one handle", part.place)));
    };
    media::check_handle(context, format, handle).map_err(refusal::header)?;
    Ok(json!({ "type": "HEADER", "format": format, "example": { "header_handle": [handle] } }))
}
