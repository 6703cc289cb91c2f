//! The review of new and edited templates, and what it finds (guide T6; observations: templates.review).

use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Fidelity, Rule},
    change_of,
    content::placeholders,
    find,
};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::DuplicateText,
    state::{Cause, State},
    webhooks::shapes::templates as shapes,
    world::{Category, RejectedReason, Template, TemplateStatus},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/review",
    says: "A PENDING template is APPROVED or REJECTED after a while; parameters side by side and the text of another template that is APPROVED or PAUSED are rejected; a UTILITY template may be approved as MARKETING",
    source: "guide T6; observations: templates.review, templates.recategorized, templates.identical_text",
    fidelity: Fidelity::Approximated {
        how: "what a person would judge is drawn at the rate of a knob, with reason TAG_CONTENT_MISMATCH; a text that is there already has reason INVALID_FORMAT",
        because: "no rates are published, nor that reason",
    },
};

/// What rejects a template beside chance.
enum Fault {
    ParametersTouch,
    SameTextAs(String),
    Judged,
}

/// Puts a template on the review's table.
pub(super) fn submitted(state: &mut State, at: Timestamp, waba: Id, template: &Template) {
    if template.status == TemplateStatus::Pending {
        let delay = SignedDuration::from_secs(state.knobs.template_review_s.into());
        state.plan_after(at, delay, Event::TemplateReviewed { waba, template: template.id });
    }
}

/// The review ends.
pub(crate) fn finish(state: &mut State, cause: Cause, id: Id) {
    let Some((waba, template)) = find(state, id) else { return };
    if template.status != TemplateStatus::Pending {
        return;
    }
    let template = template.clone();
    match fault_of(state, waba, &template) {
        Some(fault) => reject(state, cause, waba, id, &fault),
        None => approve(state, cause, waba, &template),
    }
}

fn fault_of(state: &State, waba: Id, template: &Template) -> Option<Fault> {
    let touches = |text: &str| placeholders::read(text, true).is_ok_and(|found| found.touch);
    if template.components.text_of("BODY").is_some_and(touches) {
        return Some(Fault::ParametersTouch);
    }
    if state.knobs.template_identical_text == DuplicateText::Review
        && let Some(label) = same_text(state, waba, template, STANDING)
    {
        return Some(Fault::SameTextAs(label));
    }
    let attempt = state.world.template_history.edits.get(&template.id).map_or(0, Vec::len).to_string();
    let mut draw = state.seed.draw(&["review", &template.id.to_string(), &attempt]);
    draw.chance(state.knobs.template_review_reject_rate).then_some(Fault::Judged)
}

/// What a reviewed template is compared with. Reviews end in the order in which templates were handed in, so one that is still
/// PENDING will be compared with this one, not this one with it.
const STANDING: &[TemplateStatus] = &[TemplateStatus::Approved, TemplateStatus::Paused];

/// What a template that is being created is compared with: whatever is PENDING was handed in before it.
pub(super) const STANDING_OR_HANDED_IN: &[TemplateStatus] =
    &[TemplateStatus::Approved, TemplateStatus::Paused, TemplateStatus::Pending];

/// Another template of the WABA with one of these statuses, in the same language with the same body and footer. Authentication
/// templates, whose texts are Meta's, are not compared.
pub(super) fn same_text(state: &State, waba: Id, template: &Template, among: &[TemplateStatus]) -> Option<String> {
    if template.category == Category::Authentication {
        return None;
    }
    let body = template.components.text_of("BODY")?;
    let account = state.world.wabas.get(&waba)?;
    let same = |other: &&Template| {
        other.id != template.id
            && among.contains(&other.status)
            && other.language == template.language
            && other.components.text_of("BODY") == Some(body)
            && other.components.text_of("FOOTER") == template.components.text_of("FOOTER")
    };
    account.templates.iter().find(same).map(Template::label)
}

fn approve(state: &mut State, cause: Cause, waba: Id, template: &Template) {
    let moves = template.category == Category::Utility
        && state.seed.draw(&["recategorized", &template.id.to_string()]).chance(state.knobs.template_recategorize_rate);
    let Some((_, entry)) = super::change(state, cause.at, template.id) else { return };
    entry.status = TemplateStatus::Approved;
    entry.rejected_reason = RejectedReason::None;
    if moves {
        entry.previous_category = Some(entry.category);
        entry.category = Category::Marketing;
        entry.correct_category = Some(Category::Marketing);
    }
    let entry = entry.clone();
    let change = change_of(state, "template.approved", waba, &entry);
    state.enter(cause, change);
    if moves {
        shapes::category_updated(state, cause.at, waba, &entry);
    }
    shapes::status_updated(state, cause.at, waba, &entry, "APPROVED", None);
}

fn reject(state: &mut State, cause: Cause, waba: Id, id: Id, fault: &Fault) {
    let (reason, info) = match fault {
        Fault::ParametersTouch => (
            RejectedReason::InvalidFormat,
            Some(shapes::RejectionInfo {
                reason: "Your template has parameters placed next to each other (like {{1}}{{2}}) without text or punctuation \
                         between them."
                    .to_owned(),
                recommendation: "Separate parameters with descriptive text and ensure each parameter is clearly contextualized."
                    .to_owned(),
            }),
        ),
        Fault::SameTextAs(label) => (
            RejectedReason::InvalidFormat,
            Some(shapes::RejectionInfo {
                reason: format!("Body and footer are those of {label}."),
                recommendation: "Use the template that exists, or change the text.".to_owned(),
            }),
        ),
        Fault::Judged => (RejectedReason::TagContentMismatch, None),
    };
    let Some((_, entry)) = super::change(state, cause.at, id) else { return };
    entry.status = TemplateStatus::Rejected;
    entry.rejected_reason = reason;
    let entry = entry.clone();
    let change = change_of(state, "template.rejected", waba, &entry).with("reason", reason.as_str());
    state.enter(cause, change);
    shapes::status_updated(state, cause.at, waba, &entry, "REJECTED", info.as_ref());
}
