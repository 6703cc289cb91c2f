//! JSON lines: one object per line.

use std::io::{BufRead, Read};

use anyhow::Context;
use serde_json::{Map, Value};

use super::cells::Cells;
use super::columns::{self, Column};
use super::{Fault, RawRow};

/// A longer line is no customer.
const LONGEST_LINE_BYTES: usize = 64 * 1024;

/// The lines of a file.
pub(super) struct JsonRows {
    bytes: Box<dyn BufRead + Send>,
    line: u64,
    buffer: Vec<u8>,
    /// Keys that were warned of.
    strangers: Vec<String>,
}

impl JsonRows {
    pub(super) fn new(bytes: Box<dyn BufRead + Send>) -> Self {
        Self { bytes, line: 0, buffer: Vec::new(), strangers: Vec::new() }
    }

    pub(super) fn next_row(&mut self, warnings: &mut Vec<String>) -> anyhow::Result<Option<RawRow>> {
        loop {
            self.buffer.clear();
            let limit = LONGEST_LINE_BYTES as u64 + 1;
            let read = Read::take(&mut self.bytes, limit).read_until(b'\n', &mut self.buffer);
            if read.context("cannot read on in the customer file")? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.len() > LONGEST_LINE_BYTES {
                self.skip_line()?;
                let fault = Fault::of_row(format!("the line is longer than {LONGEST_LINE_BYTES} bytes"));
                return Ok(Some(RawRow { line: self.line, cells: Err(vec![fault]) }));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            let cells = match object(&self.buffer) {
                Ok(object) => {
                    self.look_for_strangers(&object, warnings)?;
                    cells(&object)
                }
                Err(fault) => Err(vec![fault]),
            };
            return Ok(Some(RawRow { line: self.line, cells }));
        }
    }

    fn skip_line(&mut self) -> anyhow::Result<()> {
        while !self.buffer.ends_with(b"\n") {
            self.buffer.clear();
            if Read::take(&mut self.bytes, LONGEST_LINE_BYTES as u64).read_until(b'\n', &mut self.buffer)? == 0 {
                break;
            }
        }
        Ok(())
    }

    fn look_for_strangers(&mut self, object: &Map<String, Value>, warnings: &mut Vec<String>) -> anyhow::Result<()> {
        for key in object.keys().filter(|key| Column::of(key).is_none()) {
            columns::refuse_secrets(key)?;
            if self.strangers.len() < columns::MOST_WARNINGS && !self.strangers.contains(key) {
                warnings.push(columns::unknown(key));
                self.strangers.push(key.clone());
            }
        }
        Ok(())
    }
}

fn object(line: &[u8]) -> Result<Map<String, Value>, Fault> {
    if std::str::from_utf8(line).is_err() {
        return Err(Fault::of_row("the line is not UTF-8 text"));
    }
    match serde_json::from_slice(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::of_row("the line is JSON, but no object: write {\"customer\":…,\"source_waba_id\":…}")),
        Err(error) if error.is_eof() => {
            Err(Fault::of_row("the line ends within its JSON: one object stands on one line"))
        }
        Err(error) => Err(Fault::of_row(format!("the line is not JSON (column {})", error.column()))),
    }
}

fn cells(object: &Map<String, Value>) -> Result<Cells, Vec<Fault>> {
    let mut cells = Cells::default();
    let mut faults = Vec::new();
    for (key, value) in object {
        let Some(column) = Column::of(key) else { continue };
        if cells.has(column) {
            faults.push(Fault::of(column, "it stands there twice"));
        }
        match value {
            Value::Null => {}
            Value::String(text) => cells.put(column, text),
            // An id may stand there as a number.
            Value::Number(number) if number.is_u64() => cells.put(column, &number.to_string()),
            Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                faults.push(Fault::of(column, "it has to be text"));
            }
        }
    }
    if faults.is_empty() { Ok(cells) } else { Err(faults) }
}
