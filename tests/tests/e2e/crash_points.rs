//! Killed at any point and started again, a migration ends as if nothing had been.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use e2e::{Death, Fleet, Member, Moment, Point, Stage, When, effects};
use unmoor_engine::hooks::{HookCommand, Hooks};
use unmoor_migration::templates::MissingTemplates;
use unmoor_migration::{EffectKind, SettingsPolicy};

/// A database that outlives its process.
#[derive(Debug, Clone, Copy)]
enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// One customer with two numbers; where each death costs a database on a server, with one, which passes every kind of point
    /// as well.
    fn fleet(self, folder: &Path) -> Fleet {
        let numbers: &[&str] = match self {
            Self::Sqlite => &["+12125550110", "+12125550111"],
            Self::Postgres => &["+12125550110"],
        };
        let number = |number: &&str| format!("{{ number = \"{number}\", profile = {{ about = \"Fresh candles\" }} }}");
        let numbers: Vec<String> = numbers.iter().map(number).collect();
        let member = Member::bare("copper-candle").world(&format!("numbers = [{}]", numbers.join(", ")));
        let member = member.world(TEMPLATES);
        let fleet = Fleet::of(&[member.storage_region("DE")]).policy(|policy| {
            policy.before_move_hook = true;
            policy.missing_templates = MissingTemplates::Create;
            policy.settings = SettingsPolicy::Restore;
        });
        match self {
            Self::Sqlite => fleet.kept_in(folder.join("kept.db")),
            Self::Postgres => fleet.kept_in_postgres(),
        }
    }
}

impl Backend {
    /// Where each death costs a database on a server, each kind of point is visited once; all of them if somebody asks for that.
    fn visits(self, point: &Point) -> bool {
        match self {
            Self::Sqlite => true,
            Self::Postgres => point.nth == 1 || std::env::var_os("UNMOOR_TEST_EVERY_POINT").is_some(),
        }
    }
}

/// One that Meta duplicates, one that it copies on request, and one that is created again with a file and a Flow.
const TEMPLATES: &str = r#"templates = [
    { name = "order_shipped", language = "de" },
    { name = "order_ready", language = "de", quality = "UNKNOWN" },
    { name = "visit_booking", language = "de", quality = "YELLOW", components = [
        { type = "HEADER", format = "IMAGE", example = { header_handle = ["4::picture"] } },
        { type = "BODY", text = "Choose a day for your visit." },
        { type = "BUTTONS", buttons = [{ type = "FLOW", text = "Choose", flow_id = "0", flow_action = "navigate", navigate_screen = "DAY" }] },
    ] },
]"#;

/// The button names the Flow that the source has.
fn link_the_flow(stage: &Stage) {
    stage.change_world(|world| {
        let flow = world.flows.values().flatten().next().expect("the source has a Flow").id.to_string();
        let templates = world.wabas.values_mut().flat_map(|waba| &mut waba.templates);
        for template in templates {
            let text = serde_json::to_string(&template.components).unwrap();
            template.components =
                serde_json::from_str(&text.replace("\"flow_id\":\"0\"", &format!("\"flow_id\":\"{flow}\""))).unwrap();
        }
    });
}

