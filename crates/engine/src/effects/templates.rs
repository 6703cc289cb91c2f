//! The templates of both sides, reduced to what their comparison needs.

use unmoor_graph_api::Fields;
use unmoor_graph_api::calls::ListMessageTemplates;
use unmoor_graph_api::nodes::Template;
use unmoor_migration::observed::{DestinationTemplates, SourceTemplates, TokenKind};
use unmoor_migration::templates::{TemplateKey, is_duplicated};
use unmoor_migration::{Migration, Success, WabaId};

use super::tokens::business_token;
use super::{Failed, Outside};

const FIELDS: &[&str] = &["id", "name", "language", "status", "category", "quality_score"];

/// `GET /<SOURCE>/message_templates`, all pages.
pub(super) async fn list_source(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let templates = list(outside, m, TokenKind::SourceBusiness, waba).await?;
    let eligible = templates.iter().filter(|template| {
        let status = template.status.as_ref().map_or("", |status| status.as_str());
        is_duplicated(status, template.quality_score.as_ref().map(|quality| quality.score.as_str()))
    });
    Ok(Success::SourceTemplates(SourceTemplates {
        total: u32::try_from(templates.len()).unwrap_or(u32::MAX),
        eligible: eligible.filter_map(key).collect(),
    }))
}

/// `GET /<DESTINATION>/message_templates`, all pages.
pub(super) async fn list_destination(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let templates = list(outside, m, TokenKind::DestinationBusiness, waba).await?;
    let statuses = templates.iter().filter_map(|template| {
        let status = template.status.as_ref().map_or("", |status| status.as_str());
        key(template).map(|key| (key, status.to_owned()))
    });
    Ok(Success::DestinationTemplates(DestinationTemplates { statuses: statuses.collect() }))
}

fn key(template: &Template) -> Option<TemplateKey> {
    Some(TemplateKey::new(template.name.as_deref()?, template.language.as_deref()?))
}

async fn list(outside: &Outside<'_>, m: &Migration, token: TokenKind, waba: &WabaId) -> Result<Vec<Template>, Failed> {
    let call = ListMessageTemplates {
        token: business_token(outside, m, token).await?,
        waba_id: unmoor_graph_api::WabaId::parse(waba.as_str())?,
        fields: Fields::of(FIELDS),
        // Few calls count more here than small answers: the hour has 200 for a WABA without a registered number.
        limit: Some(100),
        after: None,
    };
    let walk = outside.graph.walk(waba, &call).await.map_err(|error| Failed::of_walk(error, outside.graph.now()))?;
    Ok(walk.items)
}
