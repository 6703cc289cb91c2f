//! `GET /<WABA>/message_templates`: filters and pages (observations: templates.fields, templates.filters, errors.131059).

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Call,
    node::{TEMPLATE, show},
    summary::Summary,
};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::Selection,
        paging::{Page, StaleCursor},
        params::Params,
    },
    world::Template,
};

pub(super) fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &TEMPLATE)?;
    let page = Page::read(&call.params)?;
    let filter = Filter::read(&call.params)?;
    let summary = Summary::read(call)?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let admitted: Vec<&Template> = waba.templates.iter().filter(|template| filter.admits(template)).collect();
    let mut answer = page.cut(
        &admitted,
        |template| template.id.to_string(),
        |template| selection.show(|field| show(call, waba, template, field)),
        &call.address.page_address(),
        &StaleCursor::Restart,
    )?;
    if let (Some(summary), Value::Object(answer)) = (summary, &mut answer) {
        answer.insert("summary".to_owned(), summary.of(call.state, waba));
    }
    Ok(answer)
}

/// What a caller wants to see. Words are compared in upper case.
struct Filter {
    name: Option<String>,
    content: Option<String>,
    name_or_content: Option<String>,
    status: Option<Vec<String>>,
    category: Option<Vec<String>>,
    quality_score: Option<Vec<String>>,
    language: Option<Vec<String>>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Nothing here is made by Meta of itself.
    wants_manual: bool,
}

const STATUSES: &[&str] = &[
    "APPROVED",
    "ARCHIVED",
    "DELETED",
    "DISABLED",
    "IN_APPEAL",
    "LIMIT_EXCEEDED",
    "PAUSED",
    "PENDING",
    "PENDING_DELETION",
    "REJECTED",
];
const CATEGORIES: &[&str] = &["AUTHENTICATION", "MARKETING", "UTILITY"];
const SCORES: &[&str] = &["GREEN", "RED", "UNKNOWN", "YELLOW"];
const SOURCES: &[&str] = &["AUTO_GENERATED", "MANUAL"];

impl Filter {
    fn read(params: &Params) -> Answer<Self> {
        let lower = |name| -> Answer<Option<String>> { Ok(params.text(name)?.map(|text| text.to_lowercase())) };
        let sources = words(params, "source", SOURCES)?;
        Ok(Self {
            name: params.text("name")?,
            content: lower("content")?,
            name_or_content: lower("name_or_content")?,
            status: words(params, "status", STATUSES)?,
            category: words(params, "category", CATEGORIES)?,
            quality_score: words(params, "quality_score", SCORES)?,
            language: params.list("language")?,
            since: instant(params, "since")?,
            until: instant(params, "until")?,
            wants_manual: sources.is_none_or(|sources| sources.iter().any(|source| source == "MANUAL")),
        })
    }

    fn admits(&self, template: &Template) -> bool {
        let among = |wanted: &Option<Vec<String>>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|word| word.eq_ignore_ascii_case(value)))
        };
        self.wants_manual
            && self.name.as_ref().is_none_or(|name| *name == template.name)
            && self.content.as_ref().is_none_or(|text| has_text(template, text))
            && self
                .name_or_content
                .as_ref()
                .is_none_or(|text| template.name.contains(text.as_str()) || has_text(template, text))
            && among(&self.status, template.status.as_str())
            && among(&self.category, template.category.as_str())
            && among(&self.quality_score, template.quality.as_str())
            && among(&self.language, &template.language)
            && self.since.is_none_or(|since| since <= template.created_at)
            && self.until.is_none_or(|until| template.created_at <= until)
    }
}

fn has_text(template: &Template, text: &str) -> bool {
    ["HEADER", "BODY", "FOOTER"]
        .into_iter()
        .filter_map(|kind| template.components.text_of(kind))
        .any(|words| words.to_lowercase().contains(text))
}

/// Words of a closed list: an unknown one would silently find nothing.
fn words(params: &Params, name: &str, known: &[&str]) -> Answer<Option<Vec<String>>> {
    let Some(given) = params.list(name)? else { return Ok(None) };
    match given.iter().find(|word| !known.contains(&word.as_str())) {
        None => Ok(Some(given)),
        Some(_) => Err(GraphError::new(400, 100, &format!("Param {name} must be one of {{{}}}", known.join(", ")))),
    }
}

/// Seconds since 1970, or an instant in ISO 8601.
fn instant(params: &Params, name: &str) -> Answer<Option<Timestamp>> {
    let Some(text) = params.text(name)? else { return Ok(None) };
    let seconds = text.parse().ok().and_then(|seconds: i64| Timestamp::from_second(seconds).ok());
    let found = seconds.or_else(|| text.parse().ok());
    found.map(Some).ok_or_else(|| GraphError::new(400, 100, &format!("Param {name} must be a time")))
}
