//! The templates of a source WABA: those that the scenario gives, or as many as it says, or four to twenty.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    countries::Country,
    scenario::{CustomerScript, Many, TemplateScript},
    words::{Kind, TEMPLATES},
};
use crate::{
    ids::{Id, Seed},
    state::later,
    world::{Category, Quality, Template, TemplateStatus},
};

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

/// All templates of `waba`, newest first.
pub(super) fn of(seed: Seed, start: Timestamp, waba: Id, country: &Country, script: &CustomerScript) -> Vec<Template> {
    let maker = Maker { seed, start, waba, country };
    let count = match &script.templates {
        Some(Many::Given(given)) => {
            return given.iter().enumerate().map(|(index, template)| maker.given(template, index)).collect();
        }
        Some(Many::Drawn(count)) => *count,
        None => usize::try_from(seed.draw(&["templates", &waba.to_string()]).between(4, 20)).unwrap_or(4),
    };
    (0..count).filter_map(|index| maker.drawn(index)).collect()
}

impl Maker<'_> {
    fn given(&self, script: &TemplateScript, index: usize) -> Template {
        let language = script.language.clone().unwrap_or_else(|| self.country.template_language.to_owned());
        let standing = Standing {
            category: script.category.unwrap_or(Category::Utility),
            status: script.status.unwrap_or(TemplateStatus::Approved),
            quality: script.quality.unwrap_or(Quality::Green),
        };
        self.template(&script.name, language, &standing, script.body.as_deref().unwrap_or("Hello {{1}}."), index)
    }

    /// Names repeat behind the list's end with a number; two in three are approved and green.
    fn drawn(&self, index: usize) -> Option<Template> {
        let (name, kind, body) = TEMPLATES.get(index % TEMPLATES.len())?;
        let round = index / TEMPLATES.len();
        let name = if round == 0 { (*name).to_owned() } else { format!("{name}_{}", round + 1) };
        let category = match kind {
            Kind::Utility => Category::Utility,
            Kind::Marketing => Category::Marketing,
            Kind::Authentication => Category::Authentication,
        };
        let mut draw = self.seed.draw(&["template", &self.waba.to_string(), &name]);
        let (status, quality) = match draw.between(1, 12) {
            1..=8 => (TemplateStatus::Approved, Quality::Green),
            9 => (TemplateStatus::Approved, Quality::Yellow),
            10 => (TemplateStatus::Approved, Quality::Unknown),
            11 => (TemplateStatus::Rejected, Quality::Unknown),
            _ => (TemplateStatus::Paused, Quality::Red),
        };
        let standing = Standing { category, status, quality };
        Some(self.template(&name, self.country.template_language.to_owned(), &standing, body, index))
    }

    fn template(&self, name: &str, language: String, standing: &Standing, body: &str, index: usize) -> Template {
        let Standing { category, status, quality } = *standing;
        let examples: Vec<String> = (1..=body.matches("{{").count()).map(|place| format!("sample {place}")).collect();
        let component = if examples.is_empty() {
            json!({ "type": "BODY", "text": body })
        } else {
            json!({ "type": "BODY", "text": body, "example": { "body_text": [examples] } })
        };
        let rejected_reason = if status == TemplateStatus::Rejected { "INVALID_FORMAT" } else { "NONE" };
        let age_days = 100 + i64::try_from(index).unwrap_or(0);
        Template {
            id: self.seed.id(&["template", &self.waba.to_string(), name, &language]),
            name: name.to_owned(),
            language,
            category,
            status,
            quality,
            rejected_reason: rejected_reason.to_owned(),
            components: vec![component],
            created_at: later(self.start, SignedDuration::from_hours(-24 * age_days)),
        }
    }
}
