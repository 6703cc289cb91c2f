//! `unmoor approve --accept-loss`: a named person's word that customers may lose templates.

use unmoor_engine::inbox::Posted;
use unmoor_migration::templates::Losses;
use unmoor_migration::{Command, Migration, MigrationId};

use super::operator::{Answer, Ground, ask};
use super::question::{self, Question};
use crate::args::{ApproveArgs, GlobalArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::counted;

/// So many customers' losses are told one by one before the question; of more only the sum.
const MOST_TOLD: usize = 40;

pub(crate) async fn run(args: ApproveArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let ground = Ground { by: args.by, ..Ground::open(global).await? };
    let selection = selector::to_change(&args.selector, ground.store.as_ref()).await?;
    let limit = ground.config.policy.template_limit;
    let found =
        page_through(ground.store.as_ref(), &selection.filter, |stored| Some(Found::of(&stored.migration, limit)))
            .await?;
    let mut refused = 0_u64;
    for Found { customer, losses, .. } in &found {
        match losses {
            None if selection.is_by_name => {
                refused += 1;
                output.error(format_args!("{customer}: nobody has read its templates yet; `unmoor preflight` does"));
            }
            Some(losses) if losses.is_empty() => output.note(format_args!("{customer}: nothing is lost")),
            None | Some(_) => {}
        }
    }
    let open: Vec<(&Found, &Losses)> =
        found.iter().filter_map(|one| Some((one, one.losses.as_ref().filter(|losses| !losses.is_empty())?))).collect();
    let question = Question { about: about(&open), ask: "Accept?", yes: args.yes || open.is_empty() };
    if !question::agreed(&question, &ground, output).await? {
        return Ok(Exit::Refused);
    }
    let wanted = open
        .iter()
        .map(|(one, losses)| (one.id.clone(), Posted::Command(Command::AcceptLoss { losses: Losses::clone(losses) })));
    let answers = ask(&ground, wanted.collect()).await?;
    for ((Found { customer, id, .. }, losses), answer) in open.iter().zip(answers) {
        let lost = counted(losses.count(), "template");
        match answer {
            Answer::Done => {
                output.line(format_args!("{customer} ({id}): the loss of {lost} is accepted by {}", ground.by))?;
            }
            Answer::Posted => {
                output.line(format_args!("{customer} ({id}): asked for; the engine takes it in with its next look"))?;
            }
            Answer::Refused(why) => {
                refused += 1;
                output.error(format_args!("{customer}: {why}"));
            }
        }
    }
    if found.is_empty() {
        output.note("no customer fits");
    }
    Ok(if refused > 0 { Exit::Refused } else { Exit::Done })
}

/// A customer, and what it would lose beyond what is accepted already; `None` = nobody knows.
struct Found {
    id: MigrationId,
    customer: String,
    losses: Option<Losses>,
}

impl Found {
    fn of(m: &Migration, limit: Option<u32>) -> Self {
        let losses = m.template_forecast(limit).map(|forecast| forecast.losses());
        Self { id: m.id().clone(), customer: m.customer().reference.clone(), losses }
    }
}

/// Exactly what is about to be accepted.
fn about(open: &[(&Found, &Losses)]) -> Vec<String> {
    if open.len() <= MOST_TOLD {
        return open.iter().map(|(one, losses)| format!("{}: {losses}", one.customer)).collect();
    }
    let all: u32 = open.iter().fold(0, |sum, (_, losses)| sum.saturating_add(losses.count()));
    vec![format!(
        "{} of {} will not be there; `unmoor templates` tells which.",
        counted(all, "template"),
        counted(open.len() as u64, "customer")
    )]
}
