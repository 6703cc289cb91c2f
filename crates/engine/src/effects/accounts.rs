//! The WABA nodes of source and destination.

use unmoor_graph_api::calls::ReadWaba;
use unmoor_graph_api::nodes::Waba;
use unmoor_graph_api::{BusinessToken, Fields, Reply};
use unmoor_migration::observed::{DestinationAccount, SourceAccount, TokenKind};
use unmoor_migration::{Migration, PortfolioId, Success, WabaId};

use super::tokens::business_token;
use super::{Failed, Outside};

const SOURCE_FIELDS: &[&str] =
    &["id", "name", "account_review_status", "ownership_type", "owner_business_info", "business_verification_status"];

const DESTINATION_FIELDS: &[&str] =
    &["id", "name", "account_review_status", "owner_business_info", "health_status", "primary_funding_id"];

/// `GET /<SOURCE>`.
pub(super) async fn read_source(outside: &Outside<'_>, m: &Migration) -> Result<Success, Failed> {
    let token = business_token(outside, m, TokenKind::SourceBusiness).await?;
    let waba = read(outside, token, m.id().source(), SOURCE_FIELDS).await?;
    Ok(Success::Source(SourceAccount {
        owner: owner(&waba),
        verification: waba.business_verification_status,
        review: waba.account_review_status.map(|status| status.as_str().to_owned()),
        ownership: waba.ownership_type.map(|ownership| ownership.as_str().to_owned()),
        name: waba.name,
    }))
}

/// `GET /<DESTINATION>`.
pub(super) async fn read_destination(outside: &Outside<'_>, m: &Migration, id: &WabaId) -> Result<Success, Failed> {
    let token = business_token(outside, m, TokenKind::DestinationBusiness).await?;
    let waba = read(outside, token, id, DESTINATION_FIELDS).await?;
    Ok(Success::Destination(DestinationAccount {
        owner: owner(&waba),
        payment_error: waba.health_status.as_ref().map(|health| health.payment_problem().is_some()),
        funding_present: waba.primary_funding_id.is_some(),
        review: waba.account_review_status.map(|status| status.as_str().to_owned()),
    }))
}

fn owner(waba: &Waba) -> Option<PortfolioId> {
    let id = waba.owner_business_info.as_ref()?.id.as_ref()?;
    PortfolioId::new(id.as_str()).ok()
}

/// Reads the node. A field that Meta does not show with this token is left out, so that the others can be read: what it
/// would have said is then unreadable, never a yes.
async fn read(
    outside: &Outside<'_>,
    token: BusinessToken,
    id: &WabaId,
    names: &[&'static str],
) -> Result<Waba, Failed> {
    let mut call =
        ReadWaba { token, waba_id: unmoor_graph_api::WabaId::parse(id.as_str())?, fields: Fields::of(names) };
    for tries in 0..names.len() {
        if tries > 0 {
            outside.graph.count_more(id, 1);
        }
        match outside.graph.send(Some(id), &call).await {
            Ok(Reply { answer, .. }) => return Ok(answer),
            Err(error) => {
                let refused = error.graph().and_then(|refused| refused.refused_field()).map(str::to_owned);
                match refused.filter(|field| call.fields.contains(field)) {
                    Some(field) => call.fields = call.fields.without(&field),
                    None => return Err(Failed::of_call(error, outside.graph.now())),
                }
            }
        }
    }
    Err(Failed::Unknown("Meta refuses every field of the WABA".to_owned()))
}
