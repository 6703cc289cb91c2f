//! `unmoor start`: from here on customers are asked, and once they accept their numbers move.

use unmoor_migration::{Command, Migration, Phase};

use super::operator::{Deed, Ground, Selected, carry_out_for};
use super::question::{self, Question};
use crate::args::{GlobalArgs, StartArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::selector;
use crate::text::counted;

pub(crate) async fn run(args: &StartArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let ground = Ground::open(global).await?;
    let deed = Deed { command: Command::Start, done: "started", applies: |m| m.started().is_none() };
    let selected = Selected::find(&ground, &args.selector, deed.applies).await?;
    let mut counts = Counts::default();
    let selection = selector::to_change(&args.selector, ground.store.as_ref()).await?;
    selector::page_through(ground.store.as_ref(), &selection.filter, |stored| {
        if stored.migration.started().is_none() {
            counts.add(&stored.migration);
        }
        None::<()>
    })
    .await?;
    let question = Question {
        about: if counts.customers == 0 { Vec::new() } else { counts.about(ground.config.policy.pilot_first) },
        ask: "Start?",
        yes: args.yes || counts.customers == 0,
    };
    if !question::agreed(&question, &ground, output).await? {
        return Ok(Exit::Refused);
    }
    let exit = carry_out_for(&ground, &selected, &deed, output).await?;
    if exit == Exit::Done {
        output.note("`unmoor run` does the work.");
    }
    Ok(exit)
}

/// What a start would set going.
#[derive(Debug, Default)]
struct Counts {
    customers: u64,
    unchecked: u64,
    numbers: u64,
}

impl Counts {
    fn add(&mut self, m: &Migration) {
        self.customers += 1;
        self.unchecked += u64::from(*m.phase() < Phase::Ready);
        self.numbers += m.numbers().filter(|number| number.reason_to_skip().is_none()).count() as u64;
    }

    fn about(&self, pilot_first: bool) -> Vec<String> {
        let mut lines = vec![format!(
            "You are about to start {} with {} to move.",
            counted(self.customers, "migration"),
            counted(self.numbers, "number")
        )];
        if self.unchecked > 0 {
            lines.push(format!("{} not been checked yet; that comes first.", have(self.unchecked)));
        }
        lines.push("Meta mails every admin of each WABA and asks to accept the request.".to_owned());
        lines.push(
            "Once a customer has accepted and every gate is open, its numbers are moved and registered: \
             that cannot be undone."
                .to_owned(),
        );
        lines.push(if pilot_first {
            "The first migration goes alone; the others cut over after it.".to_owned()
        } else {
            "The policy lets several cut over at once from the beginning (pilot_first = false).".to_owned()
        });
        lines
    }
}

fn have(count: u64) -> String {
    if count == 1 { "1 of them has".to_owned() } else { format!("{count} of them have") }
}
