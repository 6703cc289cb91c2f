//! One authentication template in many languages: created where it is missing, replaced where it is there (observations:
//! templates.upsert).

use serde_json::Value;

use super::{
    super::{Fidelity, Rule},
    content::{self, Context},
    create,
    draft::{self, Draft, Place},
    edit, refusal,
};
use crate::{
    http::{
        error::{Answer, GraphError},
        params::Params,
    },
    state::{Cause, State},
    world::{Category, ParameterFormat, Template, TemplateStatus},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/upsert",
    says: "Creates or replaces an authentication template in several languages at once; they are APPROVED without a review",
    source: "observations: templates.upsert",
    fidelity: Fidelity::Approximated {
        how: "the first language that fails ends the call; those before it stay",
        because: "the documentation does not say what becomes of the others",
    },
};

/// `POST /<WABA>/upsert_message_templates`. Gives the templates in the order of the languages.
pub(crate) fn upsert(state: &mut State, cause: Cause, place: Place, params: &Params) -> Answer<Vec<Template>> {
    let drafts = read(state, place, params)?;
    let mut made = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let existing = state.world.wabas.get(&place.waba).and_then(|account| {
            let same = |other: &&Template| other.name == draft.name && other.language == draft.language;
            account.templates.iter().find(same).cloned()
        });
        let id = match existing {
            Some(template) => {
                edit::replace(state, cause, place.waba, &template, draft, TemplateStatus::Approved)?;
                template.id
            }
            None => create::create(state, cause, place.waba, draft, TemplateStatus::Approved)?.id,
        };
        if let Some((_, template)) = super::find(state, id) {
            made.push(template.clone());
        }
    }
    Ok(made)
}

fn read(state: &State, place: Place, params: &Params) -> Answer<Vec<Draft>> {
    draft::refuse_retired(params)?;
    let name = draft::name(params)?;
    let category = draft::category(params)?.ok_or_else(|| GraphError::missing("category"))?;
    if category != Category::Authentication {
        return Err(refusal::invalid("category: this call is for templates of category AUTHENTICATION"));
    }
    let given = params.structure("components")?.ok_or_else(|| GraphError::missing("components"))?;
    refuse_texts(&given)?;
    let Place { app, waba } = place;
    let format = ParameterFormat::Positional;
    let context = Context { world: &state.world, knobs: &state.knobs, app, waba, category, format };
    let components: crate::world::Components = content::check(&context, &given)?.into();
    let message_send_ttl_seconds = draft::time_to_live(params, category)?;
    let mut languages: Vec<String> = Vec::new();
    for text in params.texts("languages")?.ok_or_else(|| GraphError::missing("languages"))? {
        let language = draft::language(&text)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        return Err(GraphError::missing("languages"));
    }
    let draft = |language: String| Draft {
        name: name.clone(),
        language,
        category,
        parameter_format: format,
        components: components.clone(),
        sub_category: None,
        message_send_ttl_seconds,
        library_template_name: None,
        cta_url_link_tracking_opted_out: None,
    };
    Ok(languages.into_iter().map(draft).collect())
}

/// Texts of buttons would have to be in every language: Meta's presets are used.
fn refuse_texts(components: &Value) -> Answer<()> {
    let buttons = components.as_array().into_iter().flatten().filter_map(|component| component["buttons"].as_array());
    for button in buttons.flatten() {
        if let Some(name) = ["text", "autofill_text"].into_iter().find(|name| button.get(name).is_some()) {
            return Err(refusal::invalid(format!("{name} of a button cannot be given for many languages")));
        }
    }
    Ok(())
}