/// A program that has nothing against a move.
fn hooks() -> Hooks {
    let words = ["/bin/sh", "-c", "cat > /dev/null"].map(str::to_owned).to_vec();
    Hooks { before_move: Some(HookCommand::new(words, Duration::from_secs(20)).unwrap()), ..Hooks::default() }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A fleet whose database is kept, on a stage on which nothing has begun.
fn begun(backend: Backend) -> (tempfile::TempDir, Fleet, Stage) {
    let folder = tempfile::tempdir().unwrap();
    let fleet = backend.fleet(folder.path());
    let stage = runtime().block_on(Stage::with_hooks(&fleet, hooks()));
    link_the_flow(&stage);
    (folder, fleet, stage)
}

/// A process of its own from its first connection to the database on, until it dies or all is over.
fn life(stage: Stage, fleet: &Fleet, when: When) -> (Stage, Death) {
    let life = runtime();
    let mut stage = life.block_on(stage.reborn(fleet));
    let death = life.block_on(stage.live(when));
    // With the runtime goes every task, wherever it is.
    drop(life);
    (stage, death)
}

/// Every point that a calm run passes.
fn points(backend: Backend) -> (Vec<Point>, Stage) {
    let (_folder, fleet, stage) = begun(backend);
    let (stage, death) = life(stage, &fleet, When::Never);
    let passed = death.passed();
    let seen = |effect, moment| passed.iter().any(|point| point.effect == Some(effect) && point.moment == moment);
    for effect in EffectKind::ALL {
        for moment in Moment::OF_EFFECTS {
            // Nobody gives an intent here; a program of the operator's own is asked past the wire.
            let is_told_elsewhere = effect == EffectKind::ReadGivenIntent
                || effect == EffectKind::AskBeforeMove && matches!(moment, Moment::Sent | Moment::Answered)
                || effect == EffectKind::SealPin && moment == Moment::Answered;
            assert_eq!(seen(effect, moment), !is_told_elsewhere, "{effect:?} {moment:?}");
        }
    }
    (passed, ended_well(stage, "calm"))
}

fn ended_well(stage: Stage, how: &str) -> Stage {
    let last = runtime();
    let migration = last.block_on(stage.only());
    let outcome = last.block_on(stage.rehearsal.outcome()).unwrap();
    assert_eq!(outcome.broken_rules, Vec::<String>::new(), "{how}");
    assert_eq!(migration.phase().name(), "completed", "{how}\n{}", Stage::story(&migration));
    stage
}

/// State and effects, by which two runs are compared: everything but instants and how often was asked.
fn ended(stage: &Stage) -> (Vec<String>, impl PartialEq + std::fmt::Debug + use<>) {
    let migration = runtime().block_on(stage.only());
    let numbers = migration.numbers().map(|number| format!("{} {}", number.number, number.state_name())).collect();
    (numbers, effects(&stage.simulator().ledger(0)))
}

/// Readings of settings change nothing and are many calls: after two, each is like the one before.
fn is_like_one_before(point: &Point) -> bool {
    let reads = [EffectKind::ReadSourceSettings, EffectKind::ReadDestinationSettings];
    point.nth > 2 && point.effect.is_some_and(|effect| reads.contains(&effect))
}

fn dies_at_every_point(backend: Backend) {
    let (mut points, calm) = points(backend);
    points.retain(|point| !is_like_one_before(point));
    let calm = ended(&calm);
    for point in points.iter().filter(|point| backend.visits(point)) {
        let (_folder, fleet, stage) = begun(backend);
        let (stage, death) = life(stage, &fleet, When::At(*point));
        assert!(death.has_come(), "{point} was not reached");
        let (stage, _) = life(stage, &fleet, When::Never);
        assert_eq!(ended(&ended_well(stage, &point.to_string())), calm, "{point}");
    }
    let visited = points.iter().filter(|point| backend.visits(point)).count();
    let kinds: BTreeSet<_> = points.iter().map(|point| (point.effect, point.moment)).collect();
    #[expect(clippy::print_stdout, reason = "how many there were is what a person wants to know")]
    {
        println!("{backend:?}: died at {visited} of {} points, of {} kinds", points.len(), kinds.len());
    }
}

/// Longer and shorter lives, one after the other, until one of them sees the end.
fn dies_again_and_again(backend: Backend) {
    const MOST_LIVES: usize = 200;
    let (_, calm) = points(backend);
    let (_folder, fleet, mut stage) = begun(backend);
    for lives in 1..=MOST_LIVES {
        let (next, death) = life(stage, &fleet, When::Nth(4 + lives * 7919 % 17));
        if !death.has_come() {
            assert!(lives > 10, "{lives} lives");
            assert_eq!(ended(&ended_well(next, "many lives")), ended(&calm));
            return;
        }
        stage = next;
    }
    panic!("no end after {MOST_LIVES} lives");
}

#[test]
fn a_death_at_any_point_leaves_state_and_ledger_of_a_calm_run() {
    dies_at_every_point(Backend::Sqlite);
}

#[test]
fn on_postgres_a_death_at_any_point_leaves_state_and_ledger_of_a_calm_run() {
    dies_at_every_point(Backend::Postgres);
}

#[test]
fn many_deaths_of_one_migration_change_nothing_either() {
    dies_again_and_again(Backend::Sqlite);
}

#[test]
fn on_postgres_many_deaths_of_one_migration_change_nothing_either() {
    dies_again_and_again(Backend::Postgres);
}
