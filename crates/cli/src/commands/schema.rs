//! `unmoor schema`: the version of the database's tables.

use secrecy::ExposeSecret;
use serde_json::json;
use unmoor_store::{PostgresStore, SchemaVersions, SqliteStore};

use crate::args::{GlobalArgs, SchemaAction, SchemaArgs};
use crate::config::{Config, DatabaseAddress};
use crate::exit::Exit;
use crate::output::Output;

pub(crate) async fn run(args: &SchemaArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let before = look(&config.database).await?;
    let after = match args.action {
        SchemaAction::Check => before,
        SchemaAction::Upgrade => {
            upgrade(&config.database).await?;
            look(&config.database).await?
        }
    };
    if args.json {
        output.json(&json!({
            "type": "schema",
            "database": config.database.to_string(),
            "before": before.found,
            "found": after.found,
            "known": after.known,
        }))?;
    } else {
        output.line(told(&config.database, before, after))?;
    }
    Ok(if after.found == Some(after.known) { Exit::Done } else { Exit::Refused })
}

fn told(database: &DatabaseAddress, before: SchemaVersions, after: SchemaVersions) -> String {
    let known = after.known;
    match (before.found, after.found) {
        (Some(before), Some(after)) if before != after => {
            format!("{database}: upgraded from schema version {before} to {after}")
        }
        (None, Some(after)) => format!("{database}: made, with schema version {after}"),
        (_, Some(found)) if found == known => format!("{database}: schema version {found}, the present one"),
        (_, Some(found)) if found < known => {
            format!("{database}: schema version {found}; this program needs {known}: run `unmoor schema upgrade`")
        }
        (_, Some(found)) => format!("{database}: schema version {found}; this program knows {known}: use a newer one"),
        (_, None) => format!("{database}: nothing is there yet: run `unmoor import FILE` or `unmoor schema upgrade`"),
    }
}

async fn look(database: &DatabaseAddress) -> anyhow::Result<SchemaVersions> {
    Ok(match database {
        DatabaseAddress::File(path) => SqliteStore::versions(path)?,
        DatabaseAddress::Postgres(address) => {
            PostgresStore::versions(address.url.expose_secret(), address.authorities.as_deref()).await?
        }
    })
}

async fn upgrade(database: &DatabaseAddress) -> anyhow::Result<()> {
    match database {
        DatabaseAddress::File(path) => drop(SqliteStore::open(path)?),
        DatabaseAddress::Postgres(address) => {
            PostgresStore::upgrade(address.url.expose_secret(), address.authorities.as_deref()).await?;
        }
    }
    Ok(())
}
