//! A template as a call describes it: name, language, category, components (observations: templates.create).

use serde_json::{Value, json};

use super::{
    super::{Fidelity, Rule},
    content::{self, Context},
    refusal,
};
use crate::{
    http::{
        error::{Answer, GraphError},
        params::Params,
    },
    ids::Id,
    state::State,
    world::{Category, Components, ParameterFormat, SubCategory},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/draft",
    says: "Name, language, category, parameter format and time to live of a new template; parameters that are Meta's but have no effect here are refused with 501",
    source: "observations: templates.create, templates.names, templates.time_to_live",
    fidelity: Fidelity::Approximated {
        how: "a template of Meta's library gets an invented text; times to live other than those of authentication templates are only bounded by 30 days",
        because: "the library is not among the sources, nor are the other bounds",
    },
};

const NAME_LENGTH: usize = 512;
const LIBRARY_NAME_LENGTH: usize = 512;
const THIRTY_DAYS_S: i64 = 30 * 24 * 3600;
/// What a call wants a template to be.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: Category,
    pub(crate) parameter_format: ParameterFormat,
    pub(crate) components: Components,
    pub(crate) sub_category: Option<SubCategory>,
    pub(crate) message_send_ttl_seconds: Option<i32>,
    pub(crate) library_template_name: Option<Box<str>>,
    pub(crate) cta_url_link_tracking_opted_out: Option<bool>,
}

/// Who wants it, where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) app: Id,
    pub(crate) waba: Id,
}

/// Reads and checks a new template.
pub(crate) fn read(state: &State, place: Place, params: &Params) -> Answer<Draft> {
    refuse_retired(params)?;
    let name = name(params)?;
    let language = language(&params.required("language")?)?;
    let category = category(params)?.ok_or_else(|| GraphError::missing("category"))?;
    let parameter_format =
        word(params, "parameter_format", &ParameterFormat::ALL, ParameterFormat::as_str)?.unwrap_or_default();
    let library_template_name = library_name(params)?;
    let given = match (params.structure("components")?, &library_template_name) {
        (Some(_), Some(_)) => {
            return Err(refusal::invalid("components and library_template_name exclude each other"));
        }
        (Some(given), None) => given,
        (None, Some(library)) => library_components(library),
        (None, None) => return Err(GraphError::missing("components")),
    };
    let context = Context {
        world: &state.world,
        knobs: &state.knobs,
        app: place.app,
        waba: place.waba,
        category,
        format: parameter_format,
    };
    Ok(Draft {
        name,
        language,
        category,
        parameter_format,
        components: content::check(&context, &given)?.into(),
        sub_category: word(params, "sub_category", &SubCategory::ALL, SubCategory::as_str)?,
        message_send_ttl_seconds: time_to_live(params, category)?,
        library_template_name,
        cta_url_link_tracking_opted_out: params.boolean("cta_url_link_tracking_opted_out")?,
    })
}

/// Refuses what Meta took once.
pub(super) fn refuse_retired(params: &Params) -> Answer<()> {
    if params.has("allow_category_change") {
        return Err(refusal::invalid("allow_category_change is no longer accepted: Meta decides the category"));
    }
    Ok(())
}

/// Lower-case letters, digits and underscores.
pub(super) fn name(params: &Params) -> Answer<String> {
    let name = params.required("name")?;
    let fits = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !fits || name.len() > NAME_LENGTH {
        return Err(refusal::invalid(format!("name: 1 to {NAME_LENGTH} lower-case letters, digits and underscores")));
    }
    Ok(name)
}

/// `en`, `en_US`, `fil`.
pub(super) fn language(text: &str) -> Answer<String> {
    let (language, region) = match text.split_once('_') {
        Some((language, region)) => (language, Some(region)),
        None => (text, None),
    };
    let fits = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.is_none_or(|region| {
            (2..=3).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_uppercase())
        });
    if fits {
        return Ok(text.to_owned());
    }
    let shown: String = text.chars().take(20).collect();
    Err(refusal::invalid(format!("language: {shown} is no language code such as en or en_US")))
}

pub(super) fn category(params: &Params) -> Answer<Option<Category>> {
    word(params, "category", &Category::ALL, Category::as_str)
}

/// One of Meta's words, in any case.
fn word<T: Copy>(params: &Params, name: &str, all: &[T], as_str: fn(T) -> &'static str) -> Answer<Option<T>> {
    let Some(text) = params.text(name)? else { return Ok(None) };
    let found = all.iter().copied().find(|one| as_str(*one).eq_ignore_ascii_case(&text));
    found.map(Some).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|one| as_str(*one)).collect();
        GraphError::new(400, 100, &format!("Param {name} must be one of {{{}}}", words.join(", ")))
    })
}

/// 30 to 900 seconds for an authentication template; -1 stands for 30 days.
pub(super) fn time_to_live(params: &Params, category: Category) -> Answer<Option<i32>> {
    let Some(seconds) = params.integer("message_send_ttl_seconds")? else { return Ok(None) };
    let (low, high) = match category {
        Category::Authentication => (30, 900),
        Category::Marketing | Category::Utility => (1, THIRTY_DAYS_S),
    };
    let fits = seconds == -1 || (low..=high).contains(&seconds);
    match i32::try_from(seconds) {
        Ok(seconds) if fits => Ok(Some(seconds)),
        _ => Err(refusal::invalid(format!("message_send_ttl_seconds: {low} to {high}, or -1, not {seconds}"))),
    }
}

fn library_name(params: &Params) -> Answer<Option<Box<str>>> {
    let Some(name) = params.text("library_template_name")? else { return Ok(None) };
    if name.chars().count() > LIBRARY_NAME_LENGTH {
        return Err(refusal::invalid("library_template_name is too long"));
    }
    Ok(Some(name.into_boxed_str()))
}

fn library_components(library: &str) -> Value {
    let shown: String = library.chars().filter(|letter| !matches!(letter, '{' | '}')).take(100).collect();
    json!([{ "type": "BODY", "text": format!("This is what the library has under the name {shown}.") }])
}
