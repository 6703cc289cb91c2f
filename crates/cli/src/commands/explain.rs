//! `unmoor explain`: one customer's story in plain sentences.

use serde_json::{Value, json};
use unmoor_migration::story;

use crate::args::{ExplainArgs, GlobalArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector;

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
        if args.json {
            let mut line = json!({ "type": "story", "inputs_waiting": stored.inputs_waiting });
            if let (Some(line), Value::Object(story)) = (line.as_object_mut(), serde_json::to_value(&story)?) {
                line.extend(story);
            }
            output.json(&line)?;
        } else {
            if told > 0 {
                output.line("")?;
            }
            for line in story.lines() {
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
