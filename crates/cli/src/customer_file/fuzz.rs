//! What the fuzz target does with its bytes, and the bounded run of it among the tests: they are read as a customer file, as they are
//! or put together from parts, and each line that says something has to come back, as a customer or by its number and reason.
//!
//! The file belongs to the tests here and to `fuzz/fuzz_targets/customer_file.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::io::{BufReader, Cursor};

use arbitrary::Unstructured;
use serde_json::{Value, json};
use unmoor_migration::{Customer, begin, import};

use crate::customer_file::{BadRow, CustomerFile, Row};
use crate::exit::{Exit, Trouble};

const CELLS: [&str; 38] = [
    "acorn",
    "birch",
    "",
    " ",
    "101",
    "102",
    "0101",
    "102290129340398",
    "1.02290129340398E+14",
    "999999999999999999999",
    "office@acorn.example",
    "a@b",
    "de",
    "pt_BR",
    "en-",
    "Europe/Berlin",
    "europe/berlin",
    "Europe/Berln",
    "../../etc/passwd",
    "pilot",
    "us",
    "Customer",
    "me",
    "https://acorn.example/hook",
    "http://acorn.example",
    "br",
    "DEU",
    "\"quoted\"",
    "\"two\nlines\"",
    "\"open",
    "Smith, Sons",
    "\"\"",
    "\u{1b}[31m",
    "\u{a0}",
    "\u{202e}x",
    "\u{feff}",
    "{\"customer\":1}",
    "EAAGm0PX4ZCpsBAKZC0123",
];
/// The columns, each with a cell that fits.
const COLUMNS: [(&str, &str); 10] = [
    ("customer", "acorn"),
    ("source_waba_id", ""),
    ("business_portfolio_id", "506914307656634"),
    ("contact_email", "office@acorn.example"),
    ("language", "pt_BR"),
    ("time_zone", "America/Sao_Paulo"),
    ("wave", "pilot"),
    ("two_step_by", "us"),
    ("callback_url", "https://acorn.example/hook"),
    ("storage_region", "br"),
];
/// Names that are no column, or one that is there already.
const STRANGERS: [&str; 6] = ["langage", "colour", "", " Customer ", "SOURCE_WABA_ID", "business_token"];
const ENDS: [&str; 8] = ["\n", "\n", "\r\n", "\r\n", "\r", "\n\n", "\r\n\r\n", " \n"];
const SEPARATORS: [&str; 3] = [",", ";", "\t"];
const BEGINNINGS: [&str; 6] = ["", "", "\u{feff}", "\n", "\r\n \n", "\u{feff}\u{feff}"];
const EXTENSIONS: [Option<&str>; 5] = [None, Some("csv"), Some("jsonl"), Some("tsv"), Some("txt")];

/// How many rows became customers, and how many did not; `None` where the file as a whole was refused.
pub(crate) type Outcome = Option<(usize, usize)>;

/// Reads the customer file that the bytes are.
pub(crate) fn play(bytes: &[u8]) -> Outcome {
    let mut input = Unstructured::new(bytes);
    let extension = pick(&mut input, &EXTENSIONS);
    let file = match count(&mut input, 3) {
        0 => input.bytes(input.len()).unwrap_or_default().to_vec(),
        1 => json_lines(&mut input).into_bytes(),
        _ => csv(&mut input).into_bytes(),
    };
    let whole = read(extension, &file, 1 << 16);
    assert_eq!(whole, read(extension, &file, 7), "what a pipe gives in bits is read as something else");
    let (rows, warnings) = match whole {
        Ok(read) => read,
        Err(told) => {
            assert_told(&told);
            return None;
        }
    };
    assert!(warnings.len() <= 50, "{} warnings", warnings.len());
    warnings.iter().for_each(|warning| assert_told(warning));
    check_places(extension, &file, &rows);
    let mut accounts = BTreeSet::new();
    for row in &rows {
        match row {
            Ok(entry) => {
                assert!(accounts.insert(entry.customer.source_waba.clone()), "{:?} twice", entry.customer);
                check_customer(&entry.customer);
            }
            Err(bad) => check_bad(bad),
        }
    }
    Some((accounts.len(), rows.len() - accounts.len()))
}

