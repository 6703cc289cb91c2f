//! From a template as a read shows it to the request that creates it again: pure, one file for each kind of component.
//!
//! A read is no request (`observations: templates.media_headers`, `templates.auth_round_trip`, `templates.flows`): a file is an
//! address that expires instead of a handle, an authentication template has Meta's words instead of switches, a Flow is
//! named by the id that it has in the source. [`needs`] tells what has to be supplied first and what nobody but a person can
//! supply; [`recreate`] puts it together. Whatever Meta alone decides (id, status, quality, reasons) is left out.

mod authentication;
mod body;
mod buttons;
mod carousel;
mod example;
mod header;
mod lack;
mod library;
mod plain;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use lack::Lack;

/// The fields of a read that creating again takes, besides `id`.
pub const FIELDS: &[&str] = &[
    "name",
    "language",
    "category",
    "components",
    "parameter_format",
    "sub_category",
    "message_send_ttl_seconds",
    "cta_url_link_tracking_opted_out",
    "library_template_name",
];

/// Members that go into the request as they were read.
const AS_THEY_ARE: &[&str] = &[
    "name",
    "language",
    "category",
    "parameter_format",
    "sub_category",
    "message_send_ttl_seconds",
    "cta_url_link_tracking_opted_out",
];

/// The body of a request that creates a template.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTemplate(Value);

impl NewTemplate {
    /// As it is sent.
    #[must_use]
    pub fn body(&self) -> &Value {
        &self.0
    }
}

/// What a template needs to be created again, in the order of its components.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Addresses of its files: each is fetched while it is good, and uploaded again.
    pub files: Vec<String>,
    /// Flows that its buttons name, by their ids in the source, each once.
    pub flows: Vec<String>,
    /// What only a person can supply.
    pub lacks: Vec<Lack>,
}

/// What was got ready.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supplies {
    /// Handles of the uploaded files, in the order of [`Needs::files`].
    pub handles: Vec<String>,
    /// Ids of Flows in the destination, by their ids in the source.
    pub flows: BTreeMap<String, String>,
}

/// What it takes to create `read` again.
#[must_use]
pub fn needs(read: &Value) -> Needs {
    let mut bench = Bench::new(read, None);
    let _ = bench.template(read);
    bench.needs
}

/// The request that creates `read` again.
///
/// # Errors
/// What is lacking, each once.
pub fn recreate(read: &Value, supplies: &Supplies) -> Result<NewTemplate, Vec<Lack>> {
    let mut bench = Bench::new(read, Some(supplies));
    let template = bench.template(read);
    if bench.needs.lacks.is_empty() { Ok(NewTemplate(Value::Object(template))) } else { Err(bench.needs.lacks) }
}

/// How a template names its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParameterFormat {
    Positional,
    Named,
}

/// Where a template is put together. Without supplies everything is taken to be there, and what is needed is noted.
struct Bench<'a> {
    supplies: Option<&'a Supplies>,
    format: ParameterFormat,
    needs: Needs,
}

impl<'a> Bench<'a> {
    fn new(read: &Value, supplies: Option<&'a Supplies>) -> Self {
        let is_named = text(read, "parameter_format").is_some_and(|format| format.eq_ignore_ascii_case("NAMED"));
        let format = if is_named { ParameterFormat::Named } else { ParameterFormat::Positional };
        Self { supplies, format, needs: Needs::default() }
    }

    fn lacks(&mut self, lack: Lack) {
        if !self.needs.lacks.contains(&lack) {
            self.needs.lacks.push(lack);
        }
    }

    fn template(&mut self, read: &Value) -> Map<String, Value> {
        let mut made = keep(read, AS_THEY_ARE);
        for name in ["name", "language", "category"] {
            if text(read, name).is_none() {
                self.lacks(Lack::Unreadable(format!("its {name} is not shown")));
            }
        }
        if let Some(library) = text(read, "library_template_name").filter(|name| !name.is_empty()) {
            library::check(self, read);
            made.insert("library_template_name".to_owned(), library.into());
            return made;
        }
        let components: Vec<&Value> = read.get("components").and_then(Value::as_array).into_iter().flatten().collect();
        if components.is_empty() {
            self.lacks(Lack::Unreadable("its components are not shown".to_owned()));
        }
        let made_components = if is(read, "category", "AUTHENTICATION") {
            authentication::components(self, &components)
        } else {
            components.iter().map(|component| self.component(component)).collect()
        };
        made.insert("components".to_owned(), Value::Array(made_components));
        made
    }

    /// One component, of the template or of a card.
    fn component(&mut self, read: &Value) -> Value {
        match text(read, "type").unwrap_or_default().to_ascii_uppercase().as_str() {
            "HEADER" => header::again(self, read),
            "BODY" => body::again(self, read),
            "BUTTONS" => buttons::again(self, read),
            "CAROUSEL" => carousel::again(self, read),
            // What this version does not know goes as it came: Meta's own words tell if that is not enough.
            _ => plain::again(read),
        }
    }

    /// The handle of the next file.
    fn handle(&mut self, address: &str) -> Option<String> {
        let place = self.needs.files.len();
        self.needs.files.push(address.to_owned());
        match self.supplies {
            None => Some(String::new()),
            Some(supplies) => supplies.handles.get(place).cloned(),
        }
    }

    /// The destination's id of a Flow.
    fn flow(&mut self, source_id: &str) -> Option<String> {
        if !self.needs.flows.iter().any(|known| known == source_id) {
            self.needs.flows.push(source_id.to_owned());
        }
        match self.supplies {
            None => Some(source_id.to_owned()),
            Some(supplies) => supplies.flows.get(source_id).cloned(),
        }
    }
}

/// The members of these names that are there, with `type` in upper case.
fn keep(read: &Value, names: &[&str]) -> Map<String, Value> {
    let mut kept = Map::new();
    for name in names {
        match read.get(*name) {
            None | Some(Value::Null) => {}
            Some(Value::String(kind)) if *name == "type" || *name == "format" => {
                kept.insert((*name).to_owned(), kind.to_ascii_uppercase().into());
            }
            Some(value) => {
                kept.insert((*name).to_owned(), value.clone());
            }
        }
    }
    kept
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn is(value: &Value, name: &str, word: &str) -> bool {
    text(value, name).is_some_and(|found| found.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
