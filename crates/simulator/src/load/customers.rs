//! The customer file, read as leniently as a simulator may.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::ids::Id;

/// A row that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) customer: String,
    pub(super) waba: Id,
    pub(super) portfolio: Option<Id>,
    pub(super) email: Option<String>,
    pub(super) language: Option<String>,
    pub(super) time_zone: Option<String>,
}

/// The columns that say something about the vendor's side; others are the client's business.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RawRow {
    customer: Option<String>,
    source_waba_id: Option<Text>,
    business_portfolio_id: Option<Text>,
    contact_email: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
}

/// An id in a JSON line may stand there as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Written(String),
    Number(u64),
}

impl Text {
    fn id(&self) -> Option<Id> {
        match self {
            Self::Written(text) => text.trim().parse().ok(),
            Self::Number(number) => number.to_string().parse().ok(),
        }
    }
}

/// What a customer file says.
pub(super) struct CustomerFile {
    /// All usable rows.
    pub(super) rows: Vec<Row>,
    /// What a scenario may call its customers: references and WABAs of every row, also of those that are left out.
    pub(super) names: BTreeSet<String>,
}

/// Reads CSV with a header line, or JSON lines.
pub(super) fn read(text: &str) -> CustomerFile {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw: Vec<RawRow> = if text.trim_start().starts_with('{') {
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    } else {
        read_csv(text)
    };
    let references = raw.iter().filter_map(|row| row.customer.clone());
    let wabas = raw.iter().filter_map(|row| row.source_waba_id.as_ref()?.id()).map(|id| id.to_string());
    let names = references.chain(wabas).collect();
    let mut seen = BTreeSet::new();
    let rows = raw.into_iter().filter_map(usable).filter(|row| seen.insert(row.waba)).collect();
    CustomerFile { rows, names }
}

/// Cells are found by the name of their column; a short row lacks its last ones.
fn read_csv(text: &str) -> Vec<RawRow> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return Vec::new() };
    let records = reader.records().filter_map(Result::ok);
    let rows = records.map(|record| {
        let cell = |name: &str| {
            let place = header.iter().position(|column| column == name)?;
            record.get(place).map(str::to_owned)
        };
        RawRow {
            customer: cell("customer"),
            source_waba_id: cell("source_waba_id").map(Text::Written),
            business_portfolio_id: cell("business_portfolio_id").map(Text::Written),
            contact_email: cell("contact_email"),
            language: cell("language"),
            time_zone: cell("time_zone"),
        }
    });
    rows.collect()
}

fn usable(raw: RawRow) -> Option<Row> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Some(Row {
        customer: filled(raw.customer)?,
        waba: raw.source_waba_id?.id()?,
        portfolio: raw.business_portfolio_id.and_then(|id| id.id()),
        email: filled(raw.contact_email),
        language: filled(raw.language),
        time_zone: filled(raw.time_zone),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn good_rows_are_kept_and_others_left_out() {
        let CustomerFile { rows, names: known } = read(
            "\u{feff}customer,source_waba_id,language,extra\n\
             acorn,102290129340398,de,x\n\
             ,102290129340399\n\
             birch,not a number\n\
             acorn again,102290129340398\n\
             cedar, 102290129340400 \n",
        );
        let names: Vec<&str> = rows.iter().map(|row| row.customer.as_str()).collect();
        assert_eq!(names, ["acorn", "cedar"]);
        assert_eq!(rows[0].language.as_deref(), Some("de"));
        assert_eq!(rows[1].language, None);
        assert!(known.contains("birch"), "a scenario may name whom the file names badly");
    }

    #[test]
    fn json_lines_are_read_too() {
        let rows = read(
            "{\"customer\":\"acorn\",\"source_waba_id\":102290129340398}\nnonsense\n{\"customer\":\"birch\",\"source_waba_id\":\"5\"}",
        );
        assert_eq!(rows.rows.len(), 2);
    }

    #[test]
    fn nothing_breaks_it() {
        for text in ["", "\n\n", "customer\n", "customer,source_waba_id\n\"unclosed", "\0\0", "{", "{}\n{}"] {
            assert_eq!(read(text).rows, [], "{text:?}");
        }
    }
}
