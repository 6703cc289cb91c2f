//! After a full rehearsal no secret is found anywhere but in the vault. A program of its own: it listens to the whole
//! process's log at every level.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use e2e::{Fleet, Stage, days};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use secrecy::ExposeSecret;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use unmoor_engine::journal;
use unmoor_engine::report::html::{self, Part, Zone};
use unmoor_engine::report::{Header, Journals, Lines, VERSION};
use unmoor_engine::vault::SecretKind;
use unmoor_simulator::TokenAfterAccept;

/// The table that only the vault writes to.
const VAULT: &str = "secret";

/// Something that must not be found, and what it is.
struct Needle {
    what: String,
    text: String,
}

impl Needle {
    /// Whether `text` has it. A PIN counts only where no other digit or letter touches it: six digits are inside many ids.
    fn is_in(&self, text: &str) -> bool {
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if !text.contains(&self.text) {
            return false;
        }
        let is_pin = self.text.len() == 6;
        text.match_indices(&self.text).any(|(at, found)| {
            let around = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
            !is_pin || !(touches(around.0) || touches(around.1))
        })
    }
}

fn found<'a>(needles: &'a [Needle], text: &str) -> Vec<&'a str> {
    needles.iter().filter(|needle| needle.is_in(text)).map(|needle| needle.what.as_str()).collect()
}

/// Every column of every table but the vault's, as text, a line for each cell.
fn columns(path: &Path) -> Vec<(String, String)> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ?1").unwrap();
    let tables: Vec<String> = tables.query_map([VAULT], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.iter().any(|table| table == "journal") && tables.len() > 5, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let mut rows = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns: Vec<String> = rows.column_names().into_iter().map(str::to_owned).collect();
        let mut texts = vec![String::new(); columns.len()];
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (at, text) in texts.iter_mut().enumerate() {
                match row.get_ref(at).unwrap() {
                    ValueRef::Null => continue,
                    ValueRef::Integer(number) => text.push_str(&number.to_string()),
                    ValueRef::Real(number) => text.push_str(&number.to_string()),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
                }
                text.push('\n');
            }
        }
        let places = columns.iter().map(|column| format!("{table}.{column}"));
        found.extend(places.zip(texts));
    }
    found
}

/// The log, kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The example, with another business token after acceptance so that there is more to leak, and a vendor whose trouble
/// makes the engine talk.
fn fleet(path: &Path) -> Fleet {
    let customers = include_str!("../../../examples/customers.csv");
    let scenario = include_str!("../../../examples/customers.scenario.toml");
    Fleet::from_files(customers, scenario, 1)
        .knobs(|knobs| knobs.token_after_accept = TokenAfterAccept::NewString)
        .fault(r#"{ "match": { "method": "GET" }, "probability": 0.02, "action": { "http_status": 502 } }"#)
        .fault(
            r#"{ "match": { "path": "/*/system_user_access_tokens" }, "times": 2,
                "action": { "graph_error": { "code": 190, "message": "Invalid OAuth access token" } } }"#,
        )
        .kept_in(path.to_owned())
}

/// Every token, the app's secret, and the PIN of every registered number; each of them opened through the vault where it
/// is ours.
async fn needles(stage: &Stage) -> Vec<Needle> {
    let simulator = stage.simulator();
    let credentials = simulator.credentials();
    let mut needles = vec![
        Needle { what: "the app's secret".to_owned(), text: credentials.app_secret.expose().to_owned() },
        Needle { what: "the system token".to_owned(), text: credentials.system_token.expose().to_owned() },
    ];
    for token in simulator.world().tokens.keys() {
        needles.push(Needle { what: "a token".to_owned(), text: token.expose().to_owned() });
    }
    let vault = &stage.rehearsal.engine.vault;
    let names = stage.rehearsal.engine.store.secret_names(SecretKind::Pin.as_str()).await.unwrap();
    assert!(names.len() > 40, "{} PINs", names.len());
    for name in &names {
        let pin = vault.open(SecretKind::Pin, name).await.unwrap().expect("sealed").expose_secret().to_owned();
        assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "six digits");
        needles.push(Needle { what: format!("the PIN of {name}"), text: pin });
    }
    // What the vault gives is what the vendor got.
    let world = simulator.world();
    let registered = world.wabas.values().filter(|waba| waba.made_by_intent.is_some()).flat_map(|waba| &waba.numbers);
    let mut compared = 0;
    for entry in registered {
        let Some(pin) = &entry.pin else { continue };
        let ours = vault.open(SecretKind::Pin, entry.number.as_str()).await.unwrap().unwrap();
        assert!(ours.expose_secret() == pin.expose(), "{} was registered with another PIN", entry.number);
        compared += 1;
    }
    assert!(compared > 40, "{compared} registered numbers");
    needles
}

