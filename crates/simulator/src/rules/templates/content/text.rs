//! Texts with parameters: length, order of the parameters, how many there may be.

use super::{
    super::refusal,
    Context, Part,
    placeholders::{self, Placeholders},
};
use crate::{
    http::error::{Answer, GraphError},
    world::ParameterFormat,
};

/// What differs between a header's text and a body's.
pub(super) struct Kind {
    refuse: fn(String) -> Box<GraphError>,
    most_parameters: usize,
    /// Whether start, end and the number of words matter. Meta's own examples have headers that end with a parameter.
    is_prose: bool,
}

pub(super) const BODY: Kind = Kind { refuse: refusal::body, most_parameters: usize::MAX, is_prose: true };
pub(super) const HEADER: Kind = Kind { refuse: refusal::header, most_parameters: 1, is_prose: false };

/// Checks a text and finds its parameters.
pub(super) fn check(
    context: &Context<'_>,
    kind: &Kind,
    part: &Part<'_>,
    text: &str,
    limit: usize,
) -> Answer<Placeholders> {
    check_length(part, "text", text, limit)?;
    let punctuation_counts = !context.knobs.template_edge_ignores_punctuation;
    let found = placeholders::read(text, punctuation_counts).map_err(|malformed| (kind.refuse)(malformed.0))?;
    if found.names.len() > kind.most_parameters {
        return Err((kind.refuse)(format!("at most {} parameter, not {}", kind.most_parameters, found.names.len())));
    }
    match context.format {
        ParameterFormat::Positional => check_numbers(kind, &found)?,
        ParameterFormat::Named => check_names(kind, &found)?,
    }
    if kind.is_prose {
        check_prose(context, &found)?;
    }
    Ok(found)
}

/// In characters.
pub(super) fn check_length(part: &Part<'_>, name: &str, text: &str, limit: usize) -> Answer<()> {
    let has = text.chars().count();
    if has > limit {
        return Err(refusal::too_long(&format!("{}.{name}", part.place), limit, has));
    }
    Ok(())
}

fn check_numbers(kind: &Kind, found: &Placeholders) -> Answer<()> {
    for (place, name) in found.names.iter().enumerate() {
        if *name != (place + 1).to_string() {
            let details = format!(
                "{{{{{name}}}}} stands where {{{{{}}}}} is expected: positional parameters count from 1",
                place + 1
            );
            return Err((kind.refuse)(details));
        }
    }
    Ok(())
}

fn check_names(kind: &Kind, found: &Placeholders) -> Answer<()> {
    match found.names.iter().find(|name| !name.starts_with(|letter: char| letter.is_ascii_lowercase())) {
        None => Ok(()),
        Some(name) => {
            Err((kind.refuse)(format!("{{{{{name}}}}} is no named parameter: they begin with a lower-case letter")))
        }
    }
}

fn check_prose(context: &Context<'_>, found: &Placeholders) -> Answer<()> {
    if found.leads || found.trails {
        let edge = if found.leads { "begins" } else { "ends" };
        return Err(refusal::parameter_at_edge(format!("the body {edge} with a parameter")));
    }
    let per_parameter = usize::try_from(context.knobs.template_words_per_parameter).unwrap_or(usize::MAX);
    let parameters = found.names.len();
    let needed = parameters.saturating_mul(per_parameter).saturating_add(1);
    if per_parameter > 0 && parameters > 0 && found.words < needed {
        let details = format!("{parameters} parameters need at least {needed} words beside them, not {}", found.words);
        return Err(refusal::too_many_parameters(details));
    }
    Ok(())
}
