//! Commands of operators: posted to the inbox, and taken in at once where no engine runs, so that the answer is known.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;
use tokio::task::JoinSet;
use unmoor_engine::clock::{Clock, SystemClock};
use unmoor_engine::inbox::{Posted, TakenIn, post, post_to_all, take_in_now};
use unmoor_engine::vault::Vault;
use unmoor_migration::retry::after;
use unmoor_migration::{Command, Migration, MigrationId, Policy};
use unmoor_store::{JournalRow, Store};

use crate::args::{GlobalArgs, SelectorArgs};
use crate::compose::{self, EngineLock, Taken};
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::counted;

/// So many are posted at once: the store makes their writes durable together.
const AT_ONCE: usize = 64;
/// How long a running engine is given to answer, in real time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
const PAUSE: SignedDuration = SignedDuration::from_millis(50);
/// The answers of a running engine are looked up one by one for at most so many.
const MOST_FOLLOWED: usize = 200;
/// So many are told one by one; of more only the refused ones are.
const MOST_TOLD: usize = 40;

/// Where a command acts.
pub(crate) struct Ground {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Who asks, for the journal.
    pub(crate) by: String,
}

impl Ground {
    /// The database that is there, for changing it.
    pub(crate) async fn open(global: &GlobalArgs) -> anyhow::Result<Self> {
        let config = Config::load(global)?;
        let store = compose::open_existing(&config).await?;
        Self::of(config, store).await
    }

    /// The database, made where there is none.
    pub(crate) async fn open_or_create(config: Config) -> anyhow::Result<Self> {
        let store = compose::open_or_create(&config).await?;
        Self::of(config, store).await
    }

    /// Makes ready to journal something. Not asked of whoever only posts what an engine journals.
    pub(crate) async fn begin_journal(&self) -> anyhow::Result<Arc<Vault>> {
        let vault = compose::vault(&self.config, &self.store).await?;
        compose::begin_journal(self.store.as_ref(), &vault).await?;
        Ok(vault)
    }

    async fn of(config: Config, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        compose::check_stamp(&config, store.as_ref()).await?;
        let clock = compose::present(&config, store.as_ref()).await?;
        Ok(Self { config, store, clock, by: user() })
    }
}

/// Who sits at the terminal.
pub(crate) fn user() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "operator".to_owned())
}

/// What came of a command for one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was taken in.
    Done,
    /// It is not possible, and why.
    Refused(String),
    /// It waits for the engine.
    Posted,
}

/// A command that is the same for all who are selected.
pub(crate) struct Deed {
    pub(crate) command: Command,
    /// What has been done then, e.g. `paused`.
    pub(crate) done: &'static str,
    /// To whom of a whole group it applies; who is named gets it in any case.
    pub(crate) applies: fn(&Migration) -> bool,
}

/// Does `deed` to whom `args` selects, and tells what came of it.
pub(crate) async fn carry_out(
    ground: &Ground,
    args: &SelectorArgs,
    deed: &Deed,
    output: &Output,
) -> anyhow::Result<Exit> {
    let selected = Selected::find(ground, args, deed.applies).await?;
    carry_out_for(ground, &selected, deed, output).await
}

/// Who was selected.
pub(crate) struct Selected {
    /// To whom it applies: id and reference.
    pub(crate) targets: Vec<(MigrationId, String)>,
    /// How many of a group it does not apply to.
    pub(crate) left_out: usize,
}

impl Selected {
    /// Finds them.
    pub(crate) async fn find(
        ground: &Ground,
        args: &SelectorArgs,
        applies: fn(&Migration) -> bool,
    ) -> anyhow::Result<Self> {
        let selection = selector::to_change(args, ground.store.as_ref()).await?;
        let mut left_out = 0;
        let targets = page_through(ground.store.as_ref(), &selection.filter, |stored| {
            let m = stored.migration;
            if selection.is_by_name || applies(&m) {
                return Some((m.id().clone(), m.customer().reference.clone()));
            }
            left_out += 1;
            None
        })
        .await?;
        Ok(Self { targets, left_out })
    }
}

