//! Headings, tables and instants, the same everywhere.

use jiff::Timestamp;
use maud::{Markup, html};

use super::Zone;

/// A heading of this level, 2 to 4.
pub(super) fn heading(level: u8, text: &str) -> Markup {
    html! {
        @match level {
            ..=2 => h2 { (text) },
            3 => h3 { (text) },
            _ => h4 { (text) },
        }
    }
}

/// An instant, to the second.
pub(super) fn instant(at: Timestamp, zone: &Zone) -> Markup {
    shown(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// An instant, to the minute, where many stand in a row.
pub(super) fn minute(at: Timestamp, zone: &Zone) -> Markup {
    shown(at, zone, "%Y-%m-%d %H:%M")
}

/// An instant, to the millisecond.
pub(super) fn exact(at: Timestamp, zone: &Zone) -> Markup {
    shown(at, zone, "%Y-%m-%d %H:%M:%S%.3f")
}

fn shown(at: Timestamp, zone: &Zone, format: &str) -> Markup {
    html! { time datetime=(at) { (text(at, zone, format)) } }
}

/// An instant in the zone; elsewhere than in UTC with its offset, since a zone has more than one.
pub(super) fn text(at: Timestamp, zone: &Zone, format: &str) -> String {
    let format = if zone.name == "UTC" { format.to_owned() } else { format!("{format} %:z") };
    at.to_zoned(zone.zone.clone()).strftime(&format).to_string()
}

pub(super) fn or_dash(at: Option<Timestamp>, zone: &Zone) -> Markup {
    match at {
        Some(at) => instant(at, zone),
        None => dash(),
    }
}

/// Nothing, which is read aloud as that.
pub(super) fn dash() -> Markup {
    html! { span.none aria-label="none" role="img" { "–" } }
}

pub(super) fn text_or_dash(text: Option<&str>) -> Markup {
    match text {
        Some(text) => html! { (text) },
        None => dash(),
    }
}

/// A table that may be wider than the screen: it is scrolled by itself, with the keyboard too.
pub(super) fn table(caption: &str, headings: &[(&str, bool)], rows: &[Markup]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (caption) }
                thead {
                    tr { @for (text, is_number) in headings { th.number[*is_number] scope="col" { (text) } } }
                }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}

/// Names and values.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    list("facts", rows)
}

/// The same where values are long.
pub(super) fn wide_facts(rows: &[(&str, Markup)]) -> Markup {
    list("facts wide", rows)
}

fn list(class: &str, rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl class=(class) {
            @for (name, value) in rows {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A code in words: `awaiting_acceptance` is `awaiting acceptance`.
pub(super) fn spaced(code: &str) -> String {
    code.replace('_', " ")
}
