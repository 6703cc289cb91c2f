//! `unmoor settings`: what did not travel, before and after, from a database as it is.

use e2e::{FURNISHED, FURNISHED_ACCOUNT, Fleet, Member, Stage};
use unmoor_migration::SettingsPolicy;

use crate::support::{Unmoor, write};

/// A customer with two numbers, one of them with everything set.
async fn rehearsed(policy: SettingsPolicy) -> (tempfile::TempDir, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let numbers = format!("numbers = [{{ number = \"+493023125017\", {FURNISHED} }}, \"+493023125018\"]");
    let member = Member::bare("amber-anchor").world(&numbers).world(FURNISHED_ACCOUNT);
    let fleet = Fleet::of(&[member]).policy(|known| known.settings = policy).kept_in(folder.path().join("kept.db"));
    Stage::ended(&fleet).await;
    let unmoor = Unmoor::at(folder.path()).with("UNMOOR_DATABASE", folder.path().join("kept.db").display().to_string());
    (folder, unmoor)
}

#[tokio::test]
async fn people_and_programs_see_before_and_after() {
    let (_folder, unmoor) = rehearsed(SettingsPolicy::Restore).await;
    let told = unmoor.run(["settings", "amber-anchor"]);
    insta::assert_snapshot!("restored", told.expect_status(4).stdout);
    let lines = unmoor.run(["settings", "--all", "--open", "--json"]).expect_status(4).json_lines();
    assert_eq!(lines[0]["type"], "version");
    assert_eq!(
        (lines[1]["setting"].as_str(), lines[1]["verdict"].as_str()),
        (Some("profile_picture"), Some("by_hand"))
    );
    assert_eq!((lines.len(), lines[2]["open"].as_u64()), (3, Some(1)));
    let story = unmoor.done(["explain", "amber-anchor"]);
    assert!(story.contains("of its settings are as before"), "{story}");
    assert!(story.contains("Not as before: the profile picture of +493023125017 was there is one"), "{story}");
}

#[tokio::test]
async fn who_has_left_settings_alone_is_told_how_to_see_them() {
    let (folder, unmoor) = rehearsed(SettingsPolicy::Leave).await;
    unmoor.run(["settings", "--all"]).expect_status(0).expect_stderr("settings are not read");
    write(folder.path(), "unmoor.toml", "[policy]\nsettings = \"all\"\n");
    unmoor.run(["settings", "--all"]).expect_status(2).expect_stderr("none of leave, list and restore");
}
