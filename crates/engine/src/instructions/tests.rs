//! What customers read, in every language, and that no translation lacks anything.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use unmoor_migration::task::{Payment, Review, Standing, TaskNumber};
use unmoor_migration::{CustomerTasks, E164, Task, WabaId};

use super::catalogue::{Values, file, line_and_complaints};
use super::line::Span;
use super::sentence::Sentence;
use super::{Instructions, Language};

fn number(digits: &str, shown: &str) -> TaskNumber {
    TaskNumber {
        number: E164::new(digits).unwrap(),
        shown: shown.to_owned(),
        display_name: Some("Acorn Bakery".to_owned()),
    }
}

fn two_numbers() -> Vec<TaskNumber> {
    vec![number("+15550100001", "+1 555-010-0001"), number("+15550100002", "+1 555-010-0002")]
}

fn customer(standing: Standing, tasks: Vec<Task>) -> CustomerTasks {
    let is_accepted = matches!(standing, Standing::Accepted | Standing::Moved);
    CustomerTasks {
        customer: "acorn-bakery".to_owned(),
        source: WabaId::new("100000000000001").unwrap(),
        account_name: Some("Acorn Bakery".to_owned()),
        destination: is_accepted.then(|| WabaId::new("200000000000002").unwrap()),
        standing,
        tasks,
        reviews: Vec::new(),
    }
}

fn asked() -> CustomerTasks {
    let asked_since = "2026-11-02T08:00:00Z".parse().unwrap();
    let payment = Payment::AfterAcceptance;
    customer(Standing::Asked, vec![Task::AcceptRequest { asked_since }, Task::AddPaymentMethod { payment }])
}

/// The text in all languages, one after the other.
fn told(migrations: &[CustomerTasks]) -> String {
    let one = |language: Language| {
        let text = Instructions::new(migrations, language, Some("Northwind Messaging")).text();
        format!("#### {language}\n\n{text}")
    };
    Language::ALL.map(one).join("\n")
}

#[test]
fn nothing_is_open() {
    insta::assert_snapshot!(told(&[customer(Standing::Accepted, Vec::new())]));
}

/// guide: 1.2
/// guide: 1.3
/// guide: 1.4
/// guide: 1.5
/// guide: 1.6
/// guide: 1.7
#[test]
fn two_numbers_have_two_step_verification_on() {
    let numbers = two_numbers();
    insta::assert_snapshot!(told(&[customer(Standing::Preparing, vec![Task::TurnOffTwoStep { numbers }])]));
}

/// guide: 3.1
/// guide: 3.2
/// guide: 3.3
/// guide: 3.4
/// guide: 3.5
/// guide: 3.6
/// guide: 3.7
#[test]
fn the_request_is_to_be_accepted_and_a_payment_method_added() {
    insta::assert_snapshot!(told(&[asked()]));
}

#[test]
fn accepted_and_the_card_is_declined() {
    let tasks = vec![Task::AddPaymentMethod { payment: Payment::Refused }];
    insta::assert_snapshot!(told(&[customer(Standing::Accepted, tasks)]));
}

#[test]
fn the_display_name_is_under_review() {
    let numbers = vec![number("+15550100001", "+1 555-010-0001")];
    let pending = CustomerTasks {
        reviews: vec![Review::DisplayName { numbers }, Review::NewAccount],
        ..customer(Standing::Accepted, Vec::new())
    };
    insta::assert_snapshot!(told(&[pending]));
}

#[test]
fn what_happens_more_rarely() {
    let numbers = || vec![number("+15550100001", "+1 555-010-0001")];
    let before = vec![Task::TurnOffTwoStep { numbers: numbers() }, Task::DeclineOtherRequest, Task::CompleteReview];
    let after = vec![
        Task::AddPaymentMethod { payment: Payment::Missing },
        Task::AddPaymentMethod { payment: Payment::Unseen },
        Task::AppealReview,
        Task::ChangeDisplayName { numbers: numbers() },
        Task::UndoOtherPortfolio,
    ];
    let second = CustomerTasks { account_name: None, ..customer(Standing::Preparing, before) };
    insta::assert_snapshot!(told(&[customer(Standing::Accepted, after), second]));
}

#[test]
fn why_there_is_nothing_to_do() {
    let all = [
        Standing::Preparing,
        Standing::Asked,
        Standing::Accepted,
        Standing::Moved,
        Standing::Rejected,
        Standing::Cancelled,
    ];
    let mut seen = BTreeSet::new();
    for language in Language::ALL {
        for standing in all {
            let instructions = Instructions::new(&[customer(standing, Vec::new())], language, None);
            assert!(instructions.is_empty());
            assert!(seen.insert(instructions.text()), "{language} says the same for {standing:?} as for another");
        }
    }
    assert!(!Instructions::new(&[asked()], Language::English, None).is_empty());
}

/// The variables of a pattern, those of its plural forms included.
fn variables(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                variants.iter().for_each(|variant| variables(&variant.value, found));
                selector
            }
        };
        let InlineExpression::VariableReference { id } = inline else {
            panic!("translations hold words and variables, nothing else: {inline:?}")
        };
        found.insert(id.name.to_owned());
    }
}

