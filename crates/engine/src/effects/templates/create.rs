//! A template is created again from what was kept of it (guide T6).

use unmoor_graph_api::calls::CreateTemplate;
use unmoor_graph_api::recreation::{Lack, Supplies, needs, recreate};
use unmoor_migration::observed::TokenKind;
use unmoor_migration::templates::TemplateKey;
use unmoor_migration::{Attempt, Cause, Migration, Success, WabaId};

use super::super::outcome::in_time;
use super::super::tokens::business_token;
use super::super::{Failed, Outside};

/// `POST /<DESTINATION>/message_templates`.
pub(in super::super) async fn create(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    destination: &WabaId,
    key: &TemplateKey,
) -> Result<Success, Failed> {
    let read = super::content(outside, m, key).await?;
    let supplies = supplies(outside, m, key, needs(&read).files.len()).await?;
    let template = recreate(&read, &supplies).map_err(|lacks| lacking(&lacks))?;
    let call = CreateTemplate {
        token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
        waba_id: unmoor_graph_api::WabaId::parse(destination.as_str())?,
        template,
    };
    in_time(outside, attempt)?;
    let reply = outside.graph.send(Some(destination), &call).await;
    reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?;
    Ok(Success::TemplateCreated)
}

async fn supplies(outside: &Outside<'_>, m: &Migration, key: &TemplateKey, files: usize) -> Result<Supplies, Failed> {
    let mut handles = Vec::with_capacity(files);
    for place in (0_u32..).take(files) {
        handles.extend(outside.documents.handle(m.id(), key, place).await?);
    }
    Ok(Supplies { handles, flows: outside.documents.flows(m.id()).await? })
}

fn lacking(lacks: &[Lack]) -> Failed {
    let words: Vec<String> = lacks.iter().map(ToString::to_string).collect();
    Failed::ours(Cause::TemplateRefused, format!("creating it again needs {}", words.join(", ")))
}
