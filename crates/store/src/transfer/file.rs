//! The file: JSON lines, the first with what comes, the last with what came and a digest over every line before it.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::row::{self, Line, TYPE};
use super::{Batch, Contents, RowSink, RowSource, TABLES, Table, Transfer, TransferError};
use crate::Stamp;

/// The version of the file's own form.
const FORMAT: u64 = 1;
/// The version of the tables whose rows are in it, on both backends.
pub(super) const SCHEMA: u64 = 1;
/// A longer line is none of ours.
const LONGEST_LINE_BYTES: u64 = 256 << 20;

/// How many rows of each table, by its name.
pub type Counts = BTreeMap<String, u64>;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename = "version")]
struct First {
    export: u64,
    schema: u64,
    stamp: Option<StampLine>,
    counts: Counts,
}

#[derive(Debug, Serialize, Deserialize)]
struct StampLine {
    origin: String,
    app_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename = "summary")]
struct Last {
    lines: u64,
    counts: Counts,
    sha256: String,
}

/// Writes everything in `database`, as it is at one instant, to `output`, and returns how much that was. `told` hears of the
/// rows written and of their number in all.
///
/// # Errors
/// [`TransferError`]; what was written until then is no whole export, and an import of it is refused.
pub async fn export(
    database: &dyn Transfer,
    output: &mut (dyn Write + Send),
    told: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts, TransferError> {
    let mut writer = Writer { output, told, digest: Sha256::new(), lines: 0, rows: 0, total: 0, counts: Counts::new() };
    database.read_all(&mut writer).await?;
    writer.end()
}

/// Brings an export into an empty database, all of it or nothing, and returns how much that was. `told` hears of the rows
/// read and of their number in all.
///
/// # Errors
/// [`TransferError`]; nothing was kept then, but for a commit of unknown outcome.
pub async fn import(
    database: &dyn Transfer,
    input: &mut (dyn BufRead + Send),
    told: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts, TransferError> {
    let mut reader = Reader::of(input, told)?;
    database.write_all(&mut reader).await?;
    Ok(reader.counts)
}

struct Writer<'a> {
    output: &'a mut (dyn Write + Send),
    told: &'a mut (dyn FnMut(u64, u64) + Send),
    digest: Sha256,
    lines: u64,
    rows: u64,
    total: u64,
    counts: Counts,
}

impl Writer<'_> {
    fn line(&mut self, line: &impl Serialize) -> Result<(), TransferError> {
        let lines = self.lines;
        let failed = |source| TransferError::Io { doing: "write", lines, source };
        let mut text = serde_json::to_vec(line).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        self.digest.update(&text);
        self.output.write_all(&text).map_err(failed)?;
        self.lines += 1;
        Ok(())
    }

    fn end(mut self) -> Result<Counts, TransferError> {
        let sha256 = hex::encode(std::mem::take(&mut self.digest).finalize());
        let last = Last { lines: self.lines, counts: std::mem::take(&mut self.counts), sha256 };
        self.line(&last)?;
        let flushed = self.output.flush();
        flushed.map_err(|source| TransferError::Io { doing: "write", lines: self.lines, source })?;
        Ok(last.counts)
    }
}

impl RowSink for Writer<'_> {
    fn begin(&mut self, contents: Contents) -> Result<(), TransferError> {
        self.total = contents.counts.iter().map(|(_, count)| count).sum();
        let counts: Counts = contents.counts.iter().map(|(table, count)| (table.name.to_owned(), *count)).collect();
        self.counts = counts.keys().map(|table| (table.clone(), 0)).collect();
        let stamp = contents.stamp.map(|stamp| StampLine { origin: stamp.origin, app_id: stamp.app_id });
        self.line(&First { export: FORMAT, schema: SCHEMA, stamp, counts })
    }

    fn take(&mut self, batch: &Batch) -> Result<(), TransferError> {
        for row in &batch.rows {
            self.line(&Line { table: batch.table, row })?;
        }
        let came = batch.rows.len() as u64;
        *self.counts.entry(batch.table.name.to_owned()).or_default() += came;
        self.rows += came;
        (self.told)(self.rows, self.total);
        Ok(())
    }
}