/// The same for those who are found already.
pub(crate) async fn carry_out_for(
    ground: &Ground,
    selected: &Selected,
    deed: &Deed,
    output: &Output,
) -> anyhow::Result<Exit> {
    let ids = selected.targets.iter().map(|(id, _)| (id.clone(), Posted::Command(deed.command.clone())));
    let answers = ask(ground, ids.collect()).await?;
    let (mut done, mut posted, mut refused) = (0_u64, 0_u64, 0_u64);
    let tell_each = answers.len() <= MOST_TOLD;
    for ((id, reference), answer) in selected.targets.iter().zip(answers) {
        match answer {
            Answer::Done => {
                done += 1;
                if tell_each {
                    output.line(format_args!("{reference} ({id}): {}", deed.done))?;
                }
            }
            Answer::Posted => {
                posted += 1;
                if tell_each {
                    output.line(format_args!(
                        "{reference} ({id}): asked for; the engine takes it in with its next look"
                    ))?;
                }
            }
            Answer::Refused(why) => {
                refused += 1;
                output.error(format_args!("{reference}: {why}"));
            }
        }
    }
    if !tell_each {
        output.line(format_args!(
            "{}: {}, {} asked for, {} refused",
            deed.done,
            counted(done, "customer"),
            posted,
            refused
        ))?;
    }
    if selected.left_out > 0 {
        output.note(format_args!("left as they are: {}", counted(selected.left_out as u64, "customer")));
    }
    if selected.targets.is_empty() && selected.left_out == 0 {
        output.note("no customer fits");
    }
    Ok(if refused > 0 { Exit::Refused } else { Exit::Done })
}

/// Posts one thing for each of `wanted`, and gives their answers in the same order.
pub(crate) async fn ask(ground: &Ground, wanted: Vec<(MigrationId, Posted)>) -> anyhow::Result<Vec<Answer>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let owner = compose::owner(&ground.config)?;
    let Some(file) = ground.config.lock_file() else {
        // Workers take up one migration at a time, and so does this; what one of them holds it answers itself.
        return take_in_all(ground, &owner, wanted).await;
    };
    match EngineLock::try_take(&file)? {
        Taken::Ours(lock) => {
            ground.store.release_all_of(&owner).await?;
            let answers = take_in_all(ground, &owner, wanted).await;
            drop(lock);
            answers
        }
        Taken::By(_) => ask_engine(ground, wanted).await,
    }
}

/// No engine is in the way: everything is decided here.
async fn take_in_all(ground: &Ground, owner: &str, wanted: Vec<(MigrationId, Posted)>) -> anyhow::Result<Vec<Answer>> {
    ground.begin_journal().await?;
    let mut answers = vec![Answer::Posted; wanted.len()];
    let mut under_way = JoinSet::new();
    let policy = Arc::new(ground.config.policy.clone());
    // Where a lock is held nobody else decides.
    let patience = if ground.config.lock_file().is_some() { SignedDuration::ZERO } else { PATIENCE };
    let asking = Arc::new(Asking { by: ground.by.clone(), owner: owner.to_owned(), patience });
    for (place, (id, posted)) in wanted.into_iter().enumerate() {
        if under_way.len() >= AT_ONCE {
            keep(&mut answers, under_way.join_next().await)?;
        }
        let (store, clock, policy) = (Arc::clone(&ground.store), Arc::clone(&ground.clock), Arc::clone(&policy));
        let asking = Arc::clone(&asking);
        under_way.spawn(async move { Ok((place, take_in_one(store, clock, &policy, &asking, id, posted).await?)) });
    }
    while !under_way.is_empty() {
        keep(&mut answers, under_way.join_next().await)?;
    }
    Ok(answers)
}

type Joined = Option<Result<anyhow::Result<(usize, Answer)>, tokio::task::JoinError>>;

fn keep(answers: &mut [Answer], joined: Joined) -> anyhow::Result<()> {
    if let Some((place, answer)) = joined.transpose()?.transpose()?
        && let Some(slot) = answers.get_mut(place)
    {
        *slot = answer;
    }
    Ok(())
}

