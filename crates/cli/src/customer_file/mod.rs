//! The customer file: CSV with a header line, or JSON lines. Read row by row, so that its length does not matter.
//!
//! A bad row is told with its place in the file, its column and the reason, and the good ones are kept.

mod cells;
mod columns;
mod csv;
#[cfg(test)]
mod fuzz;
mod json_lines;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;
use unmoor_migration::{Customer, WabaId};

use crate::exit::Trouble;
use cells::Cells;
use columns::Column;

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The column, where it is one.
    pub(crate) column: Option<&'static str>,
    /// What is wrong with it.
    pub(crate) reason: String,
}

impl Fault {
    fn of(column: Column, reason: impl Into<String>) -> Self {
        Self { column: Some(column.name()), reason: reason.into() }
    }

    fn of_row(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BadRow {
    /// Its line in the file, from 1; the header counts.
    pub(crate) row: u64,
    /// Everything that is wrong with it.
    pub(crate) faults: Vec<Fault>,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: ", self.row)?;
        for (i, fault) in self.faults.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            match fault.column {
                Some(column) => write!(f, "{separator}{column}: {}", fault.reason)?,
                None => write!(f, "{separator}{}", fault.reason)?,
            }
        }
        Ok(())
    }
}

/// A good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its line in the file, from 1.
    pub(crate) row: u64,
    /// Whom it describes.
    pub(crate) customer: Customer,
    /// Whether it says who turns two-step verification off; otherwise the customer has the default.
    pub(crate) says_two_step_by: bool,
}

/// A row of the file: a customer, or what is wrong.
pub(crate) type Row = Result<Entry, BadRow>;

/// A customer file that is being read.
pub(crate) struct CustomerFile {
    name: String,
    format: Format,
    seen: BTreeMap<WabaId, u64>,
    rows: u64,
    warnings: Vec<String>,
}

enum Format {
    Csv(csv::CsvRows),
    JsonLines(json_lines::JsonRows),
}

/// A row as it stands in the file, before anything is checked.
struct RawRow {
    line: u64,
    cells: Result<Cells, Vec<Fault>>,
}

impl CustomerFile {
    /// Opens the file at `path`; `-` is standard input. What the whole file lacks, such as a column, is an error.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Self::new("standard input", None, Box::new(BufReader::new(io::stdin())));
        }
        let name = path.display().to_string();
        let file = File::open(path)
            .map_err(|error| Trouble::bad_input(format!("cannot read the customer file {name}: {error}")))?;
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
        Self::new(&name, extension.as_deref(), Box::new(BufReader::with_capacity(1 << 16, file)))
    }

    /// A file of which only the bytes are known, and perhaps the ending of its name.
    pub(crate) fn new(name: &str, extension: Option<&str>, mut bytes: Box<dyn BufRead + Send>) -> anyhow::Result<Self> {
        let mut warnings = Vec::new();
        let (begins, head) = begin(name, bytes.as_mut())?;
        let bytes: Box<dyn BufRead + Send> = Box::new(io::Cursor::new(head).chain(bytes));
        let is_json = match extension {
            Some("csv" | "tsv") => false,
            Some("jsonl" | "ndjson" | "json") => true,
            Some(_) | None => begins == b'{' || begins == b'[',
        };
        let format = if is_json {
            Format::JsonLines(json_lines::JsonRows::new(bytes))
        } else {
            Format::Csv(csv::CsvRows::new(name, bytes, &mut warnings)?)
        };
        Ok(Self { name: name.to_owned(), format, seen: BTreeMap::new(), rows: 0, warnings })
    }

    /// The next row; `None` after the last.
    pub(crate) fn next_row(&mut self) -> anyhow::Result<Option<Row>> {
        let raw = match &mut self.format {
            Format::Csv(rows) => rows.next_row()?,
            Format::JsonLines(rows) => rows.next_row(&mut self.warnings)?,
        };
        let Some(RawRow { line, cells }) = raw else {
            if self.rows == 0 {
                return Err(Trouble::bad_input(format!("{} has no customers", self.name))
                    .hint("below the header line stands one line per WABA")
                    .into());
            }
            return Ok(None);
        };
        self.rows += 1;
        Ok(Some(self.entry(line, cells).map_err(|faults| BadRow { row: line, faults })))
    }

    fn entry(&mut self, row: u64, cells: Result<Cells, Vec<Fault>>) -> Result<Entry, Vec<Fault>> {
        let cells = cells?;
        let says_two_step_by = cells.has(Column::TwoStepBy);
        let customer = cells::check(cells)?;
        if let Some(first) = self.seen.get(&customer.source_waba) {
            let reason = format!("{} stands in row {first} already", customer.source_waba);
            return Err(vec![Fault::of(Column::SourceWabaId, reason)]);
        }
        self.seen.insert(customer.source_waba.clone(), row);
        Ok(Entry { row, customer, says_two_step_by })
    }

    /// What was odd about the file so far, without making a row bad. Each is given once.
    pub(crate) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

