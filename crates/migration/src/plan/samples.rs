//! Contents and samples of the source's templates: kept soon after they were listed, since the addresses of samples expire
//! (observations: `templates.media_headers`), and only where the operators want templates created again.

use super::{Next, Wait, attempt};
use crate::Cause;
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::retry::Failure;
use crate::templates::{Means, SourceTemplate};

/// How often the host of a sample may fail to answer before the sample is given up.
const MOST_FAILURES: u32 = 8;

/// The next sample that is to be kept of any template that may have to be created again.
pub(super) fn next(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if !s.policy.missing_templates.needs_contents() {
        return None;
    }
    let source = m.source.templates.as_ref()?;
    let mut candidates = source.value.iter().filter(|template| Means::Create.suits(template));
    candidates.find_map(|template| keep(m, s, template, wait))
}

/// The next step towards having all samples of `template`; `None` where there is none, or it has to wait.
pub(super) fn keep(m: &Migration, s: &Surroundings<'_>, template: &SourceTemplate, wait: &mut Wait) -> Option<Next> {
    let work = &m.template_work;
    let known = work.samples.get(&template.key);
    let kept = known.map_or(0, |samples| samples.kept);
    if kept >= template.kind.media_samples || known.is_some_and(|samples| samples.lost.is_some()) {
        return None;
    }
    let expired = known.and_then(|samples| samples.expired_reading);
    let is_stale = work.contents_at.is_none() || expired == work.contents_at;
    if is_stale {
        return contents(m, s, Some(template), wait);
    }
    let failed = m.troubles.get(&EffectKind::KeepSample).filter(|trouble| trouble.failures >= MOST_FAILURES);
    if let Some(trouble) = failed.filter(|trouble| !m.is_asked_for(trouble.at)) {
        let why = trouble.last.to_string();
        return Some(Next::Record(Fact::ContentsGivenUp { template: Some(template.key.clone()), why }));
    }
    attempt(m, s, Effect::KeepSample { template: template.key.clone(), place: kept }, wait)
}

/// Reads the source's templates with their contents, once more where `of` needs a new address. Where the source can no longer be
/// read that is given up.
pub(super) fn contents(
    m: &Migration,
    s: &Surroundings<'_>,
    of: Option<&SourceTemplate>,
    wait: &mut Wait,
) -> Option<Next> {
    if m.template_work.contents_lost.is_some() {
        return None;
    }
    let refused =
        m.troubles.get(&EffectKind::ReadSourceTemplates).filter(|trouble| is_refusal_of_access(&trouble.last));
    if let Some(trouble) = refused.filter(|trouble| !m.is_asked_for(trouble.at)) {
        let template = of.filter(|_| m.template_work.contents_at.is_some()).map(|template| template.key.clone());
        return Some(Next::Record(Fact::ContentsGivenUp { template, why: trouble.last.to_string() }));
    }
    attempt(m, s, Effect::ReadSourceTemplates { keep_contents: true }, wait)
}

fn is_refusal_of_access(failure: &Failure) -> bool {
    matches!(
        failure.cause(),
        Some(Cause::PermissionMissing | Cause::ObjectUnknown | Cause::TokenInvalid | Cause::TokenMissing)
    )
}
