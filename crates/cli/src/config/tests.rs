#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::exit::{Exit, of_error};
use unmoor_migration::TemplateGate;

fn config(toml: &str, environment: &Environment, database: Option<&str>) -> anyhow::Result<Config> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(DEFAULT_FILE), toml).unwrap();
    let global = GlobalArgs { database: database.map(str::to_owned), ..GlobalArgs::default() };
    Config::from(&global, environment, folder.path())
}

fn refused(toml: &str) -> String {
    let error = config(toml, &Environment::of([]), None).err().unwrap();
    let (exit, hint) = of_error(&error);
    assert_eq!(exit, Exit::BadInput, "{error:#}");
    let words = format!("{error:#}");
    let words = words.split_once(DEFAULT_FILE).map_or(words.as_str(), |(_, words)| words.trim_start_matches(": "));
    format!("{words} | {}", hint.unwrap_or_default())
}

#[test]
fn flags_count_more_than_the_environment_and_that_more_than_the_file() {
    let environment = Environment::of([("UNMOOR_DATABASE", "from-environment.db"), ("UNMOOR_APP_ID", "42")]);
    let file = "database = \"from-file.db\"\napp_id = \"7\"\ngraph_version = \"v26.0\"";
    let name = |config: &Config| config.database.file().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(name(&config(file, &Environment::of([]), None).unwrap()), "from-file.db");
    let with_environment = config(file, &environment, None).unwrap();
    assert_eq!(name(&with_environment), "from-environment.db");
    assert_eq!(with_environment.app_id.unwrap().to_string(), "42");
    assert_eq!(with_environment.graph_version.as_str(), "v26.0");
    assert_eq!(name(&config(file, &environment, Some("from-flag.db")).unwrap()), "from-flag.db");
    assert_eq!(name(&config("", &Environment::of([("DATABASE_URL", "other.db")]), None).unwrap()), "other.db");
    assert_eq!(name(&config("", &Environment::of([("UNMOOR_DATABASE", " ")]), None).unwrap()), DEFAULT_DATABASE);
}

#[test]
fn key_and_lock_lie_beside_the_database() {
    let config = config("", &Environment::of([]), Some("/data/fleet.db")).unwrap();
    assert_eq!(config.master_key_file, Path::new("/data/fleet.db.key"));
    assert_eq!(config.lock_file().as_deref(), Some(Path::new("/data/fleet.db.lock")));
}

#[test]
fn unknown_keys_are_refused_with_what_may_have_been_meant() {
    insta::assert_snapshot!(
        [
            refused("databse = \"x\""),
            refused("[hooks]\nbefore_moves = [\"a\"]"),
            refused("[policy]\nfirst = true"),
            refused("[cutover]\nwindow = { day = [], from = \"1\", until = \"2\" }"),
            refused("[limits]\npol_percent = 3"),
        ]
        .join("\n")
    );
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    insta::assert_snapshot!(
        [
            refused("app_secret = \"abc\""),
            refused("database = \"postgres://u:hunter2@h/db\""),
            refused("[cutover]\nwindow = { days = [\"noday\"], from = \"01:00\", until = \"02:00\" }"),
            refused("[cutover]\nwindow = { days = [\"mon\"], from = \"22:00\", until = \"02:00\" }"),
            refused("[cutover]\nwindow = { days = [\"mon\"], from = \"late\", until = \"02:00\" }"),
            refused("[hooks]\nalarm = []"),
            refused("[hooks]\ntimeout_s = 0"),
            refused("[limits]\npoll_percent = 101"),
            refused("[limits]\nmax_concurrent_moves = 0"),
            refused("graph_version = \"25\""),
        ]
        .join("\n")
    );
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    let address = "postgres://user:hunter2@db.example/fleet";
    let known = config("", &Environment::of([("DATABASE_URL", address)]), None).unwrap();
    assert_eq!(known.database.to_string(), "postgres://db.example:5432/fleet");
    assert_eq!(known.lock_file(), None, "any number of workers may run");
    let error = config("", &Environment::of([]), Some(address)).err().unwrap();
    assert!(!format!("{error:#}").contains("hunter2"));
    let environment = Environment::of([("UNMOOR_APP_SECRET", "two words")]);
    let error = config("", &environment, None).err().unwrap();
    assert!(!format!("{error:#}").contains("two words"));
}

#[test]
fn policy_window_and_limits_are_taken_over() {
    let file = "[cutover]\nwindow = { days = [\"thursday\", \"Tue\", \"tue\"], from = \"01:00\", until = \"04:00\" }\n\
                [policy]\npilot_first = false\ntemplate_gate = \"losses\"\ntemplate_limit = 6000\n[limits]\nwaba_calls_per_hour = 100\n\
                [hooks]\nbefore_move = [\"/bin/true\", \"x\"]\ntimeout_s = 5";
    let config = config(file, &Environment::of([]), None).unwrap();
    let window = config.policy.window.unwrap();
    assert_eq!(window.days, [2, 4]);
    assert_eq!(window.from, jiff::civil::Time::constant(1, 0, 0, 0));
    assert!(!config.policy.pilot_first && config.policy.two_step_before_tag && config.policy.before_move_hook);
    assert_eq!((config.policy.template_gate, config.policy.template_limit), (TemplateGate::Losses, Some(6000)));
    assert!(
        refused("[policy]\ntemplate_gate = \"loss\"").contains("unknown variant `loss`, expected `off` or `losses`")
    );
    assert_eq!(config.budgets.waba_calls_per_hour, 100);
    assert_eq!(config.hook_programs, [("before_move", "/bin/true".to_owned())]);
    assert!(config.hooks.before_move.is_some() && config.hooks.alarm.is_none());
}

#[test]
fn a_secret_may_lie_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "abc123\n").unwrap();
    std::fs::write(folder.path().join(DEFAULT_FILE), "app_secret_file = \"secret\"\napp_id = \"1\"").unwrap();
    let config =
        Config::from(&GlobalArgs::default(), &Environment::of([("UNMOOR_SYSTEM_TOKEN", "EAAsys ")]), folder.path());
    let app = config.unwrap().app().unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(app.secret.secret()), "abc123");
    assert_eq!(secrecy::ExposeSecret::expose_secret(app.system_token.secret()), "EAAsys");
}

#[test]
fn what_is_missing_is_named() {
    let error = config("", &Environment::of([]), None).unwrap().app().unwrap_err();
    assert_eq!(error.to_string(), "UNMOOR_APP_ID is not set");
}

#[test]
fn slips_in_names_of_variables_are_found() {
    let environment =
        Environment::of([("UNMOOR_SYSTEM_TOKN", "x"), ("UNMOOR_LOG", "info"), ("PATH", "x"), ("UNMOOR_APP_ID", "1")]);
    assert_eq!(environment.unknown(), [("UNMOOR_SYSTEM_TOKN".to_owned(), Some("UNMOOR_SYSTEM_TOKEN"))]);
}
