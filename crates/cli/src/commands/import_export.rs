//! `unmoor import --from-export`: what another database held, into an empty one.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde_json::json;
use unmoor_store::transfer::{self, Counts};

use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::report::Lines;
use crate::text::counted;

pub(crate) async fn run(file: &Path, config: &Config, json: bool, output: &Output) -> anyhow::Result<Exit> {
    let opened = File::open(file).map_err(|error| {
        Trouble::bad_input(format!("cannot read {}: {error}", file.display())).hint("name a file of `unmoor export`")
    })?;
    let store = compose::transfer_or_create(config).await?;
    let _lock = match config.lock_file() {
        Some(lock) => Some(compose::take_for_work(&lock).await?),
        None => None,
    };
    let mut lines = Lines::begin("imported", output);
    let mut input = BufReader::with_capacity(1 << 20, opened);
    let counts = transfer::import(&*store, &mut input, &mut |rows, total| lines.reached(rows, total)).await;
    lines.finish();
    tell(config, &counts?, json, output)?;
    Ok(Exit::Done)
}

fn tell(config: &Config, counts: &Counts, json: bool, output: &Output) -> anyhow::Result<()> {
    let of = |table: &str| counts.get(table).copied().unwrap_or_default();
    if json {
        output.json_version()?;
        output.json(&json!({ "type": "summary", "counts": counts }))?;
    } else {
        output.line(format_args!(
            "{}: {}, {}, {}",
            config.database,
            counted(of("migration"), "migration"),
            counted(of("journal"), "journal row"),
            counted(of("secret"), "sealed secret"),
        ))?;
    }
    if of("secret") > 0 && config.master_key.is_none() && !config.master_key_file.exists() {
        output.warn(format_args!(
            "the master key did not come along: put the other database's into {}, or name it in UNMOOR_MASTER_KEY_FILE",
            config.master_key_file.display()
        ));
    }
    output.note("`unmoor doctor` checks what an engine needs here, and `unmoor run` goes on.");
    Ok(())
}
