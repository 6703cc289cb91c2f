//! The README shows what its reader will see.

use crate::support::{Unmoor, example};

#[test]
fn the_rehearsal_in_the_readme_is_the_one_that_its_first_command_prints() {
    let readme = std::fs::read_to_string(example("../README.md")).unwrap();
    let (_, shown) = readme.split_once("```text\n").expect("the README shows the rehearsal");
    let (shown, _) = shown.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let finished = Unmoor::at(folder.path()).run(["rehearse", example("customers.csv").to_str().unwrap()]);
    finished.expect_status(0);
    assert_eq!(finished.stdout, shown, "copy what the command prints into the README");
}
