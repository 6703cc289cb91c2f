//! The templates of both sides, reduced to what decisions and people need.

pub(super) mod copy;
pub(super) mod create;
pub(super) mod flows;
mod kind;
pub(super) mod samples;

use serde_json::Value;
use unmoor_graph_api::calls::ListMessageTemplates;
use unmoor_graph_api::nodes::Template;
use unmoor_graph_api::recreation::needs;
use unmoor_graph_api::{Fields, Walk};
use unmoor_migration::observed::{DestinationTemplates, SourceTemplates, TokenKind};
use unmoor_migration::templates::{SourceTemplate, TemplateKey};
use unmoor_migration::{Cause, Migration, Success, TemplateId, WabaId};

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
    "sub_category",
    "message_send_ttl_seconds",
    "cta_url_link_tracking_opted_out",
];

const DESTINATION_FIELDS: &[&str] =
    &["id", "name", "language", "status", "category", "quality_score", "rejected_reason"];

/// `GET /<SOURCE>/message_templates`, all pages, with how many the account may hold.
pub(super) async fn list_source(
    outside: &Outside<'_>,
    m: &Migration,
    waba: &WabaId,
    keep_contents: bool,
) -> Result<Success, Failed> {
    let walk = list(outside, m, TokenKind::SourceBusiness, waba, SOURCE_FIELDS).await?;
    let listed = walk.items.len();
    if keep_contents {
        let contents = walk.items.iter().filter_map(|template| Some((key(template)?, template.content())));
        outside.documents.keep_templates(m.id(), contents).await?;
    }
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
        needs: by_hand(&template),
        status: template.status.map(|status| status.as_str().to_owned()),
        quality: template.quality_score.map(|quality| quality.score.as_str().to_owned()),
        category: template.category.map(|category| category.as_str().to_owned()),
        correct_category: template.correct_category.map(|category| category.as_str().to_owned()),
    }))
}

/// What only a person can supply so that it can be created again.
fn by_hand(template: &Template) -> Option<String> {
    let lacks = needs(&template.content()).lacks;
    let words: Vec<String> = lacks.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What was kept of a template.
async fn content(outside: &Outside<'_>, m: &Migration, key: &TemplateKey) -> Result<Value, Failed> {
    let kept = outside.documents.template(m.id(), key).await?;
    kept.ok_or_else(|| Failed::ours(Cause::SampleUnusable, "the content of this template is not kept"))
}

/// `GET /<DESTINATION>/message_templates`, all pages.
pub(super) async fn list_destination(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let walk = list(outside, m, TokenKind::DestinationBusiness, waba, DESTINATION_FIELDS).await?;
    let mut found = DestinationTemplates::default();
    for template in walk.items {
        let Some(key) = key(&template) else { continue };
        let status = template.status.as_ref().map_or("", |status| status.as_str());
        let is_rejected = status.eq_ignore_ascii_case("REJECTED");
        if let Some(reason) = template.rejected_reason.filter(|reason| is_rejected && reason != "NONE") {
            found.rejections.insert(key.clone(), reason);
        }
        if let Some(quality) = template.quality_score.filter(|quality| quality.score.as_str() != "UNKNOWN") {
            found.qualities.insert(key.clone(), quality.score.as_str().to_owned());
        }
        found.statuses.insert(key, status.to_owned());
    }
    Ok(Success::DestinationTemplates(found))
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
