//! Reports of a rehearsed fleet: what they say, and that whatever is changed in one is found and named.

use e2e::{Fleet, Member, Stage, days, minutes};
use serde_json::{Value, json};
use unmoor_engine::journal;
use unmoor_engine::report::html::{self, Part, Zone};
use unmoor_engine::report::{
    Checked, Finding, Header, Journals, KeyFits, Lines, Mismatch, ReportError, Unreadable, still_there, verify,
};
use unmoor_migration::report::CustomerReport;
use unmoor_migration::{Command, MigrationId};
use unmoor_store::JournalRow;
use unmoor_store::chain::JournalKey;

/// One who goes over with a register that got no answer, one whose people are busy, one who has not answered.
async fn fleet() -> Stage {
    let members = [
        Member::new("amber-anchor", &["+493023125017", "+493023125018"]),
        Member::new("copper-candle", &["+12125550110"]),
        Member::new("dapple-drum", &["+12125550111"]).person("answer = \"never\""),
    ];
    let fleet = Fleet::of(&members).fault(
        r#"{ "match": { "method": "POST", "path": "/*/register" }, "times": 1, "action": { "drop": "after" } }"#,
    );
    let stage = Stage::of(&fleet).await;
    stage.pass(minutes(1)).await;
    let busy = stage.migration("copper-candle").await.id().clone();
    stage.command_for(&busy, Command::Hold { reason: Some("their fair is this week".to_owned()) }).await;
    stage.pass(days(1)).await;
    stage.command_for(&busy, Command::Release).await;
    stage.command_for(&busy, Command::Release).await;
    let seen =
        json!({ "revealed": "pin", "number": "+12125550110", "by": "ada", "account": "ada", "reason": "a new till" });
    stage.rehearsal.engine.store.append_evidence(&busy, stage.now(), &seen).await.unwrap();
    stage.pass(days(4)).await;
    stage
}

async fn key(stage: &Stage) -> JournalKey {
    journal::key(&stage.rehearsal.engine.vault).await.unwrap().unwrap()
}

/// A report on all of them, in both forms.
struct Made {
    key: JournalKey,
    parts: Vec<Part>,
    page: String,
    lines: String,
}

impl Made {
    async fn of(stage: &Stage) -> Self {
        let key = key(stage).await;
        let store = stage.rehearsal.engine.store.as_ref();
        let ids: Vec<MigrationId> = stage.migrations().await.iter().map(|m| m.id().clone()).collect();
        let mut journals = Journals::open(store, &key).await.unwrap();
        let header = Header {
            about: "All customers".to_owned(),
            made_at: stage.now(),
            unmoor: unmoor_engine::report::VERSION.to_owned(),
            provider: Some("Northwind Messaging".to_owned()),
            origin: None,
            app_id: None,
            customers: ids.len() as u64,
            is_single: ids.len() == 1,
            key: Header::name_of(&key),
            head: journals.head().await.unwrap().to_string(),
            billing: None,
        }
        .stamped(store.read_stamp().await.unwrap());
        let mut lines = Lines::begin(Vec::new(), &key, header.clone()).unwrap();
        let mut parts = Vec::new();
        for id in &ids {
            let source = journals.read(id).await.unwrap();
            let report = source.report(header.made_at).unwrap();
            lines.customer(&report, &[], &source.kept).unwrap();
            parts.push(Part { report, billed: Vec::new() });
        }
        drop(journals);
        let lines = String::from_utf8(lines.end().unwrap()).unwrap();
        let page = html::page(&header, &parts, &Zone::utc(), &key);
        Self { key, parts, page, lines }
    }

    fn customer(&self, reference: &str) -> &CustomerReport {
        self.parts.iter().map(|part| &part.report).find(|report| report.account.customer == reference).unwrap()
    }

    fn check(&self, text: &str) -> (Checked, Vec<Finding>) {
        checked(text.as_bytes(), Some(&self.key))
    }

    /// What is found once `change` was made to the lines, as `line customer code`.
    fn found(&self, change: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
        let mut lines: Vec<String> = self.lines.lines().map(str::to_owned).collect();
        change(&mut lines);
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        self.check(&text).1.iter().map(told).collect()
    }

