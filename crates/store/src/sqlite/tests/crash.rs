//! A process that is killed while it commits.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::TestDatabase;
use crate::conformance::{HOUR, at, claimed, due_at, id, import, notice, plain};
use crate::{Commit, FleetUpdate, SqliteStore, Store};

const DATABASE: &str = "UNMOOR_TEST_CRASHING_DATABASE";
const NAME: &str = "sqlite::tests::crash::what_was_answered_survives_a_kill_and_nothing_is_half_done";

/// Commits until it is killed, and says each version on standard output once it was answered.
async fn commit_for_ever(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    import(&store, [due_at(1, 0)]).await;
    let mut claim = claimed(&store, 1).await;
    let mut output = std::io::stdout();
    loop {
        let seq = store.post_input(&id(1), &1.into(), "lead", at(0)).await.unwrap();
        let state = Some(claim.version.into());
        let commit = Commit {
            inputs_done: vec![seq],
            notices: vec![notice("once")],
            fleet: Some(FleetUpdate { expected_version: claim.version - 1, state }),
            ..plain(due_at(1, 0))
        };
        claim.version = store.commit(&claim, &commit).await.unwrap().version;
        writeln!(output, "answered {}", claim.version).unwrap();
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_kill_and_nothing_is_half_done() {
    if let Some(path) = std::env::var_os(DATABASE) {
        return commit_for_ever(Path::new(&path)).await;
    }
    for enough in [1, 20, 90] {
        let database = TestDatabase::fresh();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([NAME, "--exact", "--nocapture"])
            .env(DATABASE, database.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut answered = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            // The last line may be cut by the kill.
            let Some(version) = line.unwrap().strip_prefix("answered ").and_then(|version| version.parse().ok()) else {
                continue;
            };
            answered = answered.max(version);
            if answered == enough + 1 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(answered > enough, "the process ended by itself after {answered}");

        let store = SqliteStore::open(&database.path()).unwrap();
        let stored = store.load(&id(1)).await.unwrap().unwrap();
        assert!(stored.version >= answered, "{} after {answered} was answered", stored.version);
        assert!(stored.version <= answered + 1, "{} after {answered} was answered", stored.version);
        assert!(stored.inputs_waiting <= 1);
        let commits = stored.version - 1;
        assert_eq!(store.journal(&id(1), 0, 1000).await.unwrap().len() as u64, stored.version);
        assert_eq!(store.take_notices(at(1), 1000, HOUR).await.unwrap().len() as u64, commits);
        assert_eq!(store.fleet().await.unwrap().version, commits);
    }
}