/// Who asks, under which name, and how long a worker that has the migration is waited for.
struct Asking {
    by: String,
    owner: String,
    patience: SignedDuration,
}

async fn take_in_one(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    policy: &Policy,
    asking: &Asking,
    id: MigrationId,
    posted: Posted,
) -> anyhow::Result<Answer> {
    let journal_end = journal_end(store.as_ref(), &id).await?;
    let seq = post(store.as_ref(), &id, &posted, &asking.by, clock.now()).await?;
    let taken_in = take_in_now(store.as_ref(), clock.as_ref(), policy, &asking.owner, &id).await?;
    if let TakenIn::Decided(answers) = taken_in
        && let Some((_, refused)) = answers.into_iter().find(|(decided, _)| *decided == seq)
    {
        return Ok(refused.map_or(Answer::Done, Answer::Refused));
    }
    // A worker has decided it already, or has the migration just now: its answer is in the journal, or will be.
    let give_up_at = after(SystemClock.now(), asking.patience);
    loop {
        let answer = look(store.as_ref(), &asking.by, &id, &posted, journal_end).await?;
        let now = SystemClock.now();
        if answer != Answer::Posted || now >= give_up_at {
            return Ok(answer);
        }
        SystemClock.sleep_until(after(now, PAUSE), "operator").await;
    }
}

/// An engine runs: it is given a moment to answer.
async fn ask_engine(ground: &Ground, wanted: Vec<(MigrationId, Posted)>) -> anyhow::Result<Vec<Answer>> {
    let store = ground.store.as_ref();
    let follow = wanted.len() <= MOST_FOLLOWED;
    let mut open = Vec::new();
    for (id, _) in &wanted {
        open.push(if follow { journal_end(store, id).await? } else { 0 });
    }
    for alike in wanted.chunk_by(|(_, one), (_, other)| one == other) {
        let Some((_, posted)) = alike.first() else { continue };
        let ids: Vec<MigrationId> = alike.iter().map(|(id, _)| id.clone()).collect();
        post_to_all(store, &ids, posted, &ground.by, ground.clock.now()).await?;
    }
    let mut answers = vec![Answer::Posted; wanted.len()];
    if !follow {
        return Ok(answers);
    }
    let give_up_at = after(SystemClock.now(), PATIENCE);
    loop {
        let mut waiting = false;
        for (((id, posted), journal_end), answer) in wanted.iter().zip(&open).zip(&mut answers) {
            if *answer == Answer::Posted {
                *answer = look(store, &ground.by, id, posted, *journal_end).await?;
                waiting |= *answer == Answer::Posted;
            }
        }
        let now = SystemClock.now();
        if !waiting || now >= give_up_at {
            return Ok(answers);
        }
        SystemClock.sleep_until(after(now, PAUSE), "operator").await;
    }
}

/// What the engine has made of an input, as far as it has.
async fn look(
    store: &dyn Store,
    by: &str,
    id: &MigrationId,
    posted: &Posted,
    journal_end: u64,
) -> anyhow::Result<Answer> {
    if store.load(id).await?.is_some_and(|stored| stored.inputs_waiting > 0) {
        return Ok(Answer::Posted);
    }
    let ours = serde_json::to_value(posted)?;
    let rows = store.journal(id, journal_end, 500).await?;
    let refusal = rows
        .iter()
        .filter(|row| row.kind == JournalRow::EVIDENCE)
        .find(|row| row.body.get("refused") == Some(&ours) && row.body.get("by").and_then(Value::as_str) == Some(by));
    let why = refusal.and_then(|row| row.body.get("why")).and_then(Value::as_str);
    Ok(why.map_or(Answer::Done, |why| Answer::Refused(why.to_owned())))
}

async fn journal_end(store: &dyn Store, id: &MigrationId) -> anyhow::Result<u64> {
    let mut end = 0;
    loop {
        match store.journal(id, end, 1000).await?.last() {
            Some(row) => end = row.seq,
            None => return Ok(end),
        }
    }
}
