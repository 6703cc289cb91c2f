//! A migration intent that a person gave (`unmoor adopt`): its id was lost with the answer to the tag, or with a restore, or
//! somebody set it by hand. It is taken only if a reading of it names this source WABA; the person's word alone proves nothing.

use super::{Next, Wait, attempt};
use crate::Cause;
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::{Adoption, Migration};
use crate::observed::GivenIntent;

/// What has to be done about a given intent before anything else; `wait` says why nothing can be now.
pub(super) fn next(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let adoption = m.adoption.as_ref()?;
    if let Some(refused) = &adoption.refused {
        wait.block(Blocker::new(BlockerCode::IntentNotOurs, refused.at).saying(&refused.value));
        return None;
    }
    if let Some(read) = &adoption.read {
        return Some(Next::Record(verdict(m, adoption, &read.value)));
    }
    if let Some(why) = unknown_to_meta(m) {
        return Some(Next::Record(Fact::AdoptionRefused { why }));
    }
    attempt(m, s, Effect::ReadGivenIntent { intent: adoption.intent.clone() }, wait)
}

/// The same for a phase that cannot go on without it.
pub(super) fn first(m: &Migration, s: &Surroundings<'_>) -> Option<Next> {
    let mut wait = Wait::default();
    let next = next(m, s, &mut wait);
    next.or_else(|| (wait != Wait::default()).then_some(Next::Wait(wait)))
}

fn verdict(m: &Migration, adoption: &Adoption, read: &GivenIntent) -> Fact {
    let ours = &m.customer.source_waba;
    let intent = adoption.intent.clone();
    let why = match &read.source {
        // It would end the migration, which a slip of the pen must not do.
        Some(named) if named == ours && read.answer.status == "REJECTED" => {
            format!("the customer has rejected intent {intent}")
        }
        Some(named) if named == ours => return Fact::IntentAdopted { intent },
        Some(named) => format!("intent {intent} is of WABA {named}"),
        None => format!("Meta does not show of which WABA intent {intent} is"),
    };
    Fact::AdoptionRefused { why }
}

/// Meta's words where it knows no such intent: no later reading will change that.
fn unknown_to_meta(m: &Migration) -> Option<String> {
    let trouble = m.troubles.get(&EffectKind::ReadGivenIntent)?;
    (trouble.last.cause() == Some(Cause::ObjectUnknown)).then(|| trouble.last.to_string())
}
