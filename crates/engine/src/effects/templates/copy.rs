//! Templates that the vendor copies on request (observations: `templates.manual_copy`).

use std::collections::BTreeMap;

use unmoor_graph_api::TemplateId;
use unmoor_graph_api::calls::{CopyTemplates, WhichTemplates};
use unmoor_migration::effect::CopyAnswer;
use unmoor_migration::observed::TokenKind;
use unmoor_migration::templates::TemplateKey;
use unmoor_migration::{Attempt, Migration, Success, WabaId};

use super::super::outcome::in_time;
use super::super::tokens::business_token;
use super::super::{Failed, Outside};

/// `POST /<DESTINATION>/migrate_message_templates` with the source's ids.
pub(in super::super) async fn copy(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    destination: &WabaId,
    templates: &[TemplateKey],
) -> Result<Success, Failed> {
    let source = m.source().templates.as_ref().map(|source| &source.value);
    let by_id: BTreeMap<String, &TemplateKey> =
        templates.iter().filter_map(|key| Some((source?.get(key)?.id.to_string(), key))).collect();
    let ids = by_id.keys().map(|id| TemplateId::parse(id)).collect::<Result<_, _>>()?;
    let call = CopyTemplates {
        token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
        destination_waba_id: unmoor_graph_api::WabaId::parse(destination.as_str())?,
        source_waba_id: unmoor_graph_api::WabaId::parse(m.id().as_str())?,
        which: WhichTemplates::Ids(ids),
    };
    in_time(outside, attempt)?;
    let reply = outside.graph.send(Some(destination), &call).await;
    let answer = reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?.answer;
    let refused = answer.failed.into_iter().filter_map(|(id, reason)| {
        let reason = reason.unwrap_or_else(|| "Meta gives no reason".to_owned());
        Some(((*by_id.get(&id)?).clone(), reason))
    });
    Ok(Success::TemplatesCopied(CopyAnswer { refused: refused.collect() }))
}