/// The rows and the warnings, or why there are none; the bytes come in bits of a size.
fn read(extension: Option<&str>, file: &[u8], bit: usize) -> Result<(Vec<Row>, Vec<String>), String> {
    let told = |error: anyhow::Error| {
        let trouble = error.downcast_ref::<Trouble>().unwrap_or_else(|| panic!("no person can mend this: {error:#}"));
        assert_eq!(trouble.exit, Exit::BadInput, "{error:#}");
        format!("{error:#} {}", trouble.hint.as_deref().unwrap_or_default())
    };
    let bytes = BufReader::with_capacity(bit, Cursor::new(file.to_vec()));
    let mut file = CustomerFile::new("customers", extension, Box::new(bytes)).map_err(told)?;
    let mut rows = Vec::new();
    while let Some(row) = file.next_row().map_err(told)? {
        rows.push(row);
    }
    Ok((rows, file.take_warnings()))
}

/// Every line below the header that says something is a row of its number; a quoted cell may have more lines than one.
fn check_places(extension: Option<&str>, file: &[u8], rows: &[Row]) {
    let numbers: Vec<u64> = rows.iter().map(|row| row.as_ref().map_or_else(|bad| bad.row, |entry| entry.row)).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "rows are numbered {numbers:?}");
    let text = String::from_utf8_lossy(file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file));
    let is_json = match extension {
        Some("jsonl") => true,
        Some("csv" | "tsv") => false,
        _ => text.trim_ascii_start().starts_with(['{', '[']),
    };
    let text = if is_json { text.into_owned() } else { text.replace("\r\n", "\n").replace('\r', "\n") };
    let lines: Vec<&str> = text.split('\n').collect();
    for number in &numbers {
        let line = usize::try_from(*number).ok().and_then(|number| lines.get(number.checked_sub(1)?));
        assert!(line.is_some_and(|line| !line.is_empty()), "row {number} is no line of {lines:?}");
    }
    if !is_json && text.contains('"') {
        return;
    }
    let says = |line: &str| line.chars().any(|c| !c.is_whitespace() && (is_json || !matches!(c, ',' | ';')));
    let saying = lines.iter().enumerate().filter(|(_, line)| says(line)).map(|(i, _)| i as u64 + 1);
    for number in saying.skip(usize::from(!is_json)) {
        assert!(numbers.contains(&number), "line {number} of {lines:?} is neither kept nor named");
    }
}