struct Reader<'a> {
    input: &'a mut (dyn BufRead + Send),
    told: &'a mut (dyn FnMut(u64, u64) + Send),
    stamp: Option<Stamp>,
    promised: Counts,
    counts: Counts,
    digest: Sha256,
    lines: u64,
    rows: u64,
    /// The first row of the next batch, and the place of its table among all.
    ahead: Option<(usize, row::Row)>,
    /// The place of the table that came last.
    place: usize,
    ended: bool,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn of(
        input: &'a mut (dyn BufRead + Send),
        told: &'a mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Self, TransferError> {
        let mut reader = Self {
            input,
            told,
            stamp: None,
            promised: Counts::new(),
            counts: Counts::new(),
            digest: Sha256::new(),
            lines: 0,
            rows: 0,
            ahead: None,
            place: 0,
            ended: false,
            buffer: Vec::new(),
        };
        let is_none = "it is no export of Unmoor";
        if !reader.read_line()? {
            return Err(reader.wrong(format!("{is_none}: the file is empty")));
        }
        let first: First =
            serde_json::from_slice(&reader.buffer).map_err(|error| reader.wrong(format!("{is_none}: {error}")))?;
        if (first.export, first.schema) != (FORMAT, SCHEMA) {
            return Err(reader.wrong(format!(
                "it has form {} with tables of version {}, and this program reads form {FORMAT} with version {SCHEMA}: \
                 use the version of Unmoor that wrote it",
                first.export, first.schema
            )));
        }
        if let Some(unknown) = first.counts.keys().find(|name| Table::named(name).is_none()) {
            return Err(reader.wrong(format!("this program knows no table {unknown}: use the version that wrote it")));
        }
        reader.digest.update(&reader.buffer);
        reader.stamp = first.stamp.map(|stamp| Stamp { origin: stamp.origin, app_id: stamp.app_id });
        reader.counts = first.counts.keys().map(|table| (table.clone(), 0)).collect();
        reader.promised = first.counts;
        Ok(reader)
    }

    fn wrong(&self, why: String) -> TransferError {
        TransferError::File { line: self.lines.max(1), why }
    }

    /// Whether there was a line.
    fn read_line(&mut self) -> Result<bool, TransferError> {
        self.buffer.clear();
        let failed = |lines, source| TransferError::Io { doing: "read", lines, source };
        let mut limited = std::io::Read::take(&mut *self.input, LONGEST_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(|source| failed(self.lines, source))?;
        self.lines += u64::from(read > 0);
        if read > 0 && self.buffer.last() != Some(&b'\n') {
            return Err(self.wrong("the file is cut off in the middle of it".to_owned()));
        }
        Ok(read > 0)
    }

    /// The next row with the place of its table, until the last line, which has to confirm all of them.
    fn next_row(&mut self) -> Result<Option<(usize, row::Row)>, TransferError> {
        if self.ended {
            return Ok(None);
        }
        if !self.read_line()? {
            return Err(
                self.wrong("the file is cut off after it: its last line, with the digest, is missing".to_owned())
            );
        }
        let mut line: Map<String, Value> =
            serde_json::from_slice(&self.buffer).map_err(|error| self.wrong(error.to_string()))?;
        let name = line.get(TYPE).and_then(Value::as_str).unwrap_or_default().to_owned();
        if name == "summary" {
            let last = serde_json::from_value(Value::Object(std::mem::take(&mut line)));
            let last: Last = last.map_err(|error| self.wrong(error.to_string()))?;
            return self.check(&last).map(|()| None);
        }
        let place = TABLES.iter().position(|table| table.name == name);
        let (place, table) = place
            .and_then(|place| TABLES.get(place).map(|table| (place, table)))
            .ok_or_else(|| self.wrong(format!("this program knows no table {name:?}")))?;
        if place < self.place {
            return Err(self.wrong(format!("a row of {name} stands behind later tables")));
        }
        self.place = place;
        self.digest.update(&self.buffer);
        let row = row::read(table, line).map_err(|why| self.wrong(format!("a row of {name}: {why}")))?;
        *self.counts.entry(name).or_default() += 1;
        Ok(Some((place, row)))
    }

    fn check(&mut self, last: &Last) -> Result<(), TransferError> {
        self.ended = true;
        if self.read_line()? {
            return Err(self.wrong("something follows the last line".to_owned()));
        }
        let sha256 = hex::encode(std::mem::take(&mut self.digest).finalize());
        let lines = self.lines - 1;
        if last.sha256 != sha256 || last.lines != lines || last.counts != self.counts || self.promised != self.counts {
            return Err(self.wrong(format!(
                "the file was changed or is not whole: its last line says {} lines with the digest {}, and there are {lines} \
                 with {sha256}",
                last.lines, last.sha256
            )));
        }
        Ok(())
    }
}

impl RowSource for Reader<'_> {
    fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    fn give(&mut self) -> Result<Option<Batch>, TransferError> {
        let first = match self.ahead.take() {
            Some(ahead) => Some(ahead),
            None => self.next_row()?,
        };
        let Some((place, row)) = first else { return Ok(None) };
        let Some(table) = TABLES.get(place) else { return Ok(None) };
        let mut batch = Batch::of(table);
        batch.push(row);
        while !batch.is_full() {
            match self.next_row()? {
                Some((same, row)) if same == place => batch.push(row),
                ahead => {
                    self.ahead = ahead;
                    break;
                }
            }
        }
        self.rows += batch.rows.len() as u64;
        (self.told)(self.rows, self.promised.values().sum());
        Ok(Some(batch))
    }
}
