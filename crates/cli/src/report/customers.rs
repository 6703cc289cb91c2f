//! The table of customers: where each stands, and what it waits for.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use jiff::Timestamp;
use serde::Serialize;
use unmoor_migration::{Blocker, Migration, NumberState, Turn};

use super::summary::milliseconds;

/// One customer's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "customer")]
pub struct Row {
    /// The provider's reference.
    pub customer: String,
    /// The source WABA, which is also the migration's id.
    pub source_waba_id: String,
    /// Its wave.
    pub wave: Option<String>,
    /// Where it stands.
    pub phase: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Numbers that are over.
    pub numbers_moved: usize,
    /// Numbers that are to be over.
    pub numbers_total: usize,
    /// The longest gap of its numbers, in milliseconds.
    pub gap_ms: Option<i64>,
    /// Whose turn it is.
    pub turn: Option<&'static str>,
    /// What it waits for, as codes.
    pub blockers: Vec<&'static str>,
    /// The same in words.
    pub waits_for: Option<String>,
    /// What was left behind.
    pub exceptions: Vec<String>,
}

impl Row {
    /// The line of `m`.
    #[must_use]
    pub fn of(m: &Migration) -> Self {
        Self {
            customer: m.customer().reference.clone(),
            source_waba_id: m.id().to_string(),
            wave: m.customer().wave.clone(),
            phase: m.phase_name(),
            since: m.phase_entered_at(),
            numbers_moved: m.numbers().filter(|number| number.is_migrated()).count(),
            numbers_total: m.numbers().filter(|number| !matches!(number.state, NumberState::Skipped { .. })).count(),
            gap_ms: m.longest_gap().and_then(|gap| i64::try_from(gap.as_millis()).ok()),
            turn: m.turn_name(),
            blockers: m.blocker_codes(),
            waits_for: waits_for(m),
            exceptions: m.exceptions().to_vec(),
        }
    }
}

/// The lines of `migrations`.
#[must_use]
pub fn rows<'a>(migrations: impl IntoIterator<Item = &'a Migration>) -> Vec<Row> {
    migrations.into_iter().map(Row::of).collect()
}

/// What a migration waits for, in one sentence: whoever can do something is named first.
fn waits_for(m: &Migration) -> Option<String> {
    if m.is_final() {
        return None;
    }
    let first = m.blockers().iter().min_by_key(|blocker| blocker.turn)?;
    let more = m.blockers().len() - 1;
    let and_more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    Some(format!("{}: {}{and_more}", who(first.turn), sentence(first)))
}

fn who(turn: Turn) -> &'static str {
    match turn {
        Turn::Customer => "customer",
        Turn::TechProvider => "you",
        Turn::SolutionPartner => "partner",
        Turn::Meta => "Meta",
        Turn::Time => "time",
    }
}

fn sentence(blocker: &Blocker) -> String {
    blocker.code.row().sentence.trim_end_matches('.').to_owned()
}

/// The table for people.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    let ruled = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    table.load_style(ruled).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        // What is piped looks the same whatever the terminal's width is.
        table.set_width(140);
    }
    table.set_header(["Customer", "Phase", "Numbers", "Gap", "Waits for / left behind"]);
    for row in rows {
        let told = row.waits_for.clone().or_else(|| row.exceptions.first().map(|first| left_behind(first, row)));
        table.add_row([
            row.customer.clone(),
            row.phase.replace('_', " "),
            format!("{}/{}", row.numbers_moved, row.numbers_total),
            row.gap_ms.map_or_else(|| "–".to_owned(), milliseconds),
            told.unwrap_or_default(),
        ]);
    }
    table.trim_fmt()
}

fn left_behind(first: &str, row: &Row) -> String {
    match row.exceptions.len() {
        0 | 1 => first.to_owned(),
        count => format!("{first} (and {} more)", count - 1),
    }
}
