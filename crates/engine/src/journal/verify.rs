//! Every chain, every state, and what they add up to.

use std::collections::{BTreeMap, VecDeque};

use unmoor_migration::MigrationId;
use unmoor_store::chain::{JournalKey, Lane};
use unmoor_store::{JournalView, KeptEntry, KeptMigration, Store, StoreError};

use super::Head;
use super::chain::{Chain, Gap, Misfit};
use super::finding::{Finding, What};
use super::replayed::Replay;

const MIGRATIONS_PER_PAGE: u32 = 200;
const ENTRIES_PER_PAGE: u32 = 500;

/// So many entries that do not fit, and places where some are missing, are compared with each other.
const MOST_COMPARED: usize = 256;

/// So many migrations of a lane are named.
const MOST_NAMED: usize = 20;

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Migrations.
    pub migrations: u64,
    /// Entries of their journals.
    pub entries: u64,
    /// How much does not hold; each was shown.
    pub findings: u64,
    /// All chains together; `None` when only some were checked.
    pub head: Option<Head>,
}

/// What is seen on the way.
#[derive(Debug)]
pub enum Seen<'a> {
    /// Another migration was checked.
    Migration,
    /// Something does not hold.
    Finding(&'a Finding),
}

/// Checks the journals of a database at one instant, whatever is written meanwhile: of the migrations in `only`, or all of
/// them and what they add up to, and then also whether the database is at least as far as `expected`. What does not hold is
/// shown as it is found; memory does not grow with the fleet.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub async fn verify(
    store: &dyn Store,
    key: &JournalKey,
    only: Option<&[MigrationId]>,
    expected: Option<&Head>,
    watch: &mut (dyn FnMut(Seen<'_>) + Send),
) -> Result<Checked, StoreError> {
    let view = store.journals().await?;
    let checked = Checked { migrations: 0, entries: 0, findings: 0, head: None };
    let mut walk = Walk {
        key,
        entries: Entries { view, page: VecDeque::new(), after: (String::new(), i64::MIN), is_over: false },
        watch,
        checked,
        lanes: BTreeMap::new(),
        misfits: Vec::new(),
        gaps: Vec::new(),
        orphans: BTreeMap::new(),
    };
    match only {
        Some(ids) => walk.some(ids).await?,
        None => walk.all(expected).await?,
    }
    walk.tell_strangers();
    Ok(walk.checked)
}

/// The rows of all journals, in order.
struct Entries<'a> {
    view: Box<dyn JournalView + 'a>,
    page: VecDeque<KeptEntry>,
    after: (String, i64),
    is_over: bool,
}

impl Entries<'_> {
    /// From the beginning of this migration's journal.
    fn seek(&mut self, migration: &str) {
        self.page.clear();
        self.after = (migration.to_owned(), i64::MIN);
        self.is_over = false;
    }

    /// The next entry, if it is in a journal that `wanted` holds for.
    async fn next_if(&mut self, wanted: impl Fn(&str) -> bool + Send + Sync) -> Result<Option<KeptEntry>, StoreError> {
        if self.page.is_empty() && !self.is_over {
            self.page = self.view.entries((&self.after.0, self.after.1), ENTRIES_PER_PAGE).await?.into();
            self.is_over = self.page.is_empty();
            if let Some(last) = self.page.back() {
                self.after = (last.migration_id.clone(), last.seq);
            }
        }
        Ok(self.page.pop_front_if(|entry| wanted(&entry.migration_id)))
    }
}

/// What belongs to a lane, as the rows have it and as the journals do.
struct Sums {
    by_rows: Lane,
    by_journals: Lane,
    is_explained: bool,
}

struct Walk<'a> {
    key: &'a JournalKey,
    entries: Entries<'a>,
    watch: &'a mut (dyn FnMut(Seen<'_>) + Send),
    checked: Checked,
    lanes: BTreeMap<u64, Sums>,
    misfits: Vec<(String, Misfit)>,
    gaps: Vec<(String, Gap)>,
    /// Migrations that only their journals tell of, by lane.
    orphans: BTreeMap<u64, u64>,
}

