//! CSV as spreadsheets write it: a header line, commas, semicolons or tabs between cells.

use std::io::BufRead;

use ::csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use anyhow::Context;

use super::cells::Cells;
use super::columns::{self, Column};
use super::lines::Lines;
use super::{Fault, RawRow};
use crate::exit::Trouble;

type Bytes = Box<dyn BufRead + Send>;

/// The rows below the header.
pub(super) struct CsvRows {
    reader: Reader<Lines<Bytes>>,
    /// What each place of a row holds; `None` = a column that is not ours.
    places: Vec<Option<Column>>,
    record: ByteRecord,
    name: String,
}

impl CsvRows {
    pub(super) fn new(name: &str, mut bytes: Bytes, warnings: &mut Vec<String>) -> anyhow::Result<Self> {
        let delimiter = delimiter(bytes.as_mut())?;
        let mut reader =
            ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(Lines::new(bytes));
        let header = reader.byte_headers().with_context(|| format!("cannot read {name}"))?.clone();
        let names =
            header.iter().map(|cell| String::from_utf8(cell.to_vec())).collect::<Result<Vec<String>, _>>().map_err(
                |_| {
                    Trouble::bad_input(format!("the header line of {name} is not UTF-8 text"))
                        .hint("save the file as \"CSV UTF-8\" in the spreadsheet program")
                },
            )?;
        let places: Vec<Option<Column>> = names.iter().map(|name| Column::of(name)).collect();
        for column in Column::ALL {
            let count = places.iter().flatten().filter(|known| **known == column).count();
            if count > 1 {
                return Err(Trouble::bad_input(format!("{name} has the column {} twice", column.name())).into());
            }
            if count == 0 && column.is_required() {
                return Err(columns::missing(name, column, &names).into());
            }
        }
        for (unknown, _) in names.iter().zip(&places).filter(|(name, place)| place.is_none() && !name.is_empty()) {
            columns::refuse_secrets(unknown)?;
            if warnings.len() < columns::MOST_WARNINGS {
                warnings.push(columns::unknown(unknown));
            }
        }
        Ok(Self { reader, places, record: ByteRecord::new(), name: name.to_owned() })
    }

    pub(super) fn next_row(&mut self) -> anyhow::Result<Option<RawRow>> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.with_context(|| format!("cannot read on in {}", self.name))? {
                return Ok(None);
            }
            // A spreadsheet writes rows of empty cells below the last one.
            if self.record.iter().any(|cell| !cell.is_empty()) {
                let place = self.record.position().map_or(0, ::csv::Position::byte);
                let line = self.reader.get_mut().at(place);
                return Ok(Some(RawRow { line, cells: self.cells() }));
            }
        }
    }

    fn cells(&self) -> Result<Cells, Vec<Fault>> {
        let mut cells = Cells::default();
        let mut faults = Vec::new();
        let beyond = self.record.iter().skip(self.places.len());
        if beyond.clone().any(|cell| !cell.is_empty()) {
            faults.push(Fault::of_row(format!(
                "it has {} cells, and the header {}: quote a cell that holds the separator",
                self.record.len(),
                self.places.len()
            )));
        }
        for (place, cell) in self.places.iter().zip(self.record.iter()) {
            let Some(column) = *place else { continue };
            match std::str::from_utf8(cell) {
                Ok(text) => cells.put(column, text),
                Err(_) => faults.push(Fault::of(column, not_utf8(cell))),
            }
        }
        if faults.is_empty() { Ok(cells) } else { Err(faults) }
    }
}

pub(super) fn not_utf8(bytes: &[u8]) -> String {
    let shown: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
    format!("{shown:?} is not UTF-8 text; save the file as \"CSV UTF-8\"")
}

/// Spreadsheets of many countries write semicolons. Whatever stands in the header line most often separates.
fn delimiter(bytes: &mut (dyn BufRead + Send)) -> anyhow::Result<u8> {
    let begin = bytes.fill_buf()?;
    let header: Vec<u8> = begin
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    Ok([b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b','))
}
