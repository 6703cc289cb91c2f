//! `unmoor adopt`: goes on with a migration intent whose id was lost, or that somebody set by hand.

use unmoor_migration::Command;

use super::operator::{Deed, Ground, Selected, carry_out_for};
use super::question::{self, Question};
use crate::args::{AdoptArgs, GlobalArgs, SelectorArgs};
use crate::exit::{Exit, Trouble};
use crate::output::Output;

pub(crate) async fn run(args: AdoptArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let AdoptArgs { customer, intent, acceptance_seen, by, yes } = args;
    let ground = Ground::open(global).await?;
    let ground = Ground { by: by.unwrap_or_else(|| ground.by.clone()), ..ground };
    let selector = SelectorArgs { customers: vec![customer.clone()], ..SelectorArgs::default() };
    let selected = Selected::find(&ground, &selector, |_| true).await?;
    let [(id, reference)] = selected.targets.as_slice() else {
        let ids: Vec<String> = selected.targets.iter().map(|(id, _)| id.to_string()).collect();
        return Err(Trouble::bad_input(format!("{customer} has several WABAs, and an intent is of one"))
            .hint(format!("name one of them: {}", ids.join(", ")))
            .into());
    };
    let is_started = ground.store.load(id).await?.is_some_and(|stored| stored.migration.started().is_some());
    let question = Question {
        about: vec![
            format!("You are about to give migration intent {intent} to {reference} (WABA {id})."),
            "It is read at Meta, and taken only if it names this WABA.".to_owned(),
            "Once it is accepted and every gate is open, the numbers are moved and registered: that cannot be undone."
                .to_owned(),
        ],
        ask: "Give it?",
        // Nothing follows before a start, which asks.
        yes: yes || !is_started,
    };
    if !question::agreed(&question, &ground, output).await? {
        return Ok(Exit::Refused);
    }
    let command = Command::Adopt { intent, acceptance_seen };
    let deed = Deed { command, done: "given; the next look reads whose it is", applies: |_| true };
    let exit = carry_out_for(&ground, &selected, &deed, output).await?;
    if exit == Exit::Done {
        output.note("`unmoor run` does the work, and `unmoor explain` tells what came of it.");
    }
    Ok(exit)
}