impl Walk<'_> {
    fn find(&mut self, migration: Option<&KeptMigration>, what: What) {
        let customer = migration.map(|migration| migration.columns.customer.clone());
        self.tell(&Finding { migration: migration.map(|migration| migration.id.clone()), customer, what });
    }

    fn tell(&mut self, finding: &Finding) {
        self.checked.findings += 1;
        (self.watch)(Seen::Finding(finding));
    }

    async fn some(&mut self, ids: &[MigrationId]) -> Result<(), StoreError> {
        for id in ids {
            let kept = self.entries.view.migration(id.as_str()).await?;
            self.entries.seek(id.as_str());
            match kept {
                Some(kept) => self.one(&kept).await?,
                None => {
                    let migration = Some(id.to_string());
                    self.tell(&Finding { migration, customer: None, what: What::MigrationMissing });
                }
            }
        }
        Ok(())
    }

    async fn all(&mut self, expected: Option<&Head>) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let page = self.entries.view.migrations(&after, MIGRATIONS_PER_PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            for kept in &page {
                self.orphans(|id| id < kept.id.as_str()).await?;
                self.one(kept).await?;
            }
        }
        self.orphans(|_| true).await?;
        let lanes = self.entries.view.lanes().await?;
        self.compare_lanes(&lanes).await?;
        match self.entries.view.fleet().await? {
            Some(fleet) if fleet.is_sealed(self.key) => {}
            Some(_) | None => self.find(None, What::FleetChanged),
        }
        let head = Head::of(self.key, &lanes);
        if let Some(expected) = expected {
            if head.commits < expected.commits {
                self.find(None, What::RolledBack { expected: expected.commits, found: head.commits });
            } else if head.commits == expected.commits && head != *expected {
                self.find(None, What::OtherHistory);
            }
        }
        self.checked.head = Some(head);
        Ok(())
    }

    /// Entries of journals whose migration is not there.
    async fn orphans(&mut self, before: impl Fn(&str) -> bool + Send + Sync) -> Result<(), StoreError> {
        let mut known = None;
        while let Some(entry) = self.entries.next_if(&before).await? {
            if known.as_ref() != Some(&entry.migration_id) {
                let lane = Lane::number_of(&entry.migration_id, self.entries.view.lane_count());
                *self.orphans.entry(lane).or_default() += 1;
                let migration = Some(entry.migration_id.clone());
                self.tell(&Finding { migration, customer: None, what: What::MigrationMissing });
                known = Some(entry.migration_id);
            }
        }
        Ok(())
    }

    async fn one(&mut self, kept: &KeptMigration) -> Result<(), StoreError> {
        let mut chain = Chain::of(self.key, kept);
        let mut replay = Replay::default();
        while let Some(entry) = self.entries.next_if(|id| id == kept.id).await? {
            self.checked.entries += 1;
            chain.take(&entry);
            replay.take(&entry);
        }
        let (seq, link) = chain.end();
        let ends = [(kept.journal_seq, kept.journal_head.as_slice()), (seq, link)];
        let [by_row, by_journal] = ends.map(|(seq, link)| self.key.head(&kept.id, seq, link));
        let (mut found, misfits, gaps) = chain.finish();
        if found.is_empty() {
            found.extend(replay.compared_with(kept));
        }
        let number = Lane::number_of(&kept.id, self.entries.view.lane_count());
        let empty = || Lane::empty(number);
        let sums = (self.lanes.entry(number)).or_insert_with(|| Sums {
            by_rows: empty(),
            by_journals: empty(),
            is_explained: false,
        });
        sums.by_rows.toggle(&by_row);
        sums.by_journals.toggle(&by_journal);
        sums.by_rows.migrations += 1;
        sums.is_explained |= by_row != by_journal;
        let room = MOST_COMPARED.saturating_sub(self.misfits.len());
        self.misfits.extend(misfits.into_iter().take(room).map(|misfit| (kept.id.clone(), misfit)));
        let room = MOST_COMPARED.saturating_sub(self.gaps.len());
        self.gaps.extend(gaps.into_iter().take(room).map(|gap| (kept.id.clone(), gap)));
        for what in found {
            self.find(Some(kept), what);
        }
        self.checked.migrations += 1;
        (self.watch)(Seen::Migration);
        Ok(())
    }

    /// Whether the sums that were kept with each commit are those of what is there.
    async fn compare_lanes(&mut self, lanes: &[Lane]) -> Result<(), StoreError> {
        let kept: BTreeMap<u64, &Lane> = lanes.iter().map(|lane| (lane.number, lane)).collect();
        for number in 0..self.entries.view.lane_count() {
            let sums = self.lanes.remove(&number);
            let (by_rows, by_journals, is_explained) = match sums {
                Some(sums) => (sums.by_rows, sums.by_journals, sums.is_explained),
                None => (Lane::empty(number), Lane::empty(number), false),
            };
            let Some(lane) = kept.get(&number).filter(|lane| lane.is_sealed(self.key)) else {
                self.find(None, What::LaneChanged { lane: number });
                continue;
            };
            let missing = lane.migrations.saturating_sub(by_rows.migrations);
            let named = self.orphans.get(&number).copied().unwrap_or_default();
            if missing > named {
                self.find(None, What::MigrationsMissing { count: missing - named, lane: number });
            } else if by_rows.migrations > lane.migrations {
                let count = by_rows.migrations - lane.migrations;
                self.find(None, What::MigrationsAdded { count, lane: number });
            } else if missing == 0 && lane.sum != by_rows.sum && !(is_explained && lane.sum == by_journals.sum) {
                let migrations = self.of_lane(number).await?;
                self.find(None, What::OlderState { lane: number, migrations });
            }
        }
        Ok(())
    }

    /// The first migrations of a lane, for people.
    async fn of_lane(&mut self, number: u64) -> Result<Vec<String>, StoreError> {
        let (mut named, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.entries.view.migrations(&after, MIGRATIONS_PER_PAGE).await?;
            let Some(last) = page.last() else { return Ok(named) };
            after.clone_from(&last.id);
            let lanes = self.entries.view.lane_count();
            for kept in page.iter().filter(|kept| Lane::number_of(&kept.id, lanes) == number) {
                if named.len() == MOST_NAMED {
                    named.push("others".to_owned());
                    return Ok(named);
                }
                named.push(format!("{} ({})", kept.id, kept.columns.customer));
            }
        }
    }

    /// Entries that stand in one journal and are missing in another.
    fn tell_strangers(&mut self) {
        let mut found = Vec::new();
        for (here, misfit) in &self.misfits {
            let is_from = |(there, gap): &&(String, Gap)| {
                self.key.link(&gap.before, there, gap.seq, &misfit.digest).as_slice() == misfit.link
            };
            if let Some((there, gap)) = self.gaps.iter().find(is_from) {
                let what = What::EntryOfAnother { seq: misfit.seq, migration: there.clone(), there: gap.seq };
                found.push(Finding { migration: Some(here.clone()), customer: None, what });
            }
        }
        for finding in found {
            self.tell(&finding);
        }
    }
}
