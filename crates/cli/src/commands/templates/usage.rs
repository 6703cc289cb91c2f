//! How often templates were sent: read only where not all of them fit.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use unmoor_graph_api::calls::{MOST_DAYS, MOST_TEMPLATES, ReadTemplateAnalytics};
use unmoor_graph_api::{TemplateId, WabaId};
use unmoor_migration::Migration;
use unmoor_migration::retry::after;
use unmoor_migration::templates::{Forecast, SourceTemplate, TemplateKey};

use crate::account_reader::{Account, AccountReader};

/// What is known of it.
pub(crate) enum Usage {
    /// Nobody asked, or all fit.
    NotAsked,
    /// Messages sent with each in the last [`DAYS`] days.
    Read(BTreeMap<TemplateKey, u64>),
    /// Meta does not show it, and why.
    Unreadable(String),
}

impl Usage {
    /// The counts, where there are any.
    pub(crate) fn sent(&self) -> Option<&BTreeMap<TemplateKey, u64>> {
        match self {
            Self::Read(sent) => Some(sent),
            Self::NotAsked | Self::Unreadable(_) => None,
        }
    }
}

/// So many days are asked about: all that Meta keeps.
pub(crate) const DAYS: i32 = MOST_DAYS;

/// How often those that compete for room were sent.
pub(crate) async fn read(reader: &AccountReader, m: &Migration, forecast: &Forecast<'_>, now: Timestamp) -> Usage {
    let open: Vec<&SourceTemplate> =
        forecast.keep_first(None).into_iter().map(|forecasted| forecasted.template).collect();
    match counts(reader, m, &open, now).await {
        // A WABA whose insights were turned on yesterday has nothing to show either.
        Ok(sent) if sent.values().all(|count| *count == 0) => {
            Usage::Unreadable(format!("Meta shows no message of any of them in {DAYS} days"))
        }
        Ok(sent) => Usage::Read(sent),
        Err(why) => Usage::Unreadable(why),
    }
}

async fn counts(
    reader: &AccountReader,
    m: &Migration,
    templates: &[&SourceTemplate],
    now: Timestamp,
) -> Result<BTreeMap<TemplateKey, u64>, String> {
    let waba_id = WabaId::parse(m.id().as_str()).map_err(|error| error.to_string())?;
    let token = reader.token(m.id(), Account::Source).await?;
    let start = after(now, SignedDuration::from_hours(-24 * i64::from(DAYS)));
    let mut sent = BTreeMap::new();
    for some in templates.chunks(MOST_TEMPLATES) {
        let ids = some.iter().map(|template| TemplateId::parse(template.id.as_str())).collect::<Result<Vec<_>, _>>();
        let call = ReadTemplateAnalytics {
            token: token.clone(),
            waba_id: waba_id.clone(),
            start,
            end: now,
            template_ids: ids.map_err(|error| error.to_string())?,
        };
        let found = reader.read(&call).await?;
        sent.extend(
            some.iter().map(|template| (template.key.clone(), found.get(template.id.as_str()).copied().unwrap_or(0))),
        );
    }
    Ok(sent)
}
