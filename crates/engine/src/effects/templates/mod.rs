//! The templates of both sides, reduced to what decisions and people need.

mod kind;

use serde_json::Value;
use unmoor_graph_api::calls::ListMessageTemplates;
use unmoor_graph_api::nodes::Template;
use unmoor_graph_api::{Fields, Walk};
use unmoor_migration::observed::{DestinationTemplates, SourceTemplates, TokenKind};
use unmoor_migration::templates::{SourceTemplate, TemplateKey};
use unmoor_migration::{Migration, Success, TemplateId, WabaId};

use super::tokens::business_token;
use super::{Failed, Outside};

/// Everything that the forecast of guide T4 asks for.
const SOURCE_FIELDS: &[&str] = &[
    "id",
    "name",
    "language",
    "status",
    "category",
    "correct_category",
    "quality_score",
    "parameter_format",
    "library_template_name",
    "components",
];

const DESTINATION_FIELDS: &[&str] = &["id", "name", "language", "status", "category", "quality_score"];

/// `GET /<SOURCE>/message_templates`, all pages, with how many the account may hold.
pub(super) async fn list_source(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let walk = list(outside, m, TokenKind::SourceBusiness, waba, SOURCE_FIELDS).await?;
    let listed = walk.items.len();
    let templates = walk.items.into_iter().filter_map(|template| kept(template).transpose());
    let templates = templates.collect::<Result<Vec<_>, _>>()?;
    let nameless = u32::try_from(listed.saturating_sub(templates.len())).unwrap_or(u32::MAX);
    let limit = walk.summary.as_ref().and_then(|summary| summary.get("message_template_limit")).and_then(Value::as_u64);
    let limit = limit.and_then(|limit| u32::try_from(limit).ok());
    Ok(Success::SourceTemplates(SourceTemplates::new(templates, nameless).with_limit(limit)))
}

/// What is kept of a template; `None` where it has no name or language.
fn kept(template: Template) -> Result<Option<SourceTemplate>, Failed> {
    let Some(key) = key(&template) else { return Ok(None) };
    let id = TemplateId::new(template.id.as_str())
        .map_err(|error| Failed::Unknown(format!("the list names a template that has no id: {error}")))?;
    Ok(Some(SourceTemplate {
        key,
        id,
        kind: kind::of(&template),
        status: template.status.map(|status| status.as_str().to_owned()),
        quality: template.quality_score.map(|quality| quality.score.as_str().to_owned()),
        category: template.category.map(|category| category.as_str().to_owned()),
        correct_category: template.correct_category.map(|category| category.as_str().to_owned()),
    }))
}

/// `GET /<DESTINATION>/message_templates`, all pages.
pub(super) async fn list_destination(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let walk = list(outside, m, TokenKind::DestinationBusiness, waba, DESTINATION_FIELDS).await?;
    let statuses = walk.items.iter().filter_map(|template| {
        let status = template.status.as_ref().map_or("", |status| status.as_str());
        key(template).map(|key| (key, status.to_owned()))
    });
    Ok(Success::DestinationTemplates(DestinationTemplates { statuses: statuses.collect() }))
}

fn key(template: &Template) -> Option<TemplateKey> {
    Some(TemplateKey::new(template.name.as_deref()?, template.language.as_deref()?))
}

async fn list(
    outside: &Outside<'_>,
    m: &Migration,
    token: TokenKind,
    waba: &WabaId,
    fields: &'static [&'static str],
) -> Result<Walk<Template>, Failed> {
    let call = ListMessageTemplates {
        token: business_token(outside, m, token).await?,
        waba_id: unmoor_graph_api::WabaId::parse(waba.as_str())?,
        fields: Fields::of(fields),
        with_limit: token == TokenKind::SourceBusiness,
        // Few calls count more here than small answers: the hour has 200 for a WABA without a registered number.
        limit: Some(100),
        after: None,
    };
    outside.graph.walk(waba, &call).await.map_err(|error| Failed::of_walk(error, outside.graph.now()))
}
