//! Business tokens, from their file into the vault: CSV with `source_waba_id,business_token`, or JSON lines. No token is
//! ever shown, not even in part.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::task::JoinSet;
use unmoor_engine::inbox::{Posted, post};
use unmoor_engine::vault::{SecretKind, Vault};
use unmoor_graph_api::BusinessToken;
use unmoor_migration::{MigrationId, Phase, WabaId};
use unmoor_store::Store;

use crate::config::is_open_to_others;
use crate::exit::Trouble;
use crate::output::Output;

/// So many are sealed at once: the store makes their writes durable together.
const AT_ONCE: usize = 64;

/// The tokens of a file.
pub(crate) struct Tokens {
    tokens: BTreeMap<MigrationId, BusinessToken>,
    /// Rows that cannot be used: their line, and why.
    pub(crate) bad_rows: Vec<(u64, String)>,
}

/// What became of the tokens of a file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct SealedTokens {
    /// Sealed for the first time.
    pub(crate) new: usize,
    /// Sealed in place of another one.
    pub(crate) changed: usize,
    /// In the vault already.
    pub(crate) unchanged: usize,
    /// Of WABAs that nobody has imported; left out.
    pub(crate) unknown: usize,
}

#[derive(Deserialize)]
struct JsonRow {
    source_waba_id: serde_json::Value,
    business_token: String,
}

