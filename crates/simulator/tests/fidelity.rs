//! `FIDELITY.md` says what the code does.

#[test]
fn the_page_is_the_one_that_the_code_generates() {
    let on_disk = include_str!("../FIDELITY.md");
    assert!(on_disk == unmoor_simulator::fidelity_page(), "FIDELITY.md is outdated; `cargo xtask docs` writes it");
}
