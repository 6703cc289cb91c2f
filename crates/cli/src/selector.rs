//! From words of the command line to migrations: ids or customer references, waves, phases, blockers, turns.

use unmoor_migration::MigrationId;
use unmoor_migration::WabaId;
use unmoor_store::{Filter, Store, Stored};

use crate::args::SelectorArgs;
use crate::exit::Trouble;
use crate::near;

const PAGE: u32 = 500;

/// What was selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// For the store.
    pub(crate) filter: Filter,
    /// Whether each migration was named by itself, so that one which refuses is an error and not merely left out.
    pub(crate) is_by_name: bool,
}

/// Which migrations a command that changes something is about. Nothing selected is an error: nobody means everybody by
/// saying nothing.
pub(crate) async fn to_change(args: &SelectorArgs, store: &dyn Store) -> anyhow::Result<Selection> {
    if !args.all && is_empty(args) {
        return Err(Trouble::bad_input("no customers are selected")
            .hint("name customers or source WABA ids, or select with --wave, --phase, --blocker, --turn or --all")
            .into());
    }
    let mut selection = to_show(args, store).await?;
    // What is over stays as it is; named by itself, it says so.
    selection.filter.open_only = !selection.is_by_name && args.phase.is_empty();
    Ok(selection)
}

/// Which migrations a command that shows something is about; nothing selected means all.
pub(crate) async fn to_show(args: &SelectorArgs, store: &dyn Store) -> anyhow::Result<Selection> {
    let filter = Filter {
        ids: resolve(&args.customers, store).await?,
        customers: Vec::new(),
        waves: args.wave.clone(),
        phases: args.phase.clone(),
        blockers: args.blocker.iter().map(|code| code.to_uppercase()).collect(),
        turn: args.turn.clone(),
        open_only: false,
    };
    for wave in &args.wave {
        ensure_wave(wave, store).await?;
    }
    Ok(Selection { filter, is_by_name: !args.customers.is_empty() })
}

/// The migrations of one reference or id; a customer may have several.
pub(crate) async fn named(text: &str, store: &dyn Store) -> anyhow::Result<Vec<MigrationId>> {
    let text = text.trim();
    if let Ok(waba) = WabaId::new(text) {
        let id = MigrationId::of(waba);
        if store.load(&id).await?.is_some() {
            return Ok(vec![id]);
        }
    }
    let filter = Filter { customers: vec![text.to_owned()], ..Filter::default() };
    let found = page_through(store, &filter, |stored| Some(stored.migration.id().clone())).await?;
    if found.is_empty() {
        return Err(unknown(text, store).await?);
    }
    Ok(found)
}

/// Calls `take` with every migration that fits, page by page, and collects what it gives.
pub(crate) async fn page_through<T>(
    store: &dyn Store,
    filter: &Filter,
    mut take: impl FnMut(Stored) -> Option<T>,
) -> anyhow::Result<Vec<T>> {
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.list(filter, cursor.as_ref(), PAGE).await?;
        found.extend(page.rows.into_iter().filter_map(&mut take));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(found),
        }
    }
}

/// Whether nothing is selected.
pub(crate) fn is_empty(args: &SelectorArgs) -> bool {
    args.customers.is_empty()
        && args.wave.is_empty()
        && args.phase.is_empty()
        && args.blocker.is_empty()
        && args.turn.is_none()
}

async fn resolve(texts: &[String], store: &dyn Store) -> anyhow::Result<Vec<MigrationId>> {
    let mut ids = Vec::new();
    for text in texts {
        ids.extend(named(text, store).await?);
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

async fn unknown(text: &str, store: &dyn Store) -> anyhow::Result<anyhow::Error> {
    let references =
        page_through(store, &Filter::default(), |stored| Some(stored.migration.customer().reference.clone())).await?;
    let trouble = Trouble::bad_input(format!("there is no customer or source WABA {text:?}"));
    Ok(trouble.hint(meant(text, &references, "`unmoor status` lists them all")).into())
}

async fn ensure_wave(wave: &str, store: &dyn Store) -> anyhow::Result<()> {
    let filter = Filter { waves: vec![wave.to_owned()], ..Filter::default() };
    if !store.list(&filter, None, 1).await?.rows.is_empty() {
        return Ok(());
    }
    let mut waves = page_through(store, &Filter::default(), |stored| stored.migration.customer().wave.clone()).await?;
    waves.sort();
    waves.dedup();
    let otherwise =
        if waves.is_empty() { "no customer has a wave".to_owned() } else { format!("there are {}", waves.join(", ")) };
    Err(Trouble::bad_input(format!("there is no wave {wave:?}")).hint(meant(wave, &waves, &otherwise)).into())
}

/// The near matches, at most three, the nearest first.
fn meant(text: &str, known: &[String], otherwise: &str) -> String {
    let lowered = text.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|candidate| {
            let contains = lowered.chars().count() >= 3 && candidate.to_lowercase().contains(&lowered);
            (if contains { 1 } else { near::distance(text, candidate) }, candidate.as_str())
        })
        .filter(|(distance, _)| *distance <= 1 + text.chars().count() / 4)
        .collect();
    near.sort_unstable();
    near.dedup();
    if near.is_empty() {
        return otherwise.to_owned();
    }
    let names: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
    format!("did you mean {}?", names.join(" or "))
}

#[cfg(test)]
mod tests;