/// Each sentence of a file with its variables.
fn sentences(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let parsed = fluent_syntax::parser::parse(file(language)).unwrap_or_else(|(_, errors)| {
        panic!("the translation {language} cannot be read: {errors:?}");
    });
    let mut sentences = BTreeMap::new();
    for entry in parsed.body {
        match entry {
            Entry::Message(message) => {
                let mut found = BTreeSet::new();
                variables(&message.value.expect("a sentence has words"), &mut found);
                let before = sentences.insert(message.id.name.to_owned(), found);
                assert_eq!(before, None, "{language} has {} twice", message.id.name);
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(_) | Entry::Junk { .. } => panic!("{language} has an entry that is no sentence: {entry:?}"),
        }
    }
    sentences
}

#[test]
fn no_language_lacks_a_sentence_or_a_variable() {
    let english = sentences(Language::English);
    let wanted: BTreeSet<String> = Sentence::ALL.iter().map(|sentence| sentence.id().to_owned()).collect();
    assert_eq!(english.keys().cloned().collect::<BTreeSet<_>>(), wanted, "the files and the code differ");
    for language in Language::ALL {
        assert_eq!(sentences(language), english, "{language} and English differ");
    }
}

#[test]
fn every_sentence_can_be_said_and_shows_the_same_words_of_metas_in_every_language() {
    let outside = ["provider", "account", "waba", "number", "name", "sender"];
    for sentence in Sentence::ALL {
        let mut seen: Vec<BTreeSet<String>> = Vec::new();
        for language in Language::ALL {
            for count in [0, 1, 2, 3, 11, 100, 1000] {
                let values = outside
                    .iter()
                    .fold(Values::count(count), |values, name| values.with(name, Span::name(&format!("the {name}"))));
                let (line, complaints) = line_and_complaints(language, *sentence, &values);
                assert_eq!(complaints, Vec::<String>::new());
                let text = line.to_string();
                let is_odd = |letter: char| matches!(letter, '{' | '}' | '\u{e000}'..='\u{f8ff}');
                assert!(!text.trim().is_empty() && !text.contains(is_odd), "{language}, {}: {text}", sentence.id());
                let set_in = line.spans.iter().filter(|span| !matches!(span, Span::Words(_)));
                seen.push(set_in.map(|span| format!("{span:?}")).collect());
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{}: {seen:?}", sentence.id());
    }
}

#[test]
fn every_language_has_the_plurals_that_it_needs() {
    let heading =
        |language, count| line_and_complaints(language, Sentence::TwoStep, &Values::count(count)).0.to_string();
    let forms = |language| {
        let forms = [1, 2, 3, 11, 100].map(|count| heading(language, count).replace(&count.to_string(), "#"));
        forms.into_iter().collect::<BTreeSet<_>>().len()
    };
    assert_eq!(Language::ALL.map(forms), [2, 2, 2, 2, 2, 5]);
}

#[test]
fn a_language_is_found_by_the_tags_that_people_write() {
    let found = ["es-MX", "pt", "pt_PT", "AR-eg", " fr ", "hi-Deva-IN", "en-GB"].map(Language::for_tag);
    let expected = [
        Language::Spanish,
        Language::BrazilianPortuguese,
        Language::BrazilianPortuguese,
        Language::Arabic,
        Language::French,
        Language::Hindi,
        Language::English,
    ];
    assert_eq!(found, expected.map(Some));
    assert_eq!(["de", "", "und", "not a tag", "español"].map(Language::for_tag), [None; 5]);
    for language in Language::ALL {
        assert_eq!(Language::for_tag(language.tag()), Some(language));
    }
}

#[test]
fn the_page() {
    let instructions = |language| {
        let html = Instructions::new(&[asked()], language, None).html();
        html.replace(include_str!("style.css"), "…").replace("><", ">\n<")
    };
    insta::assert_snapshot!("page_english", instructions(Language::English));
    insta::assert_snapshot!("page_arabic", instructions(Language::Arabic));
}

#[test]
fn the_page_loads_nothing_whatever_an_account_is_called() {
    let called = |name: &str| CustomerTasks { account_name: Some(name.to_owned()), ..asked() };
    let name = "<script src=\"https://example.test/x.js\"></script><img src=x onerror=alert(1)>";
    for language in Language::ALL {
        let html = Instructions::new(&[called(name)], language, Some(name)).html();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert_eq!(html.matches("<link ").count(), 1, "its icon, which is none: {html}");
        assert!(!html.contains("@import") && !html.contains("url("), "{html}");
    }
}

#[test]
fn a_name_from_outside_cannot_move_a_terminals_cursor_or_turn_a_line_over() {
    let name = "Acorn\u{1b}[2J\r\nBakery\u{202e}yrekaB";
    let one = CustomerTasks { account_name: Some(name.to_owned()), ..asked() };
    let text = Instructions::new(&[one], Language::English, None).text();
    assert!(text.contains("WhatsApp Business account Acorn [2J BakeryyrekaB (100000000000001)\n"), "{text}");
}
