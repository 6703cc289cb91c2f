//! Whether a commit that was answered survives a failover.

use tokio_postgres::Error;

use super::pool::Pool;
use super::row::{Columns, number};
use crate::{StoreError, Survival};

const OPERATION: &str = "look at the server's replication";

/// A subscriber of a logical replication takes nobody's place, and neither does a copy that is being made. Without the right to
/// read more, a user still sees that a standby is there.
const SETTINGS: &str = "SELECT current_setting('fsync'), current_setting('full_page_writes'), \
     current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), \
     (SELECT count(*) FROM pg_stat_replication AS r WHERE r.state IS DISTINCT FROM 'backup' AND NOT EXISTS \
     (SELECT FROM pg_replication_slots AS s WHERE s.active_pid = r.pid AND s.slot_type = 'logical'))";

/// What the server shows.
#[derive(Debug, Clone)]
struct Settings {
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    synchronous_standby_names: String,
    standbys: u64,
}

pub(super) async fn look(pool: &Pool) -> Result<Survival, StoreError> {
    let row = match pool.row(OPERATION, SETTINGS, &[]).await {
        // A right is missing, or this is a relative of PostgreSQL that keeps its replication to itself.
        Err(StoreError::CannotOpen { why: detail, .. } | StoreError::Database { detail, .. }) => {
            return Ok(Survival::Unreadable { why: detail });
        }
        other => other?,
    };
    let read = row.as_ref().map(|row| {
        let mut columns = Columns::of(row);
        Ok::<_, Error>(Settings {
            fsync: columns.take()?,
            full_page_writes: columns.take()?,
            synchronous_commit: columns.take()?,
            synchronous_standby_names: columns.take()?,
            standbys: number(columns.take()?),
        })
    });
    Ok(match read.transpose() {
        Ok(Some(settings)) => judge(&settings),
        Ok(None) => Survival::Unreadable { why: "the server answered with nothing".to_owned() },
        Err(error) => Survival::Unreadable { why: error.to_string() },
    })
}

fn judge(settings: &Settings) -> Survival {
    let may_be_lost = |why: String, only_by_crash: bool| Survival::MayBeLost { why, only_by_crash };
    for (name, value) in [("fsync", &settings.fsync), ("full_page_writes", &settings.full_page_writes)] {
        if value == "off" {
            return may_be_lost(format!("{name} is off: a power failure may take away what was answered"), true);
        }
    }
    // Every connection sets it; one that lost that, e.g. behind a pooler that keeps no sessions, shows it here.
    if !matches!(settings.synchronous_commit.as_str(), "on" | "remote_apply") {
        let value = &settings.synchronous_commit;
        return may_be_lost(
            format!("synchronous_commit is {value} on our own connections: is a pooler in between?"),
            false,
        );
    }
    let is_awaited = !settings.synchronous_standby_names.trim().is_empty();
    match (settings.standbys, is_awaited) {
        (0, false) => {
            Survival::Kept { because: "every commit is flushed to the disk, and there is no standby".to_owned() }
        }
        (_, true) => Survival::Kept { because: "every commit waits for a standby".to_owned() },
        (standbys, false) => may_be_lost(
            format!(
                "{standbys} standby{} without being waited for (synchronous_standby_names is empty): after a failover, what was \
                 answered last may be gone",
                if standbys == 1 { " follows" } else { "s follow" }
            ),
            false,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(change: impl FnOnce(&mut Settings)) -> Survival {
        let mut settings = Settings {
            fsync: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            synchronous_standby_names: String::new(),
            standbys: 0,
        };
        change(&mut settings);
        judge(&settings)
    }

    #[test]
    fn a_standby_has_to_be_waited_for_and_the_disk_too() {
        let kept = |survival: &Survival| matches!(survival, Survival::Kept { .. });
        assert!(kept(&settings(|_| {})));
        assert!(kept(&settings(|s| s.synchronous_commit = "remote_apply".to_owned())));
        assert!(kept(&settings(|s| (s.standbys, s.synchronous_standby_names) = (2, "ANY 1 (a, b)".to_owned()))));
        assert!(kept(&settings(|s| s.synchronous_standby_names = "a".to_owned())), "a commit waits until it is there");
        let crash = |survival: &Survival| matches!(survival, Survival::MayBeLost { only_by_crash: true, .. });
        assert!(crash(&settings(|s| s.fsync = "off".to_owned())));
        assert!(crash(&settings(|s| s.full_page_writes = "off".to_owned())));
        let failover = |survival: &Survival| matches!(survival, Survival::MayBeLost { only_by_crash: false, .. });
        assert!(failover(&settings(|s| s.standbys = 1)));
        for value in ["off", "local", "remote_write"] {
            assert!(failover(&settings(|s| s.synchronous_commit = value.to_owned())), "{value}");
        }
    }
}