/// All of a file at once, for whoever needs every customer anyway.
#[derive(Debug, Default)]
pub(crate) struct WholeFile {
    /// The customers of the good rows.
    pub(crate) customers: Vec<Customer>,
    /// The others.
    pub(crate) bad_rows: Vec<BadRow>,
    /// What was odd.
    pub(crate) warnings: Vec<String>,
}

/// Reads the file at `path` to its end.
pub(crate) fn read_whole(path: &Path) -> anyhow::Result<WholeFile> {
    read_rest(CustomerFile::open(path)?)
}

/// Reads a customer file that is in memory, e.g. a generated one.
pub(crate) fn read_text(name: &str, text: &str) -> anyhow::Result<WholeFile> {
    read_rest(CustomerFile::new(name, None, Box::new(io::Cursor::new(text.to_owned().into_bytes())))?)
}

fn read_rest(mut file: CustomerFile) -> anyhow::Result<WholeFile> {
    let mut whole = WholeFile::default();
    while let Some(row) = file.next_row()? {
        match row {
            Ok(entry) => whole.customers.push(entry.customer),
            Err(bad) => whole.bad_rows.push(bad),
        }
    }
    whole.warnings = file.take_warnings();
    Ok(whole)
}

/// The first byte that means something, and everything up to the end of its line, without a byte order mark.
fn begin(name: &str, bytes: &mut dyn BufRead) -> anyhow::Result<(u8, Vec<u8>)> {
    let mut head = first_line(bytes).map_err(|error| Trouble::bad_input(format!("cannot read {name}: {error}")))?;
    let begins = |with: &[u8]| head.starts_with(with);
    if begins(&[0xff, 0xfe]) || begins(&[0xfe, 0xff]) {
        return Err(Trouble::bad_input(format!("{name} is UTF-16 text"))
            .hint("save it as \"CSV UTF-8\" in the spreadsheet program")
            .into());
    }
    if begins(b"PK\x03\x04") {
        return Err(Trouble::bad_input(format!("{name} is a spreadsheet, not a CSV file"))
            .hint("save it as \"CSV UTF-8\" in the spreadsheet program")
            .into());
    }
    if begins(BYTE_ORDER_MARK) {
        head.drain(..BYTE_ORDER_MARK.len());
    }
    let empty = || {
        Trouble::bad_input(format!("{name} is empty"))
            .hint("the first line names the columns; customer and source_waba_id are required")
    };
    // Blank lines are left for the readers, which count them.
    let first = head.iter().copied().find(|byte| !byte.is_ascii_whitespace()).ok_or_else(empty)?;
    Ok((first, head))
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Longest line that is looked at as a whole before the reading begins.
const LONGEST_HEADER_BYTES: usize = 1 << 16;

/// Everything up to the end of the first line that is not blank. A pipe may give it in bits.
fn first_line(bytes: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut length = 0;
    loop {
        let bit = bytes.fill_buf()?;
        let mut used = 0;
        for byte in bit {
            used += 1;
            head.push(*byte);
            // A byte order mark before blank lines is no line yet.
            let is_mark = head.len() <= BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&head);
            let ends = matches!(byte, b'\n' | b'\r');
            if length > 0 && (ends || length == LONGEST_HEADER_BYTES) {
                bytes.consume(used);
                return Ok(head);
            }
            length += usize::from((length > 0 || !byte.is_ascii_whitespace()) && !is_mark);
        }
        if used == 0 {
            return Ok(head);
        }
        bytes.consume(used);
    }
}
