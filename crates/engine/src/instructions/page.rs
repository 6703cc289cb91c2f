//! The instructions as an HTML page: one file, nothing loaded, no script, fit for paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::line::{Line, Span};
use super::{Account, Instructions, Step, TaskPart, Waiting};

const STYLE: &str = include_str!("style.css");

/// Nothing may be loaded, whatever got into a name.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The whole document.
pub(super) fn page(instructions: &Instructions) -> String {
    let language = instructions.language;
    let document = html! {
        (DOCTYPE)
        html lang=(language.tag()) dir=(language.direction()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (instructions.title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (shown(&instructions.title)) }
                    @for line in &instructions.opening { p.opening { (shown(line)) } }
                    @for account in &instructions.accounts { (of_account(account)) }
                    footer { @for line in &instructions.closing { p { (shown(line)) } } }
                }
            }
        }
    };
    document.into_string()
}

fn of_account(account: &Account) -> Markup {
    html! {
        section.account {
            h2 { (shown(&account.heading)) }
            @if !account.tasks.is_empty() {
                ol.tasks { @for task in &account.tasks { li { (of_task(task)) } } }
            }
            @if let Some(nothing) = &account.nothing { p.nothing { (shown(nothing)) } }
            @if let Some(waiting) = &account.waiting { (of_waiting(waiting)) }
        }
    }
}

fn of_task(task: &TaskPart) -> Markup {
    html! {
        h3 { (shown(&task.heading)) }
        @for reason in &task.reasons { p.reason { (shown(reason)) } }
        (numbers(task.numbers.as_ref()))
        ol.steps {
            @for Step { line, detour } in &task.steps {
                li {
                    (shown(line))
                    @if let Some(detour) = detour { p.detour { (shown(detour)) } }
                }
            }
        }
        @for note in &task.notes { p.note { (shown(note)) } }
    }
}

fn of_waiting(waiting: &Waiting) -> Markup {
    html! {
        div.waiting {
            h3 { (shown(&waiting.heading)) }
            (numbers(waiting.numbers.as_ref()))
            @for line in &waiting.lines { p { (shown(line)) } }
        }
    }
}

fn numbers(numbers: Option<&(Line, Vec<Line>)>) -> Markup {
    html! {
        @if let Some((before, numbers)) = numbers {
            p { (shown(before)) }
            ul.numbers { @for number in numbers { li { (shown(number)) } } }
        }
    }
}

fn shown(line: &Line) -> Markup {
    html! {
        @for span in &line.spans {
            @match span {
                Span::Words(words) => (words),
                Span::Menu(menu) => b.menu lang="en" dir="ltr" { (menu) },
                Span::Term(term) => span lang="en" dir="ltr" { (term) },
                Span::Address(address) => a href=(address) dir="ltr" { (address) },
                Span::Verbatim(text) => bdi { (text) },
            }
        }
    }
}
