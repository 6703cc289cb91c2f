//! `unmoor instructions`: what one customer has to do now, in its own language.

use serde_json::json;
use unmoor_engine::instructions::{Instructions, Language};
use unmoor_migration::{CustomerTasks, tasks};

use crate::args::{GlobalArgs, InstructionsArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::selector;

pub(crate) async fn run(args: &InstructionsArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let wanted = args.language.as_deref().map(named).transpose()?;
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let mut migrations: Vec<CustomerTasks> = Vec::new();
    let mut of_customer = None;
    for id in selector::named(&args.customer, store.as_ref()).await? {
        let Some(stored) = store.load(&id).await? else { continue };
        of_customer = of_customer.or_else(|| stored.migration.customer().language.clone());
        migrations.push(tasks(&stored.migration));
    }
    let language = wanted.unwrap_or_else(|| of_file(of_customer.as_deref(), output));
    let instructions = Instructions::new(&migrations, language, config.provider_name.as_deref());
    if args.json {
        json(&args.customer, &migrations, &instructions, output)?;
    } else if args.html {
        output.line(instructions.html())?;
    } else {
        output.line(instructions.text().trim_end())?;
    }
    Ok(if instructions.is_empty() { Exit::Waiting } else { Exit::Done })
}

/// `--language`: whoever names one wants that one.
fn named(tag: &str) -> Result<Language, Trouble> {
    Language::for_tag(tag).ok_or_else(|| {
        Trouble::bad_input(format!("there is no translation for the language {tag:?}"))
            .hint(format!("there are {}", Language::ALL.map(Language::tag).join(", ")))
    })
}

/// The customer file's language, or English where there is no translation.
fn of_file(tag: Option<&str>, output: &Output) -> Language {
    let Some(tag) = tag else { return Language::English };
    Language::for_tag(tag).unwrap_or_else(|| {
        output.warn(format_args!("the customer reads {tag:?}, which there is no translation for: this is English"));
        Language::English
    })
}

fn json(
    customer: &str,
    migrations: &[CustomerTasks],
    instructions: &Instructions,
    output: &Output,
) -> anyhow::Result<()> {
    let language = instructions.language();
    output.json_version()?;
    output.json(&json!({
        "type": "instructions", "customer": customer, "language": language.tag(), "direction": language.direction(),
        "migrations": migrations, "title": instructions.title(), "text": instructions.text(), "html": instructions.html(),
    }))?;
    let open: usize = migrations.iter().map(|migration| migration.tasks.len()).sum();
    output.json(&json!({ "type": "summary", "migrations": migrations.len(), "tasks": open }))?;
    Ok(())
}
