#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::report::{Mismatch, verify};

fn key() -> JournalKey {
    JournalKey::new(&[7; 32])
}

fn header(about: &str) -> Header {
    Header {
        about: about.to_owned(),
        made_at: "2027-03-09T08:00:00Z".parse().unwrap(),
        unmoor: "0.1.0".to_owned(),
        provider: None,
        origin: Some("rehearsal".to_owned()),
        app_id: Some("1".to_owned()),
        customers: 0,
        is_single: false,
        key: Header::name_of(&key()),
        head: "0-00".to_owned(),
        billing: None,
    }
}

fn empty(about: &str) -> String {
    page(&header(about), &[], &Zone::utc(), &key())
}

fn findings(page: &[u8], key: Option<&JournalKey>) -> Vec<Mismatch> {
    let mut found = Vec::new();
    verify(page, key, &mut |finding| found.push(finding.mismatch.clone())).unwrap();
    found
}

#[test]
fn a_page_is_what_was_sealed_until_a_byte_of_it_is_changed() {
    let page = empty("all customers");
    assert_eq!(findings(page.as_bytes(), Some(&key())), []);
    assert_eq!(findings(page.as_bytes(), None), []);
    // Each byte of the head, where digest and seal stand, and a part of those that are alike to the check.
    let head = page.find("<style>").unwrap();
    for place in (0..head).chain((head..page.len()).step_by(53)) {
        let mut changed = page.clone().into_bytes();
        if let Some(byte) = changed.get_mut(place) {
            *byte ^= 1;
        }
        assert_ne!(findings(&changed, Some(&key())), [], "byte {place} of {}", page.len());
    }
}

#[test]
fn a_page_of_another_database_is_said_to_be_one() {
    let checked = verify(empty("a").as_bytes(), Some(&JournalKey::new(&[8; 32])), &mut |_| {}).unwrap();
    assert_eq!((checked.key, checked.findings), (crate::report::KeyFits::Other, 0));
}

#[test]
fn what_a_name_holds_is_text() {
    let page = empty("<script>alert(1)</script> & sons");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
    // Whoever plants the mark of a seal in a name plants no seal.
    let planted = empty("<meta name=\"unmoor-seal\" content=\"");
    assert_eq!(findings(planted.as_bytes(), Some(&key())), []);
}