/// What is kept can be imported, kept in a journal, and read again from a file of its own.
fn check_customer(customer: &Customer) {
    let document = serde_json::to_value(customer).unwrap();
    assert_eq!(*customer, serde_json::from_value(document.clone()).unwrap());
    for text in document.as_object().unwrap().values().filter_map(Value::as_str) {
        assert!(text.chars().count() <= 200 && !text.chars().any(char::is_control) && !text.is_empty(), "{text:?}");
    }
    let migration = begin(&import(customer.clone(), jiff::Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!((migration.customer(), migration.id().source()), (customer, &customer.source_waba));
    let line = json!({
        "customer": customer.reference, "source_waba_id": customer.source_waba, "business_portfolio_id": customer.portfolio,
        "contact_email": customer.contact_email, "language": customer.language, "time_zone": customer.time_zone,
        "wave": customer.wave, "two_step_by": customer.two_step_by, "callback_url": customer.callback_url,
        "storage_region": customer.storage_region,
    });
    let (rows, warnings) = read(Some("jsonl"), line.to_string().as_bytes(), 1 << 16).unwrap();
    assert!(warnings.is_empty() && rows.len() == 1, "{line}: {warnings:?}");
    assert_eq!(rows[0].as_ref().map(|entry| &entry.customer), Ok(customer), "{line}");
}

fn check_bad(bad: &BadRow) {
    assert!(!bad.faults.is_empty() && bad.faults.iter().all(|fault| !fault.reason.is_empty()), "{bad:?}");
    bad.faults.iter().for_each(|fault| assert_told(&fault.reason));
    assert!(bad.to_string().starts_with(&format!("row {}: ", bad.row)), "{bad}");
}

/// What people are told fits on a line or two, and moves nobody's cursor.
fn assert_told(told: &str) {
    assert!(told.chars().count() < 600 && !told.chars().any(char::is_control), "{told:?}");
}

/// The two columns that have to be there, some of the others, and now and then one that is none.
fn columns(input: &mut Unstructured<'_>) -> Vec<(&'static str, &'static str)> {
    let mut columns = COLUMNS[..2].to_vec();
    for column in &COLUMNS[2..] {
        columns.extend((count(input, 2) == 2).then_some(*column));
    }
    if count(input, 5) == 5 {
        columns.push((pick(input, &STRANGERS), "x"));
    }
    columns
}

/// A cell: mostly one that fits; accounts are numbered.
fn cell(input: &mut Unstructured<'_>, column: (&str, &str), row: usize) -> String {
    match (count(input, 9), column) {
        (9, _) => pick(input, &CELLS).to_owned(),
        (_, ("source_waba_id", _)) => (101 + row).to_string(),
        (_, (_, fitting)) => fitting.to_owned(),
    }
}

/// A file as a spreadsheet writes it, or nearly.
fn csv(input: &mut Unstructured<'_>) -> String {
    let separator = pick(input, &SEPARATORS);
    let end = pick(input, &ENDS);
    let columns = columns(input);
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut file = pick(input, &BEGINNINGS).to_owned() + &names.join(separator);
    for row in 0..count(input, 8) {
        file.push_str(if count(input, 7) == 7 { pick(input, &ENDS) } else { end });
        let mut cells: Vec<String> = columns.iter().map(|column| cell(input, *column, row)).collect();
        match count(input, 9) {
            8 => cells.truncate(1),
            9 => cells.push(pick(input, &CELLS).to_owned()),
            _ => {}
        }
        file.push_str(&cells.join(separator));
    }
    file.push_str(pick(input, &["", "\n", "\r\n"]));
    file
}

fn json_lines(input: &mut Unstructured<'_>) -> String {
    let mut file = pick(input, &BEGINNINGS).to_owned();
    for row in 0..=count(input, 6) {
        let columns = columns(input);
        let members: Vec<String> = columns
            .iter()
            .map(|column| match count(input, 9) {
                9 => format!("{:?}:{}", column.0, value(input)),
                _ => format!("{:?}:{}", column.0, Value::from(cell(input, *column, row))),
            })
            .collect();
        let line = match count(input, 9) {
            8 => value(input),
            9 => members.join(","),
            _ => format!("{{{}}}", members.join(",")),
        };
        file.push_str(&line);
        file.push_str(pick(input, &ENDS));
    }
    file
}

fn value(input: &mut Unstructured<'_>) -> String {
    match count(input, 9) {
        0 => pick(
            input,
            &["null", "true", "1.5", "-1", "[]", "{}", "18446744073709551616", "\"\\ud800\"", "\"\\u0000\""],
        )
        .to_owned(),
        1 => "[".repeat(count(input, 300)),
        2 => count(input, 100_000).to_string(),
        _ => Value::from(pick(input, &CELLS)).to_string(),
    }
}

/// One of a few, as the bytes choose; the first where they have ended.
fn pick<T: Copy>(input: &mut Unstructured<'_>, choices: &[T]) -> T {
    choices[count(input, choices.len() - 1)]
}

/// At most so many, as the bytes choose; none where they have ended.
fn count(input: &mut Unstructured<'_>, most: usize) -> usize {
    input.int_in_range(0..=most).unwrap_or_default()
}
