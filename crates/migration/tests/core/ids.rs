//! Old and new ids of a migration.

use unmoor_migration::id_map::{MappedId, accounts_and_numbers};
use unmoor_migration::{EffectKind, Phase};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, number};

fn number_of(run: &Run, text: &str) -> MappedId {
    let mapped = accounts_and_numbers(&run.m);
    mapped.into_iter().find(|one| one.name.as_deref() == Some(text)).unwrap()
}

#[test]
fn before_acceptance_nothing_has_a_new_id() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    insta::assert_json_snapshot!(accounts_and_numbers(&run.m));
}

#[test]
fn afterwards_account_and_numbers_have_both() {
    let world = World::calm(&[FIRST, SECOND]).with(|world| {
        world.source_number(SECOND).status = Some("DISCONNECTED".to_owned());
    });
    let mut run = Run::started(world);
    run.until_phase(Phase::CompletedWithExceptions);
    insta::assert_json_snapshot!(accounts_and_numbers(&run.m));
}

#[test]
fn a_number_that_the_destination_writes_otherwise_is_flagged() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::RegisterNumber);
    assert_eq!(number_of(&run, FIRST).written_form_changed, None, "not listed yet");
    run.world.destination_numbers.get_mut(&number(FIRST)).unwrap().display = "+1 1 555-010-0001".to_owned();
    run.until_phase(Phase::Completed);
    let found = number_of(&run, FIRST);
    assert_eq!(found.written_form_changed, Some(true));
    assert_eq!((found.old_written.as_deref(), found.new_written.as_deref()), (Some(FIRST), Some("+1 1 555-010-0001")));
}