/// Reads the file at `path`.
pub(crate) fn read(path: &Path, output: &Output) -> anyhow::Result<Tokens> {
    let shown = path.display();
    let bytes =
        fs::read(path).map_err(|error| Trouble::bad_input(format!("cannot read the tokens in {shown}: {error}")))?;
    if is_open_to_others(path) {
        output.warn(format_args!("{shown} can be read by others than its owner: `chmod 600 {shown}`"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::bad_input(format!("{shown} is not UTF-8 text")).hint("save it as \"CSV UTF-8\""))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut tokens = Tokens { tokens: BTreeMap::new(), bad_rows: Vec::new() };
    if text.trim_start().starts_with('{') {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            // The parser's words may hold a part of the line.
            let row = serde_json::from_str::<JsonRow>(line).map_err(|_| {
                "no JSON object with source_waba_id and business_token (the line is not shown)".to_owned()
            });
            tokens.add(number, row.and_then(|row| pair(&id_text(&row.source_waba_id), &row.business_token)));
        }
    } else {
        read_csv(&mut tokens, &shown.to_string(), text)?;
    }
    Ok(tokens)
}

fn id_text(id: &serde_json::Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn read_csv(tokens: &mut Tokens, shown: &str, text: &str) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let place = |name: &str| {
        header.iter().position(|column| column.eq_ignore_ascii_case(name)).ok_or_else(|| {
            // What stands there instead may be a token.
            Trouble::bad_input(format!("the first line of {shown} does not name the column {name}"))
                .hint("the first line of a tokens file is: source_waba_id,business_token")
        })
    };
    let (waba, token) = (place("source_waba_id")?, place("business_token")?);
    for record in reader.records() {
        let Ok(record) = record else {
            tokens.bad_rows.push((0, "a row cannot be read as CSV".to_owned()));
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |place: usize| record.get(place).unwrap_or_default();
        if record.iter().any(|cell| !cell.is_empty()) {
            tokens.add(line, pair(cell(waba), cell(token)));
        }
    }
    Ok(())
}

fn pair(waba: &str, token: &str) -> Result<(MigrationId, BusinessToken), String> {
    let waba =
        WabaId::new(waba.trim()).map_err(|_| "source_waba_id is no id (not shown: it may be the token)".to_owned())?;
    let token = BusinessToken::new(token.trim().to_owned()).map_err(|error| error.to_string())?;
    Ok((MigrationId::of(waba), token))
}

impl Tokens {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    fn add(&mut self, line: u64, row: Result<(MigrationId, BusinessToken), String>) {
        match row {
            Ok((id, token)) => {
                if self.tokens.insert(id.clone(), token).is_some() {
                    self.bad_rows.push((line, format!("{id} stands there twice; the last one counts")));
                }
            }
            Err(why) => self.bad_rows.push((line, why)),
        }
    }

    /// Seals what is new or changed; a migration that may have waited for it is woken.
    pub(crate) async fn seal(
        self,
        store: &Arc<dyn Store>,
        vault: &Arc<Vault>,
        at: Timestamp,
    ) -> anyhow::Result<SealedTokens> {
        let mut sealed = SealedTokens::default();
        let mut under_way = JoinSet::new();
        for (id, token) in self.tokens {
            if under_way.len() >= AT_ONCE {
                count(&mut sealed, under_way.join_next().await)?;
            }
            under_way.spawn(seal_one(Arc::clone(store), Arc::clone(vault), id, token, at));
        }
        while !under_way.is_empty() {
            count(&mut sealed, under_way.join_next().await)?;
        }
        Ok(sealed)
    }
}

enum One {
    New,
    Changed,
    Unchanged,
    Unknown,
}

type Joined = Option<Result<anyhow::Result<One>, tokio::task::JoinError>>;

fn count(sealed: &mut SealedTokens, joined: Joined) -> anyhow::Result<()> {
    match joined.transpose()?.transpose()? {
        Some(One::New) => sealed.new += 1,
        Some(One::Changed) => sealed.changed += 1,
        Some(One::Unchanged) => sealed.unchanged += 1,
        Some(One::Unknown) => sealed.unknown += 1,
        None => {}
    }
    Ok(())
}

async fn seal_one(
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    id: MigrationId,
    token: BusinessToken,
    at: Timestamp,
) -> anyhow::Result<One> {
    let Some(stored) = store.load(&id).await? else { return Ok(One::Unknown) };
    let known = vault.open(SecretKind::BusinessTokenSource, id.as_str()).await?;
    let was_known = known.is_some();
    if known.is_some_and(|known| known.expose_secret() == token.secret().expose_secret()) {
        return Ok(One::Unchanged);
    }
    vault.replace(SecretKind::BusinessTokenSource, id.as_str(), token.secret()).await?;
    if *stored.migration.phase() != Phase::Draft && !stored.migration.is_final() {
        let nudge = Posted::Nudge("a new business token".to_owned());
        post(store.as_ref(), &id, &nudge, "tokens file", at).await?;
    }
    Ok(if was_known { One::Changed } else { One::New })
}

/// Tells what is wrong with a file of tokens, and what became of the others.
pub(crate) fn tell(sealed: SealedTokens, bad_rows: &[(u64, String)], output: &Output) {
    for (line, why) in bad_rows {
        output.warn(format_args!("tokens file, line {line}: {why}"));
    }
    if sealed.unknown > 0 {
        output.warn(format_args!("{} tokens are of WABAs that were not imported, and were left out", sealed.unknown));
    }
    if sealed.new + sealed.changed > 0 {
        output.note(format_args!("sealed {} new and {} changed business tokens", sealed.new, sealed.changed));
    }
}

#[cfg(test)]
mod tests {
    use clap::ColorChoice;

    use super::*;

    fn of(text: &str) -> anyhow::Result<Tokens> {
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), text)?;
        read(file.path(), &Output::new(ColorChoice::Never, true))
    }

    #[test]
    fn both_forms_are_read_and_no_message_holds_a_token() {
        let csv = of("source_waba_id,business_token\n101,EAAone\n102,\nEAAthree,103\n101,EAAagain\n").unwrap();
        assert_eq!(csv.tokens.len(), 1);
        let lines: Vec<u64> = csv.bad_rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5]);
        let json = of("{\"source_waba_id\":101,\"business_token\":\"EAAone\"}\n\n{\"source_waba_id\":\"102\",\"business_token\":\"EAAtwo\"}\nEAAthree\n").unwrap();
        assert_eq!((json.tokens.len(), json.bad_rows.len()), (2, 1));
        for (_, why) in csv.bad_rows.iter().chain(&json.bad_rows) {
            assert!(!why.contains("EAA"), "{why}");
        }
        let error = of("EAAtoken,101\n").err().unwrap();
        assert!(!format!("{error:#}").contains("EAA"), "{error:#}");
    }
}
