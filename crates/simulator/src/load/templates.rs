//! The templates of a source WABA: those that the scenario gives, or as many as it says, or four to twenty.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    countries::Country,
    samples::{self, SAMPLES, Sample},
    scenario::{CustomerScript, Many, TemplateScript},
};
use crate::{
    ids::{Id, Seed},
    state::later,
    world::{
        Category, Components, EarlierUse, Flow, ParameterFormat, Quality, RejectedReason, Template, TemplateStatus,
        day_of,
    },
};

/// Makes templates. What two of them say alike is kept once: a fleet of thousands has a few dozen texts.
#[derive(Default)]
pub(super) struct Templates {
    /// By the place of the sample and how often it was gone through.
    drawn: BTreeMap<(usize, usize), (Components, ParameterFormat)>,
}

/// What is common to the templates of one WABA.
struct Maker<'a> {
    seed: Seed,
    start: Timestamp,
    waba: Id,
    country: &'a Country,
}

/// Status and quality decide whether a template is duplicated; the category is what the re-check looks at.
struct Standing {
    category: Category,
    status: TemplateStatus,
    quality: Quality,
}

/// Name and language, unique in a WABA.
struct Title {
    name: String,
    language: String,
}

impl Templates {
    /// All templates of `waba`, newest first.
    pub(super) fn of(
        &mut self,
        seed: Seed,
        start: Timestamp,
        waba: Id,
        country: &Country,
        script: &CustomerScript,
    ) -> Vec<Template> {
        let maker = Maker { seed, start, waba, country };
        let count = match &script.templates {
            Some(Many::Given(given)) => {
                return given.iter().enumerate().map(|(index, template)| maker.given(template, index)).collect();
            }
            Some(Many::Drawn(count)) => *count,
            None => usize::try_from(seed.draw(&["templates", &waba.to_string()]).between(4, 20)).unwrap_or(4),
        };
        (0..count).filter_map(|index| self.drawn(&maker, index)).collect()
    }

    /// Every fifth one is the one before it in another language. Names repeat behind the end of the samples with a number.
    fn drawn(&mut self, maker: &Maker<'_>, index: usize) -> Option<Template> {
        let is_translation = index % 5 == 4;
        let place = index - index / 5 - usize::from(is_translation);
        let (round, place) = (place / SAMPLES.len(), place % SAMPLES.len());
        let sample = SAMPLES.get(place)?;
        let (mut components, parameter_format) = self.content(sample, place, round);
        if sample.name == samples::WITH_FLOW {
            components = samples::link_flow(&components, &flow(maker.seed, maker.waba).id.to_string()).into();
        }
        let name = if round == 0 { sample.name.to_owned() } else { format!("{}_{}", sample.name, round + 1) };
        let own = maker.country.template_language;
        let language = match (is_translation, own.starts_with("en")) {
            (false, _) => own,
            (true, false) => "en_US",
            (true, true) => "es",
        };
        let title = Title { name, language: language.to_owned() };
        let standing = maker.standing(sample.category, &title);
        Some(Template {
            parameter_format,
            sub_category: sample.sub_category(),
            message_send_ttl_seconds: sample.message_send_ttl_seconds(),
            ..maker.template(title, &standing, components, index)
        })
    }

    fn content(&mut self, sample: &Sample, place: usize, round: usize) -> (Components, ParameterFormat) {
        let made = self.drawn.entry((place, round)).or_insert_with(|| {
            let components = samples::content(sample, round);
            let format = Sample::parameter_format(&components);
            (components.into(), format)
        });
        made.clone()
    }
}

/// How the templates that a scenario gives were used before it began, by the template's id.
pub(super) fn earlier_use(
    script: &CustomerScript,
    templates: &[Template],
    start: Timestamp,
) -> impl Iterator<Item = (Id, EarlierUse)> {
    let given = match &script.templates {
        Some(Many::Given(given)) => given.as_slice(),
        Some(Many::Drawn(_)) | None => &[],
    };
    given.iter().zip(templates).filter_map(move |(script, template)| {
        Some((template.id, EarlierUse { sent_per_day: script.sent_per_day?, until_day: day_of(start) }))
    })
}

/// The Flows of a source WABA: the one that its templates name, if they do.
pub(super) fn flows(seed: Seed, waba: Id, templates: &[Template]) -> Vec<Flow> {
    let named = templates.iter().any(|template| template.name.starts_with(samples::WITH_FLOW));
    named.then(|| flow(seed, waba)).into_iter().collect()
}

fn flow(seed: Seed, waba: Id) -> Flow {
    Flow { id: seed.id(&["flow", &waba.to_string(), samples::WITH_FLOW]), name: samples::WITH_FLOW.to_owned() }
}

impl Maker<'_> {
    fn given(&self, script: &TemplateScript, index: usize) -> Template {
        let language = script.language.clone().unwrap_or_else(|| self.country.template_language.to_owned());
        let standing = Standing {
            category: script.category.unwrap_or(Category::Utility),
            status: script.status.unwrap_or(TemplateStatus::Approved),
            quality: script.quality.unwrap_or(Quality::Green),
        };
        let components = match &script.components {
            Some(components) => components.clone(),
            None => vec![body(script)],
        };
        let title = Title { name: script.name.clone(), language };
        Template {
            parameter_format: script.parameter_format.unwrap_or_default(),
            correct_category: Some(script.correct_category.unwrap_or(standing.category)),
            ..self.template(title, &standing, components.into(), index)
        }
    }

    /// Two in three are approved and green.
    fn standing(&self, category: Category, title: &Title) -> Standing {
        let mut draw = self.seed.draw(&["template", &self.waba.to_string(), &title.name, &title.language]);
        let (status, quality) = match draw.between(1, 12) {
            1..=8 => (TemplateStatus::Approved, Quality::Green),
            9 => (TemplateStatus::Approved, Quality::Yellow),
            10 => (TemplateStatus::Approved, Quality::Unknown),
            11 => (TemplateStatus::Rejected, Quality::Unknown),
            _ => (TemplateStatus::Paused, Quality::Red),
        };
        Standing { category, status, quality }
    }

    fn template(&self, title: Title, standing: &Standing, components: Components, index: usize) -> Template {
        let Standing { category, status, quality } = *standing;
        let Title { name, language } = title;
        let is_rejected = status == TemplateStatus::Rejected;
        let age_days = 100 + i64::try_from(index).unwrap_or(0);
        Template {
            id: self.seed.id(&["template", &self.waba.to_string(), &name, &language]),
            name,
            language,
            category,
            status,
            quality,
            rejected_reason: if is_rejected { RejectedReason::InvalidFormat } else { RejectedReason::None },
            components,
            created_at: later(self.start, SignedDuration::from_hours(-24 * age_days)),
            quality_since: None,
            parameter_format: ParameterFormat::Positional,
            sub_category: None,
            previous_category: None,
            correct_category: Some(category),
            message_send_ttl_seconds: None,
            library_template_name: None,
            cta_url_link_tracking_opted_out: None,
            copied_from: None,
        }
    }
}

/// The scenario's text, or one that speaks of the template's name, so that no two are alike.
fn body(script: &TemplateScript) -> Value {
    let usual = || format!("Hello {{{{1}}}}, there is news for you about {} today.", script.name.replace('_', " "));
    let text = script.body.clone().unwrap_or_else(usual);
    let examples: Vec<String> = (1..=text.matches("{{").count()).map(|place| format!("sample {place}")).collect();
    if examples.is_empty() {
        return json!({ "type": "BODY", "text": text });
    }
    json!({ "type": "BODY", "text": text, "example": { "body_text": [examples] } })
}
