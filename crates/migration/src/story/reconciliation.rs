//! How it goes with the templates.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::instant;
use crate::migration::Migration;
use crate::phase::Phase;
use crate::retry::after;
use crate::templates::{CarriedState, Standing};

/// For so long a new template has no rating (guide T9).
const UNRATED: SignedDuration = SignedDuration::from_hours(24);

/// What became of them, once they were compared.
pub(super) fn balance(m: &Migration) -> Option<String> {
    let balance = m.templates()?;
    Some(format!(
        "Of {} templates {} were duplicated, {} were rejected when checked again, {} were copied on request, {} were created \
         again, {} were rejected by the review, and {} were left behind.",
        balance.source,
        balance.duplicated,
        balance.rejected_on_recheck,
        balance.copied,
        balance.created,
        balance.rejected_on_review,
        balance.left_behind
    ))
}

/// The vendor's copies, what we bring over, and the quality of all of them (guide T1, T6, T8, T9).
pub(super) fn notes(m: &Migration, now: Timestamp) -> Vec<String> {
    if *m.phase() < Phase::Settling || !m.has_begun() {
        return Vec::new();
    }
    [copies(m), carried(m), quality(m, now)].into_iter().flatten().collect()
}

fn copies(m: &Migration) -> Option<String> {
    let seen = m.template_work().copies?;
    let expected = m.source().templates.as_ref()?.value.eligible().count();
    let rest = match m.template_work().at_rest {
        Some(at) => format!("they had come to rest at {}, and templates may be written", instant(at)),
        None => format!("so many since {}", instant(seen.since)),
    };
    Some(format!("{} of {expected} templates that Meta duplicates are there, {rest}.", seen.found))
}

fn carried(m: &Migration) -> Option<String> {
    let work = m.template_work();
    if work.carried.is_empty() {
        return None;
    }
    let brought_over =
        m.template_standings().filter(|(_, standing)| matches!(standing, Standing::Carried { .. })).count();
    let refused = work.carried.values().filter(|one| matches!(one.state, CarriedState::Refused { .. })).count();
    let in_doubt = work.in_doubt().count();
    Some(format!(
        "Of {} templates that Unmoor set out to bring over {brought_over} are there, {refused} were refused, and {in_doubt} have no \
         answer yet.",
        work.carried.len()
    ))
}

fn quality(m: &Migration, now: Timestamp) -> Option<String> {
    let found = m.destination()?.templates.as_ref()?;
    let ends = after(m.cutover_ended_at(), UNRATED);
    if now < ends {
        return Some(format!("The quality of every new template is UNKNOWN until {}.", instant(ends)));
    }
    if found.at < ends || found.value.statuses.is_empty() {
        return None;
    }
    let mut scores: BTreeMap<&str, usize> = BTreeMap::new();
    for score in found.value.qualities.values() {
        *scores.entry(score).or_default() += 1;
    }
    let unknown = found.value.statuses.len().saturating_sub(found.value.qualities.len());
    let told: Vec<String> = scores.iter().map(|(score, count)| format!("{count} {score}")).collect();
    let told = if told.is_empty() { String::new() } else { format!("{}, ", told.join(", ")) };
    let read_at = instant(found.at);
    Some(format!("Quality on the new WABA as of {read_at}: {told}{unknown} UNKNOWN, for want of enough messages."))
}
