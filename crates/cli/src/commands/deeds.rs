//! `unmoor hold`, `release`, `pause`, `resume`, `retry`, `leave-templates`, `cancel`, `attest`.

use unmoor_engine::fleet;
use unmoor_migration::{Command, Migration, Phase};

use super::operator::{Deed, Ground, Selected, carry_out, carry_out_for};
use super::question::{self, Question};
use crate::args::{
    AttestArgs, CancelArgs, GlobalArgs, HoldArgs, LeaveTemplatesArgs, PauseArgs, ReleaseArgs, ResumeArgs, RetryArgs,
    SelectorArgs,
};
use crate::exit::Exit;
use crate::output::Output;
use crate::text::counted;

fn to_all(_: &Migration) -> bool {
    true
}

pub(crate) async fn hold(args: HoldArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let command = Command::Hold { reason: args.reason };
    let deed = Deed { command, done: "held", applies: |m| m.held().is_none() };
    carry_out(&Ground::open(global).await?, &args.selector, &deed, output).await
}

pub(crate) async fn release(args: &ReleaseArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let deed = Deed { command: Command::Release, done: "released", applies: |m| m.held().is_some() };
    carry_out(&Ground::open(global).await?, &args.selector, &deed, output).await
}

pub(crate) async fn pause(args: PauseArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let command = Command::Pause { reason: args.reason };
    let deed = Deed { command, done: "paused", applies: |m| m.paused().is_none() };
    carry_out(&Ground::open(global).await?, &args.selector, &deed, output).await
}

pub(crate) async fn resume(args: &ResumeArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let ground = Ground::open(global).await?;
    if args.fleet {
        ground.begin_journal().await?;
        let (store, reason) = (ground.store.as_ref(), args.reason.as_deref());
        match fleet::resume(store, &ground.by, reason, ground.clock.now()).await? {
            Some(look) => {
                output.line(format_args!("the fleet goes on; it had been stopped by: {}", look.ended.join("; ")))?;
            }
            None => output.line("the fleet goes on; nothing had stopped its moves")?,
        }
        if is_empty(&args.selector) {
            return Ok(Exit::Done);
        }
    }
    let deed = Deed { command: Command::Resume, done: "resumed", applies: |m| m.paused().is_some() };
    carry_out(&ground, &args.selector, &deed, output).await
}

fn is_empty(selector: &SelectorArgs) -> bool {
    let SelectorArgs { customers, wave, phase, blocker, turn, all } = selector;
    customers.is_empty() && wave.is_empty() && phase.is_empty() && blocker.is_empty() && turn.is_none() && !all
}

pub(crate) async fn retry(args: &RetryArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let deed =
        Deed { command: Command::Retry, done: "will be looked at again", applies: |m| *m.phase() != Phase::Draft };
    carry_out(&Ground::open(global).await?, &args.selector, &deed, output).await
}

pub(crate) async fn leave_templates(
    args: LeaveTemplatesArgs,
    global: &GlobalArgs,
    output: &Output,
) -> anyhow::Result<Exit> {
    let command = Command::LeaveTemplates { template: args.template };
    let deed = Deed { command, done: "its templates are left", applies: |m| !m.is_final() };
    carry_out(&Ground::open(global).await?, &args.selector, &deed, output).await
}

pub(crate) async fn attest(args: AttestArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let command = Command::Attest { gate: args.gate, number: args.number, note: args.note };
    let deed = Deed { command, done: "attested", applies: to_all };
    let ground = Ground { by: args.by, ..Ground::open(global).await? };
    carry_out(&ground, &args.selector, &deed, output).await
}

pub(crate) async fn cancel(args: CancelArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let ground = Ground::open(global).await?;
    let command = Command::Cancel { reason: args.reason };
    let deed = Deed { command, done: "cancelled", applies: |m| m.cancelled().is_none() };
    let selected = Selected::find(&ground, &args.selector, deed.applies).await?;
    let question = Question {
        about: vec![
            format!("You are about to cancel {}.", counted(selected.targets.len() as u64, "migration")),
            "Numbers that have not begun to move stay with the old partner; a number that has begun is finished."
                .to_owned(),
            "A cancelled migration does not come back.".to_owned(),
        ],
        ask: "Cancel?",
        yes: args.yes || selected.targets.is_empty(),
    };
    if !question::agreed(&question, &ground, output).await? {
        return Ok(Exit::Refused);
    }
    carry_out_for(&ground, &selected, &deed, output).await
}
