//! From the cells of a row to a customer. Every cell that is wrong is told, not only the first.

use std::collections::BTreeMap;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use unmoor_graph_api::calls::CallbackOverride;
use unmoor_migration::{Customer, PortfolioId, TwoStepBy, WabaId};

use super::Fault;
use super::columns::Column;
use crate::near;

/// Longest reference, wave or address that makes sense.
const LONGEST_TEXT: usize = 200;

/// What a row holds; an empty cell is none.
#[derive(Debug, Default)]
pub(super) struct Cells(BTreeMap<Column, String>);

impl Cells {
    /// Blanks around a text go, also those that are no ASCII: a spreadsheet's no-break space names nobody.
    pub(super) fn put(&mut self, column: Column, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert(column, text.to_owned());
        }
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.0.contains_key(&column)
    }
}

/// The customer of a row.
pub(super) fn check(cells: Cells) -> Result<Customer, Vec<Fault>> {
    let mut row = Checked { cells, faults: Vec::new() };
    let reference = row.required(Column::Customer, text);
    let source_waba = row.required(Column::SourceWabaId, |text| id(text, WabaId::new));
    let portfolio = row.optional(Column::BusinessPortfolioId, |text| id(text, PortfolioId::new));
    let contact_email = row.optional(Column::ContactEmail, email);
    let language = row.optional(Column::Language, language);
    let time_zone = row.optional(Column::TimeZone, time_zone);
    let wave = row.optional(Column::Wave, text);
    let two_step_by = row.optional(Column::TwoStepBy, two_step_by).unwrap_or_default();
    let callback_url = row.optional(Column::CallbackUrl, callback_url);
    let storage_region = row.optional(Column::StorageRegion, region);
    match (reference, source_waba, row.faults) {
        (Some(reference), Some(source_waba), faults) if faults.is_empty() => Ok(Customer {
            reference,
            source_waba,
            portfolio,
            contact_email,
            language,
            time_zone,
            wave,
            two_step_by,
            callback_url,
            storage_region,
        }),
        (_, _, faults) => Err(faults),
    }
}

struct Checked {
    cells: Cells,
    faults: Vec<Fault>,
}

impl Checked {
    fn optional<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.cells.0.get(&column)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.faults.push(Fault::of(column, reason));
                None
            }
        }
    }

    fn required<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if !self.cells.has(column) {
            self.faults.push(Fault::of(column, "it is empty"));
        }
        self.optional(column, read)
    }
}

/// A cell's text in a message; never longer than a line.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}

fn text(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err(format!("{} has a line break or another control character", shown(text)));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(format!("it is longer than {LONGEST_TEXT} characters"));
    }
    Ok(text.to_owned())
}

fn id<T>(text: &str, read: fn(&str) -> Result<T, unmoor_migration::InvalidId>) -> Result<T, String> {
    read(text).map_err(|error| {
        let is_rounded = text.to_ascii_lowercase().contains("e+");
        if is_rounded {
            format!("{} was rounded by a spreadsheet: format the column as text and enter the id again", shown(text))
        } else {
            error.to_string()
        }
    })
}

fn email(address: &str) -> Result<String, String> {
    let wrong = || format!("{} is no e-mail address", shown(address));
    let address = text(address)?;
    let (local, domain) = address.rsplit_once('@').ok_or_else(wrong)?;
    let labels_are_right = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    let local_is_right = !local.is_empty()
        && !local.chars().any(|c| c.is_whitespace() || matches!(c, '@' | ',' | ';' | '<' | '>' | '(' | ')'));
    if local_is_right && labels_are_right { Ok(address) } else { Err(wrong()) }
}

/// A BCP 47 tag by its form; the underscore of other notations is read as its hyphen.
fn language(tag: &str) -> Result<String, String> {
    let hyphenated = text(tag)?.replace('_', "-");
    let mut subtags = hyphenated.split('-');
    let primary = subtags.next().unwrap_or_default();
    let primary_is_right = matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    let rest_is_right =
        subtags.all(|subtag| matches!(subtag.len(), 1..=8) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if primary_is_right && rest_is_right {
        Ok(hyphenated)
    } else {
        Err(format!("{} is no language tag (BCP 47): write en, de or pt-BR", shown(tag)))
    }
}

fn time_zone(name: &str) -> Result<String, String> {
    if TimeZone::get(name).is_ok() {
        return Ok(name.to_owned());
    }
    let known: Vec<String> = TimeZoneDatabase::bundled().available().map(|zone| zone.as_str().to_owned()).collect();
    let meant = near::nearest(&name.replace(' ', "_"), known.iter().map(String::as_str));
    Err(match meant {
        Some(near) => format!("{} is no time zone; did you mean {near}?", shown(name)),
        None => format!("{} is no time zone (IANA): write Europe/Berlin or America/Sao_Paulo", shown(name)),
    })
}

fn two_step_by(who: &str) -> Result<TwoStepBy, String> {
    match who.to_ascii_lowercase().as_str() {
        "us" => Ok(TwoStepBy::Us),
        "customer" => Ok(TwoStepBy::Customer),
        _ => Err(format!("{} is neither us nor customer", shown(who))),
    }
}

/// The same check as before the call, so that a bad address is told weeks before it would be needed.
fn callback_url(url: &str) -> Result<String, String> {
    let checked = CallbackOverride::new(url, "not sent".to_owned());
    checked.map(|callback| callback.uri().to_owned()).map_err(|error| format!("{}: {error}", shown(url)))
}

/// Two letters, as Meta writes countries (observations: `registration.region`).
fn region(code: &str) -> Result<String, String> {
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(code.to_ascii_uppercase())
    } else {
        Err(format!("{} is no region: write two letters, such as DE", shown(code)))
    }
}
