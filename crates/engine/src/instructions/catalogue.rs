//! Looks a sentence up in the translation of a language.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use super::language::Language;
use super::line::{Line, Span};
use super::menus::MENUS;
use super::sentence::Sentence;

/// The translation files, as they stand.
pub(super) fn file(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("translations/en.ftl"),
        Language::Spanish => include_str!("translations/es.ftl"),
        Language::BrazilianPortuguese => include_str!("translations/pt-BR.ftl"),
        Language::French => include_str!("translations/fr.ftl"),
        Language::Hindi => include_str!("translations/hi.ftl"),
        Language::Arabic => include_str!("translations/ar.ftl"),
    }
}

/// Parsed once, when the first customer is written to.
static BUNDLES: LazyLock<Vec<(Language, FluentBundle<FluentResource>)>> =
    LazyLock::new(|| Language::ALL.into_iter().map(|language| (language, bundle(language))).collect());

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // Each way of showing a line sets apart what is not words, better than marks in the text could.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(file(language).to_owned()).unwrap_or_else(|(readable, _)| readable);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The first of the letters that stand for spans while a sentence is put together. No translation has one of them.
const FIRST_PLACE: u32 = 0xE000;

/// What a sentence is told beside Meta's menus.
#[derive(Debug, Default, Clone)]
pub(super) struct Values {
    count: Option<usize>,
    spans: Vec<(&'static str, Span)>,
}

impl Values {
    /// How many there are, for the plural.
    pub(super) fn count(count: usize) -> Self {
        Self { count: Some(count), spans: Vec::new() }
    }

    /// With one more value.
    pub(super) fn with(mut self, name: &'static str, span: Span) -> Self {
        self.spans.push((name, span));
        self
    }
}

/// `sentence` in `language`.
pub(super) fn line(language: Language, sentence: Sentence, values: &Values) -> Line {
    let (line, _complaints) = line_and_complaints(language, sentence, values);
    line
}

/// The same, with what the translation complains of: a test holds that it is nothing.
pub(super) fn line_and_complaints(language: Language, sentence: Sentence, values: &Values) -> (Line, Vec<String>) {
    let spans: Vec<(&str, Span)> = MENUS.into_iter().chain(values.spans.iter().cloned()).collect();
    let places: Vec<(char, &str, &Span)> = (FIRST_PLACE..)
        .filter_map(char::from_u32)
        .zip(&spans)
        .map(|(place, (name, span))| (place, *name, span))
        .collect();
    let mut arguments = FluentArgs::new();
    for (place, name, _) in &places {
        arguments.set(*name, place.to_string());
    }
    if let Some(count) = values.count {
        arguments.set("count", count);
    }
    let found = BUNDLES.iter().find(|(known, _)| *known == language);
    let pattern =
        found.and_then(|(_, bundle)| Some((bundle, bundle.get_message(sentence.id()).and_then(|it| it.value())?)));
    let Some((bundle, pattern)) = pattern else {
        let complaint = format!("{language} has no {}", sentence.id());
        return (Line { spans: vec![Span::Words(sentence.id().to_owned())] }, vec![complaint]);
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
    (split(&text, &places), errors.iter().map(|error| format!("{language}, {}: {error}", sentence.id())).collect())
}

/// Puts the spans into their places.
fn split(text: &str, places: &[(char, &str, &Span)]) -> Line {
    let mut line = Line::default();
    let mut words = String::new();
    for letter in text.chars() {
        let Some((_, _, span)) = places.iter().find(|(place, _, _)| *place == letter) else {
            words.push(letter);
            continue;
        };
        if !words.is_empty() {
            line.spans.push(Span::Words(std::mem::take(&mut words)));
        }
        line.spans.push((*span).clone());
    }
    if !words.is_empty() {
        line.spans.push(Span::Words(words));
    }
    line
}