#[tokio::test]
async fn no_secret_is_left_anywhere_but_in_the_vault() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.db");
    let stage = Stage::of(&fleet(&path)).await;
    stage.pass(days(6)).await;
    let needles = needles(&stage).await;

    // It would find one: first in the log, then in the database.
    assert_eq!(found(&needles, &log.text()), Vec::<&str>::new(), "in the log");
    assert!(log.text().contains("attempt"), "the engine spoke");
    tracing::trace!(token = needles[1].text, pin = needles.last().unwrap().text, "planted");
    assert_eq!(found(&needles, &log.text()).len(), needles_like(&needles, &[1, needles.len() - 1]));

    let engine = &stage.rehearsal.engine;
    let mut shown =
        format!("{:?} {:?} {:?} {:?}", engine.graph.app, engine.graph.endpoint, engine.settings, engine.hooks);
    for m in stage.migrations().await {
        shown.push_str(&format!("{m:?}"));
        for row in stage.journal(m.id()).await {
            shown.push_str(&format!("{row:?}"));
        }
    }
    assert_eq!(found(&needles, &shown), Vec::<&str>::new(), "in debug output");
    let reports = reports(&stage).await;
    assert!(reports.iter().all(|report| report.len() > 500_000), "{:?}", reports.map(|report| report.len()));
    for report in &reports {
        assert_eq!(found(&needles, report), Vec::<&str>::new(), "in a report");
    }

    // The vault's own database, closed and read by another program.
    let evidence = serde_json::json!({ "planted": needles[0].text });
    let store = Arc::clone(&engine.store);
    let id = stage.migrations().await[0].id().clone();
    drop(stage);
    let leaks = |path: &Path| {
        let all = columns(path);
        let bytes: usize = all.iter().map(|(_, text)| text.len()).sum();
        assert!(bytes > 1_000_000, "{bytes} bytes in {} columns", all.len());
        let leak =
            |(place, text): &(String, String)| found(&needles, text).first().map(|what| format!("{what} in {place}"));
        all.iter().filter_map(leak).collect::<Vec<_>>()
    };
    assert_eq!(leaks(&path), Vec::<String>::new());
    store.append_evidence(&id, "2027-03-01T08:00:00Z".parse().unwrap(), &evidence).await.unwrap();
    assert_eq!(leaks(&path), ["the app's secret in journal.body"], "the search finds what is there");

    // Nor in the file's bytes, the vault's table with its sealed records among them; PINs are too short to look for.
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for needle in needles.iter().skip(1).filter(|needle| needle.text.len() > 6) {
        assert!(!text.contains(&needle.text), "{} is in the file", needle.what);
    }
}

/// A report on everybody, as a page and as JSON.
async fn reports(stage: &Stage) -> [String; 2] {
    let (engine, made_at) = (&stage.rehearsal.engine, stage.now());
    let key = journal::key(&engine.vault).await.unwrap().unwrap();
    let mut journals = Journals::open(engine.store.as_ref(), &key).await.unwrap();
    let header = Header {
        about: "All customers".to_owned(),
        made_at,
        unmoor: VERSION.to_owned(),
        provider: None,
        origin: None,
        app_id: None,
        customers: 25,
        is_single: false,
        key: Header::name_of(&key),
        head: journals.head().await.unwrap().to_string(),
        billing: None,
    }
    .stamped(engine.store.read_stamp().await.unwrap());
    let mut lines = Lines::begin(Vec::new(), &key, header.clone()).unwrap();
    let mut parts = Vec::new();
    for m in stage.migrations().await {
        let source = journals.read(m.id()).await.unwrap();
        let report = source.report(made_at).unwrap();
        lines.customer(&report, &[], &source.kept).unwrap();
        parts.push(Part { report, billed: Vec::new() });
    }
    let page = html::page(&header, &parts, &Zone::utc(), &key);
    [page, String::from_utf8(lines.end().unwrap()).unwrap()]
}

/// How many needles are the same text as one of those at `places`: the same token may be listed twice.
fn needles_like(needles: &[Needle], places: &[usize]) -> usize {
    needles.iter().filter(|needle| places.iter().any(|place| needles[*place].text == needle.text)).count()
}