    /// Place of the first line that `is_it`.
    fn place(&self, is_it: impl Fn(&str) -> bool) -> usize {
        self.lines.lines().position(is_it).unwrap()
    }

    fn entry(&self, waba: &str, seq: u64) -> usize {
        self.place(|line| line.starts_with(&format!(r#"{{"type":"entry","source_waba_id":"{waba}","seq":{seq},"#)))
    }
}

fn checked(text: &[u8], key: Option<&JournalKey>) -> (Checked, Vec<Finding>) {
    let mut found = Vec::new();
    let checked = verify(text, key, &mut |finding| found.push(finding.clone())).unwrap();
    (checked, found)
}

fn told(finding: &Finding) -> String {
    let line = finding.line.map_or_else(|| "–".to_owned(), |line| line.to_string());
    format!("{line} {} {}", finding.customer.as_deref().unwrap_or("–"), finding.mismatch.code())
}

const AMBER: &str = "310200000000101";
const COPPER: &str = "310200000000102";

#[tokio::test]
async fn a_report_says_what_was_done_and_holds() {
    let stage = fleet().await;
    let made = Made::of(&stage).await;
    let amber = made.customer("amber-anchor");
    insta::assert_snapshot!("report_customer", serde_json::to_string_pretty(amber).unwrap());
    insta::assert_snapshot!("report_page", made.page.replace("><", ">\n<"));
    let fleet: Value = serde_json::from_str(made.lines.lines().rev().nth(1).unwrap()).unwrap();
    insta::assert_snapshot!("report_fleet", serde_json::to_string_pretty(&fleet).unwrap());

    // guide: T4; every template of each customer that is over is accounted for.
    for reference in ["amber-anchor", "copper-candle"] {
        let sum = made.customer(reference).templates.equation.unwrap();
        assert!(sum.holds() && sum.source == 2, "{reference}: {sum}");
    }
    // Consent lies between a reading without it and one with it.
    let consent = &amber.consent;
    let (before, after) = (consent.last_without.as_ref().unwrap(), consent.first_accepted.as_ref().unwrap());
    assert_eq!((before.status.as_str(), after.status.as_str()), ("INITIATED", "ACCEPTED"));
    let accepted = stage.simulator().ledger(0).into_iter().find(|entry| entry.kind == "intent.accepted").unwrap().at;
    assert!(before.asked_at <= accepted && accepted <= after.answered_at, "{before:?} {accepted} {after:?}");
    assert_eq!(amber.unknown_outcomes.len(), 1, "the register that got no answer");
    let copper = made.customer("copper-candle");
    let deeds: Vec<&str> = copper.deeds.iter().map(|deed| deed.what.as_str()).collect();
    assert_eq!(
        deeds,
        [
            "released it",
            "put a hold on its moves",
            "had the pin of +12125550110 shown",
            "ended the hold",
            "asked for: release"
        ]
    );
    assert!(!made.customer("dapple-drum").standing.is_final);

    let (checked, found) = made.check(&made.lines);
    assert_eq!((found, checked.key, checked.customers), (Vec::new(), KeyFits::Yes, 3));
    let store = stage.rehearsal.engine.store.as_ref();
    assert_eq!(still_there(store, &checked.ends, &mut |_| ()).await.unwrap(), 0);
    assert_eq!(made.check(&made.page).1, []);
}

#[tokio::test]
async fn what_was_changed_in_a_report_is_named() {
    let made = Made::of(&fleet().await).await;
    let line = |place: usize| place + 1;
    let (fifth, sixth) = (made.entry(COPPER, 5), made.entry(COPPER, 6));
    let one_byte = |lines: &mut Vec<String>, place: usize, from: &str, to: &str| {
        assert!(lines[place].contains(from), "{}", lines[place]);
        lines[place] = lines[place].replacen(from, to, 1);
    };

    // A byte of an entry, of its link, of its instant.
    let started = made.place(|line| line.contains(COPPER) && line.contains(r#""kind":"started""#));
    let found = made.found(|lines| one_byte(lines, started, "rehearsal", "rehearsel"));
    assert_eq!(found, [format!("{} copper-candle entry_changed", line(started))]);
    let link = made.lines.lines().nth(fifth).unwrap().split(r#""link":""#).nth(1).unwrap()[..4].to_owned();
    let other = if link.starts_with('0') { "1" } else { "0" };
    let found = made
        .found(|lines| one_byte(lines, fifth, &format!(r#""link":"{}"#, &link[..1]), &format!(r#""link":"{other}"#)));
    assert_eq!(found, [format!("{} copper-candle link_changed", line(fifth))]);

    // Swapped, missing, cut, of another's journal.
    let found = made.found(|lines| lines.swap(fifth, sixth));
    assert_eq!(found, [format!("{} copper-candle line_out_of_place", line(sixth))]);
    let body = |line: &str| line.split_once(",\"kind\":").unwrap().1.to_owned();
    let found = made.found(|lines| {
        let (one, other) = (body(&lines[fifth]), body(&lines[sixth]));
        lines[fifth] = lines[fifth].replace(&one, &other);
        lines[sixth] = lines[sixth].replace(&other, &one);
    });
    assert!(found.contains(&format!("{} copper-candle entries_swapped", line(fifth))), "{found:?}");
    let found = made.found(|lines| drop(lines.remove(fifth)));
    assert_eq!(found, ["– copper-candle entries_missing"]);
    let next = made.place(|line| line.contains(r#""customer":"dapple-drum""#));
    let found = made.found(|lines| drop(lines.remove(next - 1)));
    assert_eq!(found, ["– copper-candle tail_cut"]);
    let foreign = made.entry(AMBER, 5);
    let found = made.found(|lines| lines[fifth] = lines[foreign].clone());
    assert!(found.contains(&format!("{} copper-candle line_out_of_place", line(fifth))), "{found:?}");
    assert!(found.len() > 1, "its link is another journal's: {found:?}");

    // What is told, of a customer and of all, with where and what.
    let copper = made.place(|line| line.contains(r#""customer":"copper-candle""#));
    let mut text: Vec<String> = made.lines.lines().map(str::to_owned).collect();
    one_byte(&mut text, copper, r#""gap_ms":"#, r#""gap_ms":1"#);
    let (_, findings) = made.check(&format!("{}\n", text.join("\n")));
    assert_eq!(findings.len(), 1, "{findings:?}");
    let Mismatch::Told { place, says, entries_give } = &findings[0].mismatch else { panic!("{findings:?}") };
    assert_eq!((place.as_str(), says), ("numbers[0].gap_ms", &format!("1{entries_give}")));
    assert_eq!(findings[0].line, Some(line(copper) as u64));
    let fleet = made.place(|line| line.starts_with(r#"{"type":"fleet""#));
    let found = made.found(|lines| one_byte(lines, fleet, r#""customers":3"#, r#""customers":2"#));
    assert_eq!(found, [format!("{} – told_otherwise", line(fleet))]);

    // What it says of itself, the seal, a whole customer, white space.
    assert_eq!(made.found(|lines| one_byte(lines, 1, "Northwind", "Southwind")), ["2 – header_changed"]);
    assert_eq!(made.found(|lines| one_byte(lines, 1, r#""key":""#, r#""key":"00"#)), ["2 – header_changed"]);
    let last = made.lines.lines().count() - 1;
    let found = made.found(|lines| one_byte(lines, last, r#""digest":""#, r#""digest":"0"#));
    assert_eq!(found, [format!("{} – summary_changed", line(last))]);
    let found = made.found(|lines| drop(lines.drain(copper..next)));
    assert_eq!(found, ["– – customers_differ"]);
    let found = made.found(|lines| one_byte(lines, copper, ":", ": "));
    assert_eq!(found, [format!("{} copper-candle line_written_otherwise", line(copper))]);
    let found = made.found(|lines| lines[0] = lines[0].replace("version", "vorsion"));
    assert_eq!(found, ["1 – line_unreadable"]);

    // Cut off, between two lines and within one.
    let found = made.found(|lines| lines.truncate(copper + 3));
    assert!(found.last().unwrap().ends_with("– cut_off") && found.len() <= 3, "{found:?}");
    let cut = &made.lines[..made.lines.len() - 1];
    assert_eq!(made.check(cut).1.iter().map(told).collect::<Vec<_>>(), [format!("{} – cut_off", line(last))]);
    let cut = &made.lines[..made.lines.len() - 30];
    assert!(made.check(cut).1.iter().any(|one| one.mismatch.code() == "cut_off"));
}

#[tokio::test]
async fn a_report_of_another_database_or_without_the_key_is_checked_as_far_as_it_goes() {
    let made = Made::of(&fleet().await).await;
    let (elsewhere, found) = checked(made.lines.as_bytes(), Some(&JournalKey::new(&[9; 32])));
    assert_eq!((found, elsewhere.key), (Vec::new(), KeyFits::Other));
    let (without, found) = checked(made.lines.as_bytes(), None);
    assert_eq!((found, without.key, without.is_computed), (Vec::new(), KeyFits::NoKey, true));
    // What does not follow from the entries is seen by anybody, and so is an accident.
    let told_wrong = made.lines.replacen(r#""gap_ms":"#, r#""gap_ms":1"#, 1);
    assert_eq!(checked(told_wrong.as_bytes(), None).1[0].mismatch.code(), "told_otherwise");
    let accident = made.lines.replacen(r#""trace_id":null"#, r#""trace_id":NULL"#, 1);
    assert_ne!(checked(accident.as_bytes(), None).1, []);

    for foreign in
        ["", "\n", "{}", "customer,source_waba_id\n", "<!DOCTYPE html><html></html>", "%PDF-1.7\n%\u{1}", "[1,\n2]\n"]
    {
        let refused = verify(foreign.as_bytes(), Some(&made.key), &mut |_| ()).unwrap_err();
        assert!(matches!(refused, Unreadable::Foreign), "{foreign:?}: {refused}");
    }
    let status = "{\"type\":\"version\",\"unmoor\":\"0.1.0\",\"format\":1}\n{\"type\":\"summary\"}\n";
    assert!(matches!(verify(status.as_bytes(), None, &mut |_| ()), Err(Unreadable::Foreign)), "another command's");
    let newer = made.lines.replacen(r#""format":1"#, r#""format":2"#, 1);
    assert!(matches!(verify(newer.as_bytes(), None, &mut |_| ()), Err(Unreadable::Newer { .. })));
}

#[tokio::test]
async fn every_byte_of_a_report_is_under_its_seal() {
    let stage = Stage::imported(&Fleet::one()).await;
    let made = Made::of(&stage).await;
    let bytes = made.lines.as_bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[place] ^= 1;
        let is_found = match verify(changed.as_slice(), Some(&made.key), &mut |_| ()) {
            Ok(checked) => checked.findings > 0,
            Err(Unreadable::Newer { .. }) => true,
            Err(error) => panic!("byte {place} makes another file of it: {error}"),
        };
        assert!(is_found, "byte {place}: {}", String::from_utf8_lossy(&changed));
    }
}

#[tokio::test]
async fn a_journal_that_does_not_hold_is_not_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.db");
    let stage = Stage::ended(&Fleet::one().kept_in(path.clone())).await;
    let (id, made) = (stage.only().await.id().clone(), Made::of(&stage).await);
    let rows = stage.only_journal().await;
    let by_hand = rows.iter().find(|row: &&JournalRow| row.kind == "started").unwrap().seq;
    let db = rusqlite::Connection::open(&path).unwrap();
    let names: Vec<String> = (db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").unwrap())
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for name in names {
        db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.execute("UPDATE journal SET body = replace(body, 'rehearsal', 'somebody') WHERE seq = ?1", [by_hand]).unwrap();
    let store = stage.rehearsal.engine.store.as_ref();
    let refused = Journals::open(store, &made.key).await.unwrap().read(&id).await.unwrap_err();
    let words =
        format!("the journal of amber-anchor ({id}) does not hold: entry {by_hand} is not what was written there");
    assert!(matches!(refused, ReportError::Broken { .. }) && refused.to_string().starts_with(&words), "{refused}");

    // The report that was made before shows that the database has less than it had.
    db.execute("DELETE FROM journal WHERE seq >= ?1", [rows.len() as i64 - 3]).unwrap();
    let (checked, _) = made.check(&made.lines);
    let mut lost = Vec::new();
    still_there(store, &checked.ends, &mut |finding| lost.push(told(finding))).await.unwrap();
    assert_eq!(lost, ["– amber-anchor not_in_database"]);
}
