//! `unmoor pin`: reveals one PIN to one person, who says why. The journal knows it before the person does.

use secrecy::ExposeSecret;
use serde_json::json;
use unmoor_engine::vault::SecretKind;
use unmoor_store::Filter;

use super::operator::Ground;
use crate::args::{GlobalArgs, PinArgs};
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::selector::page_through;

pub(crate) async fn run(args: &PinArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let ground = Ground::open(global).await?;
    let owners = page_through(ground.store.as_ref(), &Filter::default(), |stored| {
        let m = stored.migration;
        let has_it = m.numbers().any(|number| number.number == args.number);
        has_it.then(|| m.id().clone())
    })
    .await?;
    let Some(owner) = owners.first() else {
        return Err(Trouble::bad_input(format!("no migration has the number {}", args.number))
            .hint("numbers are known once a customer was checked: `unmoor preflight`")
            .into());
    };
    let vault = ground.begin_journal().await?;
    let Some(pin) = vault.open(SecretKind::Pin, args.number.as_str()).await? else {
        return Err(Trouble::bad_input(format!("{} has no PIN yet", args.number))
            .hint("it is drawn and sealed just before the number moves")
            .into());
    };
    // What is revealed without a trace would be revealed to anybody: no entry, no PIN.
    let evidence =
        json!({ "revealed": "pin", "number": args.number, "by": args.by, "account": ground.by, "reason": args.reason });
    ground.store.append_evidence(owner, ground.clock.now(), &evidence).await?;
    output.warn(format_args!(
        "this PIN registers {}: give it to nobody who need not have it. The journal of {owner} keeps who asked and why.",
        args.number
    ));
    output.line(pin.expose_secret())?;
    Ok(Exit::Done)
}
