//! The migration intent: set (guide 2) and read (guide 4).

use unmoor_graph_api::calls::{MigrationIntent, ReadMigrationIntent, SetSolutionMigrationIntent};
use unmoor_graph_api::nodes::Waba;
use unmoor_graph_api::{Fields, MigrationIntentId};
use unmoor_migration::observed::{GivenIntent, IntentAnswer, TokenKind};
use unmoor_migration::{Attempt, IntentId, Migration, Success, WabaId};

use super::outcome::in_time;
use super::tokens::business_token;
use super::{Failed, Outside};

/// Guide 2, with the customer's business token for the source.
pub(super) async fn set(outside: &Outside<'_>, m: &Migration, attempt: &Attempt) -> Result<Success, Failed> {
    let call = SetSolutionMigrationIntent {
        token: business_token(outside, m, TokenKind::SourceBusiness).await?,
        source_waba_id: unmoor_graph_api::WabaId::parse(m.id().as_str())?,
        app_id: outside.graph.app.id.clone(),
    };
    in_time(outside, attempt)?;
    let reply = outside.graph.send(Some(m.id().source()), &call).await;
    let id = reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?.answer;
    IntentId::new(id.as_str())
        .map(Success::IntentSet)
        .map_err(|error| Failed::Unknown(format!("the answer to the tag has no usable id: {error}")))
}

/// Guide 4, with the system token.
pub(super) async fn read(outside: &Outside<'_>, intent: &IntentId) -> Result<Success, Failed> {
    let answer = ask(outside, intent, Fields::default_of_node()).await?;
    Ok(Success::Intent(IntentAnswer {
        status: answer.status.as_str().to_owned(),
        destination: waba(answer.destination_waba)?,
    }))
}

/// The same, with the source WABA that it names.
pub(super) async fn read_given(outside: &Outside<'_>, intent: &IntentId) -> Result<Success, Failed> {
    let answer = ask(outside, intent, Fields::of(ReadMigrationIntent::FIELDS_WITH_SOURCE)).await?;
    let source = waba(answer.waba)?;
    let destination = waba(answer.destination_waba)?;
    let answer = IntentAnswer { status: answer.status.as_str().to_owned(), destination };
    Ok(Success::GivenIntent(GivenIntent { answer, source }))
}

async fn ask(outside: &Outside<'_>, intent: &IntentId, fields: Fields) -> Result<MigrationIntent, Failed> {
    let graph = outside.graph;
    let id = MigrationIntentId::parse(intent.as_str())?;
    let call = ReadMigrationIntent { fields, ..ReadMigrationIntent::new(graph.app.system_token.clone(), id) };
    Ok(graph.send(None, &call).await.map_err(|error| Failed::of_call(error, graph.now()))?.answer)
}

fn waba(named: Option<Waba>) -> Result<Option<WabaId>, Failed> {
    let id = named.map(|waba| WabaId::new(waba.id.as_str())).transpose();
    id.map_err(|error| Failed::Unknown(format!("the intent names a WABA without a usable id: {error}")))
}
