//! `unmoor explain`: one customer's story in plain sentences.

use anyhow::Context;
use serde_json::{Value, json};
use unmoor_engine::fleet;
use unmoor_migration::fleet::Look;
use unmoor_migration::story::{DoubtStory, Doubts, template_outlook};
use unmoor_migration::{Event, MigrationId, story};
use unmoor_store::{JournalRow, Store};

use crate::args::{ExplainArgs, GlobalArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector;
use crate::text;

/// So many journal rows are read at once.
const PAGE: u32 = 500;

pub(crate) async fn run(args: &ExplainArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let ids = selector::named(&args.customer, store.as_ref()).await?;
    let now = compose::present(&config, store.as_ref()).await?.now();
    if args.json {
        output.json_version()?;
    }
    let mut told = 0;
    for id in ids {
        let Some(stored) = store.load(&id).await? else { continue };
        let story = story(&stored.migration, now);
        let outlook = template_outlook(&stored.migration, config.policy.template_limit);
        let (doubts, looks) = told_by_journal(store.as_ref(), &id).await?;
        if args.json {
            let mut line = json!({ "type": "story", "inputs_waiting": stored.inputs_waiting });
            if let (Some(line), Value::Object(story)) = (line.as_object_mut(), serde_json::to_value(&story)?) {
                line.extend(story);
                line.insert("doubts".to_owned(), serde_json::to_value(&doubts)?);
                line.insert("fleet_resumed".to_owned(), serde_json::to_value(&looks)?);
                line.insert("template_outlook".to_owned(), outlook.into());
            }
            output.json(&line)?;
        } else {
            if told > 0 {
                output.line("")?;
            }
            let doubts = doubts.into_iter().map(|doubt| doubt.sentence);
            let lines = story.lines().into_iter().chain(outlook).chain(doubts);
            for line in lines.chain(looks.iter().map(text::look)) {
                output.line(line)?;
            }
            if stored.inputs_waiting > 0 {
                output.line("Something that was asked for waits for the engine: `unmoor run` takes it in.")?;
            }
        }
        told += 1;
    }
    if args.json {
        output.json(&json!({ "type": "summary", "stories": told }))?;
    }
    Ok(Exit::Done)
}

/// Calls of this migration that got no answer, and who let the fleet go on that it had helped to stop.
async fn told_by_journal(store: &dyn Store, id: &MigrationId) -> anyhow::Result<(Vec<DoubtStory>, Vec<Look>)> {
    let (mut doubts, mut looks, mut after_seq) = (Doubts::default(), Vec::new(), 0);
    loop {
        let rows = store.journal(id, after_seq, PAGE).await?;
        let Some(last) = rows.last() else { return Ok((doubts.stories(), looks)) };
        after_seq = last.seq;
        for row in rows {
            if row.kind == JournalRow::EVIDENCE {
                looks.extend(fleet::look_in(&row.body));
                continue;
            }
            let event: Event = serde_json::from_value(row.body)
                .with_context(|| format!("row {} of the journal of {id} cannot be read", row.seq))?;
            doubts.observe(&event);
        }
    }
}
