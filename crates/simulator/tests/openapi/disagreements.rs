//! The table of disagreements in `spec/observations.md`.

use std::fmt;
use std::path::Path;

use crate::recorder::Disagreement;

/// The file with the table.
pub(crate) const FILE: &str = "spec/observations.md";
/// The heading above it.
pub(crate) const HEADING: &str = "Where the simulator disagrees with Meta's OpenAPI file";
/// In a row's first column: this holds for every call that has it.
const ANY: &str = "any";

/// One row: a disagreement that is meant, and why.
pub(crate) struct Row {
    operation: String,
    status: String,
    place: String,
    rule: String,
}

impl Row {
    pub(crate) fn covers(&self, found: &Disagreement) -> bool {
        (self.operation == ANY || self.operation == found.operation)
            && self.status == found.status.to_string()
            && self.place == found.place
            && self.rule == found.rule
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "| {} | {} | `{}` | `{}` |", self.operation, self.status, self.place, self.rule)
    }
}

/// All rows. A row without a reason or a source is none.
pub(crate) fn listed() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FILE);
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split(&format!("\n## {HEADING}\n")).nth(1).unwrap_or_else(|| panic!("{FILE} lacks {HEADING}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| read(line).unwrap_or_else(|| panic!("{FILE}: not a row of the table: {line}"))).collect()
}

fn read(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
    let [operation, status, place, rule, reason, source] = <[&str; 6]>::try_from(cells).ok()?;
    if reason.len() < 10 || source.is_empty() {
        return None;
    }
    let bare = |cell: &str| cell.trim_matches('`').trim().to_owned();
    Some(Row { operation: bare(operation), status: bare(status), place: bare(place), rule: bare(rule) })
}

#[test]
fn a_row_needs_a_reason_and_a_source() {
    let row = read("| `GET /<WABA>` | 200 | `/data/*/id` | `type` | the file is wrong there | GREF |").unwrap();
    assert_eq!(row.to_string(), "| GET /<WABA> | 200 | `/data/*/id` | `type` |");
    assert!(read("| GET /<WABA> | 200 | `/data/*/id` | `type` | ? | ? |").is_none());
    assert!(read("| GET /<WABA> | 200 | `/data/*/id` | `type` |").is_none());
}
