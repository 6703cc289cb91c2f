//! Flows that templates name: copied by name before the templates, and which became which is kept (observations:
//! `templates.flows`).

use std::collections::{BTreeMap, BTreeSet};

use unmoor_graph_api::calls::{Flow, ListFlows, MoveFlows};
use unmoor_migration::effect::FlowsAnswer;
use unmoor_migration::observed::TokenKind;
use unmoor_migration::{Attempt, Cause, Migration, Success, WabaId};

use super::super::outcome::in_time;
use super::super::tokens::business_token;
use super::super::{Failed, Outside};

/// Looks which Flows the destination has, and moves those that it lacks. So a repeat moves nothing twice.
pub(in super::super) async fn move_all(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    destination: &WabaId,
) -> Result<Success, Failed> {
    let wanted: BTreeSet<String> = wanted(m);
    let source = list(outside, m, TokenKind::SourceBusiness, m.id().source()).await.map_err(unreadable_source)?;
    let there = list(outside, m, TokenKind::DestinationBusiness, destination).await?;
    let name_of = |id: &String| source.iter().find(|flow| flow.id == *id).and_then(|flow| flow.name.clone());
    let by_name = |name: &str| there.iter().find(|flow| flow.name.as_deref() == Some(name)).map(|flow| flow.id.clone());
    let mut flows: BTreeMap<String, String> =
        wanted.iter().filter_map(|id| Some((id.clone(), by_name(&name_of(id)?)?))).collect();
    let names: Vec<String> = wanted.iter().filter(|id| !flows.contains_key(*id)).filter_map(name_of).collect();
    let mut why = None;
    if !names.is_empty() {
        outside.graph.count_more(destination, 2);
        let call = MoveFlows {
            token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
            destination_waba_id: unmoor_graph_api::WabaId::parse(destination.as_str())?,
            source_waba_id: unmoor_graph_api::WabaId::parse(m.id().as_str())?,
            names,
        };
        in_time(outside, attempt)?;
        let reply = outside.graph.send(Some(destination), &call).await;
        let moved = reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?.answer;
        flows.extend(moved.moved.into_iter().map(|flow| (flow.source_id, flow.id)));
        why = moved.failed.into_iter().find_map(|(_, words)| words);
    }
    outside.documents.keep_flows(m.id(), &flows).await?;
    let lacking = wanted.into_iter().filter(|id| !flows.contains_key(id)).collect();
    Ok(Success::FlowsMoved(FlowsAnswer { lacking, why }))
}

fn wanted(m: &Migration) -> BTreeSet<String> {
    let templates = m.source().templates.iter().flat_map(|source| source.value.iter());
    templates.flat_map(|template| template.kind.flows.iter().cloned()).collect()
}

async fn list(outside: &Outside<'_>, m: &Migration, token: TokenKind, waba: &WabaId) -> Result<Vec<Flow>, Failed> {
    let call = ListFlows {
        token: business_token(outside, m, token).await?,
        waba_id: unmoor_graph_api::WabaId::parse(waba.as_str())?,
        limit: Some(100),
        after: None,
    };
    let walk = outside.graph.walk(waba, &call).await;
    Ok(walk.map_err(|error| Failed::of_walk(error, outside.graph.now()))?.items)
}

/// Access to the source may have ended rightly: its Flows are then for a person to make again, and no reason to wait.
fn unreadable_source(failed: Failed) -> Failed {
    match &failed {
        Failed::Refused(refusal)
            if matches!(
                refusal.cause,
                Cause::PermissionMissing | Cause::ObjectUnknown | Cause::TokenInvalid | Cause::TokenMissing
            ) =>
        {
            Failed::ours(Cause::SampleUnusable, format!("the source's Flows cannot be read any more: {refusal}"))
        }
        Failed::Refused(_) | Failed::Unknown(_) | Failed::NotSent(_) => failed,
    }
}
