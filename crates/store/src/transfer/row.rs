//! One row as a line: `{"type":"journal","migration_id":"…","seq":1,…}`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::tables::{Column, Kind, Table};

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Flag(bool),
    Bytes(Vec<u8>),
}

impl Cell {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Flag(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// The cells of a row, in the order of its table's columns.
pub(crate) type Row = Vec<Cell>;

/// A row that is written as an object.
pub(crate) struct Line<'a> {
    pub(crate) table: &'static Table,
    pub(crate) row: &'a Row,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.row.len()))?;
        map.serialize_entry(TYPE, self.table.name)?;
        for (column, cell) in self.table.columns.iter().zip(self.row) {
            match cell {
                Cell::Null => map.serialize_entry(column.name, &())?,
                Cell::Text(text) => map.serialize_entry(column.name, text)?,
                Cell::Integer(number) => map.serialize_entry(column.name, number)?,
                Cell::Flag(flag) => map.serialize_entry(column.name, flag)?,
                Cell::Bytes(bytes) => map.serialize_entry(column.name, &hex::encode(bytes))?,
            }
        }
        map.end()
    }
}

/// The key that every line begins with. `kind` is a column of ours.
pub(crate) const TYPE: &str = "type";

/// Takes the cells of a row of `table` out of a line; what is missing, unknown or of another kind is told.
pub(crate) fn read(table: &'static Table, mut line: Map<String, Value>) -> Result<Row, String> {
    line.remove(TYPE);
    let cells = table.columns.iter().map(|column| {
        let value = line.remove(column.name).ok_or_else(|| format!("its {} is missing", column.name))?;
        cell(column, value).ok_or_else(|| format!("its {} is of another kind than expected", column.name))
    });
    let row = cells.collect::<Result<Row, String>>()?;
    match line.keys().next() {
        None => Ok(row),
        Some(unknown) => Err(format!(
            "this program does not know its {unknown}: use the version that wrote the file, or a newer one"
        )),
    }
}

fn cell(column: &Column, value: Value) -> Option<Cell> {
    match (column.kind, value) {
        (_, Value::Null) => Some(Cell::Null),
        (Kind::Text, Value::String(text)) => Some(Cell::Text(text)),
        (Kind::Integer, Value::Number(number)) => number.as_i64().map(Cell::Integer),
        (Kind::Flag, Value::Bool(flag)) => Some(Cell::Flag(flag)),
        (Kind::Bytes, Value::String(text)) => hex::decode(text).ok().map(Cell::Bytes),
        (Kind::Text | Kind::Integer | Kind::Flag | Kind::Bytes, _) => None,
    }
}
