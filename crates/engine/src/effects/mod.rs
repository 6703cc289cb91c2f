//! Effects: one file for each call that a migration may owe the outside.
//!
//! Every function here turns an effect into one try and its outcome. None of them decides anything or repeats anything. A
//! secret that an answer brings goes into the vault, and what is too large for a migration's state into its documents.

mod accounts;
mod intent;
mod numbers;
mod outcome;
mod pin;
mod restore;
mod settings;
mod subscription;
mod templates;
mod tokens;

use unmoor_migration::{Attempt, Effect, Migration, Outcome, Success};

use crate::documents::Documents;
use crate::graph::Graph;
use crate::hooks::Hooks;
use crate::vault::Vault;

pub(crate) use outcome::Failed;
pub(crate) use tokens::TokensInHand;

/// What effects are executed with.
pub(crate) struct Outside<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) vault: &'a Vault,
    pub(crate) tokens: &'a TokensInHand,
    pub(crate) documents: Documents<'a>,
    pub(crate) hooks: &'a Hooks,
    pub(crate) rehearsal: bool,
}

/// Tries `attempt` once.
///
/// Nothing is awaited between the check of `send_before` and the send but what the call itself needs from the vault;
/// an attempt whose time has passed is not sent (rule 9).
pub(crate) async fn execute(outside: &Outside<'_>, migration: &Migration, attempt: &Attempt) -> Outcome {
    match try_once(outside, migration, attempt).await {
        Ok(answer) => Outcome::Success { answer },
        Err(failed) => failed.into_outcome(),
    }
}

async fn try_once(outside: &Outside<'_>, m: &Migration, attempt: &Attempt) -> Result<Success, Failed> {
    let source = m.id().source();
    match &attempt.effect {
        Effect::CheckToken { token, waba } => tokens::check(outside, m, *token, waba).await,
        Effect::FetchBusinessToken { portfolio } => tokens::fetch(outside, m, portfolio).await,
        Effect::ReadSource => accounts::read_source(outside, m).await,
        Effect::ReadDestination { destination } => accounts::read_destination(outside, m, destination).await,
        Effect::ReadSourceNumbers { token } => numbers::list_source(outside, m, *token).await,
        Effect::ReadDestinationNumbers { destination } => numbers::list_destination(outside, m, destination).await,
        Effect::ReadSourceTemplates { keep_contents } => {
            templates::list_source(outside, m, source, *keep_contents).await
        }
        Effect::ReadDestinationTemplates { destination } => templates::list_destination(outside, m, destination).await,
        Effect::KeepSample { template, place } => templates::samples::keep(outside, m, template, *place).await,
        Effect::UploadSample { template, place } => templates::samples::upload(outside, m, template, *place).await,
        Effect::MoveFlows { destination } => templates::flows::move_all(outside, m, attempt, destination).await,
        Effect::CopyTemplates { destination, templates } => {
            templates::copy::copy(outside, m, attempt, destination, templates).await
        }
        Effect::CreateTemplate { destination, template } => {
            templates::create::create(outside, m, attempt, destination, template).await
        }
        Effect::SetIntent => intent::set(outside, m, attempt).await,
        Effect::ReadIntent { intent } => intent::read(outside, intent).await,
        Effect::ReadGivenIntent { intent } => intent::read_given(outside, intent).await,
        Effect::Subscribe { destination, callback_url } => {
            subscription::subscribe(outside, m, destination, callback_url.as_deref()).await
        }
        Effect::ReadSubscriptions { destination } => subscription::read(outside, m, destination).await,
        Effect::ReadSettings { side, number } => settings::read(outside, m, *side, number.as_ref()).await,
        Effect::RestoreSetting { number, setting, value } => {
            restore::one(outside, m, attempt, number.as_ref(), *setting, value).await
        }
        Effect::SetStorageRegion { phone_number_id, region, .. } => {
            restore::storage_region(outside, m, attempt, phone_number_id, region).await
        }
        Effect::SealPin { number } => pin::seal(outside, number).await,
        Effect::AskBeforeMove { number } => numbers::ask_before_move(outside, m, number).await,
        Effect::MoveNumber { destination, number, display, verified_name } => {
            numbers::move_to(outside, m, attempt, destination, number, display, verified_name).await
        }
        Effect::RegisterNumber { number, phone_number_id } => {
            numbers::register(outside, m, attempt, number, phone_number_id).await
        }
    }
}
