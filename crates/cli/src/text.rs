//! Tables and words for people.

use std::fmt::Display;

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};
use jiff::Timestamp;
use unmoor_migration::fleet::Look;
use unmoor_migration::words;

/// Widest table that is written where there is no terminal, in characters: what is piped looks the same everywhere.
const WIDTH_WITHOUT_TERMINAL: u16 = 140;

/// A table with these headings; `Display` it with [`Table::trim_fmt`], so that no line ends in blanks.
pub(crate) fn table<const N: usize>(headings: [&str; N]) -> Table {
    let mut table = Table::new();
    let ruled = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    table.load_style(ruled).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH_WITHOUT_TERMINAL);
    }
    table.set_header(headings);
    // Names and ids are copied from the terminal: only the last column is broken into lines.
    let names = N.saturating_sub(1);
    table.set_constraints(std::iter::repeat_n(ColumnConstraint::ContentWidth, names));
    table
}

/// `1 customer`, `2 customers`.
pub(crate) fn counted(count: impl Into<u64>, one: &str) -> String {
    let count: u64 = count.into();
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// How long ago `then` was, seen from `now`.
pub(crate) fn ago(now: Timestamp, then: Timestamp) -> String {
    words::duration(now.duration_since(then))
}

/// What has no value.
pub(crate) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// A code in words: `awaiting_acceptance` is `awaiting acceptance`.
pub(crate) fn spaced(code: &str) -> String {
    code.replace('_', " ")
}

/// `ada let the fleet go on at 2026-11-02T08:00:00Z: the card was declined twice. It had been stopped by: …`
pub(crate) fn look(look: &Look) -> String {
    let reason = look.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{} let the fleet go on at {:.0}{reason}. It had been stopped by: {}.",
        look.by,
        look.at,
        look.ended.join("; ")
    )
}
